"""The Keras programs of three source articles, repaired, as text.

Each is in two parts, ``model`` and ``training``, so that a test can copy starting weights in
between. Apart from the import lines nothing in them knows which library runs them.
``MNIST`` gives the data: the articles use ``x_train`` and its like without making them.
"""

# What is repaired, by the numbers in the list of corrections: data loaded (E23), scaled to
# 0-1 (E25) and given the shape that the model asks for (E27); Input first instead of
# input_shape or input_dim (E26); one-hot labels for categorical_crossentropy (E33); no pip
# line inside (E32); data held out, and used (E36).

MNIST = """
from keras import datasets, utils

(x_train, y_train), (x_test, y_test) = datasets.mnist.load_data()
x_train, y_train = x_train[:3200] / 255, y_train[:3200]
x_test, y_test = x_test[:500] / 255, y_test[:500]
"""

# The convolutional network: Sequential, built layer by layer with add
CNN = {
    "model": """
from keras import Input, layers, models

model = models.Sequential()
model.add(Input(shape=(28, 28, 1)))
for filters in (32, 64):
    model.add(layers.Conv2D(filters, (3, 3), activation="relu"))
    model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation="relu"))
model.add(layers.Flatten())
for units, activation in ((64, "relu"), (10, "softmax")):
    model.add(layers.Dense(units, activation=activation))
""",
    "training": """
x_train, x_test = x_train.reshape(-1, 28, 28, 1), x_test.reshape(-1, 28, 28, 1)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=1, shuffle=False, verbose=0)
scores = model.evaluate(x_test, y_test, verbose=0)
""",
}

# The functional model 784-256-10
FUNCTIONAL = {
    "model": """
from keras import Model, layers

pixels = layers.Input(shape=(784,))
hidden = layers.Dense(units=256, activation="relu")(pixels)
digits = layers.Dense(units=10, activation="softmax")(hidden)
model = Model(inputs=pixels, outputs=digits)
""",
    "training": """
x_train, x_test = x_train.reshape(-1, 784), x_test.reshape(-1, 784)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=1, shuffle=False, verbose=0)
scores = model.evaluate(x_test, y_test, verbose=0)
""",
}

# The narrow network 784-10-10-10, trained on one-hot labels
NARROW = {
    "model": """
from keras.layers import Dense, Input
from keras.models import Sequential

model = Sequential(
    [
        Input(shape=(784,)),
        Dense(units=10, activation="relu"),
        Dense(units=10, activation="relu"),
        Dense(units=10, activation="softmax"),
    ]
)
""",
    "training": """
x_train, x_test = x_train.reshape(-1, 784), x_test.reshape(-1, 784)
y_train, y_test = utils.to_categorical(y_train, 10), utils.to_categorical(y_test, 10)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x_train,
    y_train,
    epochs=1,
    batch_size=32,
    shuffle=False,
    verbose=0,
    validation_data=(x_test, y_test),
)
scores = model.evaluate(x_test, y_test, verbose=0)
""",
}

PROGRAMS = {"cnn": CNN, "functional": FUNCTIONAL, "narrow": NARROW}
