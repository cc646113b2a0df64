"""The exercises of the chapter "Logistic regression and softmax"."""

import numpy as np

from exercises.checker import Exercise, Mistake


def sigmoid(z):
    """Without overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def softmax(z):
    """Row by row."""
    exp = np.exp(z - z.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def silent(function):
    """Return the function with NumPy's warnings about overflow switched off."""

    def quiet(*arguments):
        with np.errstate(all="ignore"):
            return function(*arguments)

    return quiet


def labels_and_logits(rng):
    """Return labels 0 and 1, both of them present, and logits, (n,) each."""
    n = rng.integers(4, 9)
    y = rng.permutation(np.arange(n) % 2).astype(float)
    return y, rng.normal(size=n) * 3


def binary_loss(y, z):
    """Mean binary cross-entropy from logits."""
    return np.mean(np.logaddexp(0, z) - y * z)


def data(rng):
    """Return X (n, d), labels (n, 1), w (d,) and b."""
    n, d = rng.integers(4, 8), rng.integers(2, 4)
    y = rng.permutation(np.arange(n) % 2).astype(float)[:, None]
    return rng.normal(size=(n, d)), y, rng.normal(size=d), rng.normal()


def errors(X, y, w, b):
    """Prediction minus label, (n,)."""
    return sigmoid(X @ w + b) - y[:, 0]


def gradient(X, y, w, b):
    """Of the mean cross-entropy."""
    error = errors(X, y, w, b)
    return X.T @ error / len(y), error.mean()


def with_factor(X, y, w, b):
    """The derivative of the sigmoid counted twice."""
    p = sigmoid(X @ w + b)
    error = (p - y[:, 0]) * p * (1 - p)
    return X.T @ error / len(y), error.mean()


def broadcast(X, y, w, b):
    """Every prediction against every label."""
    error = (sigmoid(X @ w + b) - y).mean(axis=0)
    return X.T @ error / len(y), error.mean()


def log_sum_exp(z):
    """Row by row."""
    m = z.max(axis=1)
    return m + np.log(np.exp(z - m[:, None]).sum(axis=1))


def softmax_data(rng):
    """Return X, labels, W, b, learning rate and penalty."""
    n, d, k = rng.integers(4, 8), rng.integers(2, 5), rng.integers(3, 5)
    labels = rng.integers(0, k, size=n)
    start = rng.normal(size=(d, k)), rng.normal(size=k)
    return rng.normal(size=(n, d)), labels, *start, 0.3, 0.7


def step(X, labels, W, b, learning_rate, penalty):
    """One step with a penalty on the kernel."""
    G = (softmax(X @ W + b) - np.eye(W.shape[1])[labels]) / len(X)
    return W - learning_rate * (X.T @ G + penalty * W), b - learning_rate * G.sum(axis=0)


def step_sample_by_sample(X, labels, W, b, learning_rate, penalty):
    """The same with a loop, and the penalty as a shrinking of the kernel."""
    new_W, new_b = (1 - learning_rate * penalty) * W, b.copy()
    for x, label in zip(X, labels, strict=True):
        exp = np.exp(x @ W + b)
        for k in range(len(b)):
            error = exp[k] / exp.sum() - (k == label)
            new_W[:, k] -= learning_rate * error * x / len(X)
            new_b[k] -= learning_rate * error / len(X)
    return new_W, new_b


def step_sum(X, labels, W, b, learning_rate, penalty):
    """The cross-entropy summed."""
    G = softmax(X @ W + b) - np.eye(W.shape[1])[labels]
    return W - learning_rate * (X.T @ G + penalty * W), b - learning_rate * G.sum(axis=0)


def step_penalised_bias(X, labels, W, b, learning_rate, penalty):
    """The bias shrinks, too."""
    new_W, new_b = step(X, labels, W, b, learning_rate, penalty)
    return new_W, new_b - learning_rate * penalty * b


def forecasts(rng):
    """Return probabilities (n, K) and labels, some right and some wrong."""
    n, k = rng.integers(5, 9), rng.integers(3, 6)
    p = softmax(rng.normal(size=(n, k)) * 2)
    labels = p.argmax(axis=1)
    labels[:2] = (labels[:2] + 1) % k
    return p, labels


def report(p, labels):
    """Accuracy, mean confidence, mean cross-entropy."""
    given = p[np.arange(len(p)), labels]
    return np.mean(p.argmax(axis=1) == labels), p.max(axis=1).mean(), -np.log(given).mean()


EXERCISES = [
    Exercise(
        name="logreg-loss",
        reference=binary_loss,
        variant=lambda y, z: np.mean(np.maximum((1 - 2 * y) * z, 0) + np.log1p(np.exp(-np.abs(z)))),
        inputs=labels_and_logits,
        edge_cases=((np.array([1.0, 0.0, 1.0, 0.0]), np.array([1000.0, -1000.0, -1000.0, 30.0])),),
        mistakes=(
            Mistake(
                "The minus sign is missing: this is the log-likelihood, which is to be made large.",
                lambda y, z: -binary_loss(y, z),
            ),
            Mistake(
                "You summed over the samples. The loss is their mean.",
                lambda y, z: len(y) * binary_loss(y, z),
            ),
            Mistake(
                "You left out the term - y z. log(1 + exp(z)) alone is the loss of label 0.",
                lambda y, z: np.mean(np.logaddexp(0, z)),
            ),
            Mistake(
                "Labels and signs are exchanged: this is the loss for the labels 1 - y.",
                lambda y, z: binary_loss(1 - y, z),
            ),
            Mistake(
                "Your result is not finite for logits of 1000. Do not form exp(z) or log(p) "
                "yourself: np.logaddexp(0, z) is log(1 + exp(z)) without overflow.",
                silent(lambda y, z: np.mean(np.log(1 + np.exp(z)) - y * z)),
            ),
            Mistake(
                "You clipped the probabilities before the logarithm. That is finite, but wrong "
                "for large logits; compute the loss from the logits.",
                lambda y, z: (
                    -np.mean(
                        y * np.log(np.clip(sigmoid(z), 1e-7, 1 - 1e-7))
                        + (1 - y) * np.log(np.clip(1 - sigmoid(z), 1e-7, 1 - 1e-7))
                    )
                ),
            ),
        ),
        hints=(
            "Put p = sigmoid(z) into the cross-entropy and simplify before you type it in.",
            "Each sample costs log(1 + exp(z)) - y z, and np.logaddexp(0, z) is its first term.",
        ),
    ),
    Exercise(
        name="logreg-gradient",
        reference=gradient,
        variant=lambda X, y, w, b: (
            np.einsum("ij,i->j", X, errors(X, y, w, b)) / len(X),
            sum(errors(X, y, w, b)) / len(X),
        ),
        inputs=data,
        mistakes=(
            Mistake(
                "You subtracted labels of shape (n, 1) from predictions of shape (n,). NumPy made "
                "an (n, n) array of it. Use y[:, 0].",
                broadcast,
            ),
            Mistake(
                "You multiplied by p(1 - p). With cross-entropy this factor has cancelled: p - y.",
                with_factor,
            ),
            Mistake(
                "Your gradient is n times too large: divide by the number of samples, because the "
                "loss is a mean.",
                lambda X, y, w, b: tuple(len(y) * part for part in gradient(X, y, w, b)),
            ),
            Mistake(
                "Your gradient has the wrong sign. It points uphill: p - y, not y - p.",
                lambda X, y, w, b: tuple(-part for part in gradient(X, y, w, b)),
            ),
            Mistake(
                "You subtracted the labels from z. Take the sigmoid first.",
                lambda X, y, w, b: (
                    X.T @ (X @ w + b - y[:, 0]) / len(y),
                    np.mean(X @ w + b - y[:, 0]),
                ),
            ),
        ),
        hints=(
            "y[:, 0] has shape (n,), like the predictions.",
            "error = p - y; the gradients are X.T @ error / n and error.mean().",
        ),
    ),
    Exercise(
        name="logreg-logsumexp",
        reference=log_sum_exp,
        variant=lambda z: np.logaddexp.reduce(z, axis=1),
        inputs=lambda rng: (rng.normal(size=(rng.integers(2, 5), rng.integers(5, 7))) * 2,),
        edge_cases=((np.array([[1000.0, 999.0, 0.0], [-1000.0, -1001.0, -1000.0]]),),),
        mistakes=(
            Mistake(
                "You forgot to add the maximum again after the logarithm.",
                lambda z: log_sum_exp(z) - z.max(axis=1),
            ),
            Mistake(
                "You took the maximum of the whole array. Rows that are far below it then become "
                "exp of a very negative number, which is 0. Use the maximum of each row.",
                silent(lambda z: z.max() + np.log(np.exp(z - z.max()).sum(axis=1))),
            ),
            Mistake(
                "Your result is not finite for logits of 1000: exp overflows. Subtract the "
                "maximum of each row first.",
                silent(lambda z: np.log(np.exp(z).sum(axis=1))),
            ),
            Mistake(
                "You took the mean of the exponentials. It is their sum.",
                lambda z: log_sum_exp(z) - np.log(z.shape[1]),
            ),
            Mistake(
                "You returned the maximum of each row. It is close when one logit is far ahead, "
                "but the sum counts all of them.",
                lambda z: z.max(axis=1),
            ),
            Mistake(
                "You summed over axis 0, the samples. Each row is one sample: axis=1.",
                lambda z: log_sum_exp(z.T),
            ),
        ),
        hints=(
            "Take the maximum m of each row out of the sum: it becomes a factor exp(m).",
            "m + np.log(np.exp(z - m[:, None]).sum(axis=1)), with m = z.max(axis=1).",
        ),
    ),
    Exercise(
        name="logreg-step",
        reference=step,
        variant=step_sample_by_sample,
        inputs=softmax_data,
        mistakes=(
            Mistake(
                "The penalty is missing: add penalty * W to the gradient of the kernel.",
                lambda X, labels, W, b, rate, penalty: step(X, labels, W, b, rate, 0.0),
            ),
            Mistake(
                "You penalised the bias as well. Only the kernel is penalised.",
                step_penalised_bias,
            ),
            Mistake(
                "You summed the cross-entropy over the batch: divide p - y by n.",
                step_sum,
            ),
            Mistake(
                "The penalty has a factor of one half, so its gradient is penalty * W, without 2.",
                lambda X, labels, W, b, rate, penalty: step(X, labels, W, b, rate, 2 * penalty),
            ),
            Mistake(
                "The penalty pushes the weights away from zero. Its gradient is added to that of "
                "the loss, and the whole is subtracted.",
                lambda X, labels, W, b, rate, penalty: step(X, labels, W, b, rate, -penalty),
            ),
            Mistake(
                "You stepped uphill. Subtract the gradient.",
                lambda X, labels, W, b, rate, penalty: step(X, labels, W, b, -rate, penalty),
            ),
        ),
        hints=(
            "Without the penalty: G = (softmax(X @ W + b) - one-hot) / n, then X.T @ G and the sum "
            "of G over the batch.",
            "W - learning_rate * (X.T @ G + penalty * W), b - learning_rate * G.sum(axis=0).",
        ),
    ),
    Exercise(
        name="logreg-report",
        reference=report,
        variant=lambda p, labels: (
            sum(int(np.argmax(row)) == label for row, label in zip(p, labels, strict=True))
            / len(p),
            np.sort(p, axis=1)[:, -1].sum() / len(p),
            -np.sum(np.eye(p.shape[1])[labels] * np.log(p)) / len(p),
        ),
        inputs=forecasts,
        mistakes=(
            Mistake(
                "Your confidence is the probability of the right class. It is that of the chosen "
                "class, right or wrong: the largest of each row.",
                lambda p, labels: (
                    report(p, labels)[0],
                    p[np.arange(len(p)), labels].mean(),
                    report(p, labels)[2],
                ),
            ),
            Mistake(
                "Your cross-entropy takes the largest probability. It takes that of the label.",
                lambda p, labels: (*report(p, labels)[:2], -np.log(p.max(axis=1)).mean()),
            ),
            Mistake(
                "You took the logarithm of the mean. It is the mean of the logarithms.",
                lambda p, labels: (
                    *report(p, labels)[:2],
                    -np.log(p[np.arange(len(p)), labels].mean()),
                ),
            ),
            Mistake(
                "The minus sign of the cross-entropy is missing.",
                lambda p, labels: (*report(p, labels)[:2], -report(p, labels)[2]),
            ),
            Mistake(
                "You averaged over the classes as well. Each sample gives one logarithm: divide "
                "by n, and not by n times K.",
                lambda p, labels: (
                    *report(p, labels)[:2],
                    -np.mean(np.eye(p.shape[1])[labels] * np.log(p)),
                ),
            ),
        ),
        hints=(
            "p.argmax(axis=1) is the decision, p.max(axis=1) the confidence.",
            "p[np.arange(n), labels] picks the probability of each label.",
        ),
    ),
]
