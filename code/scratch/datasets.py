"""Data sets. MNIST, the spoken digits, the names and a text ship with the package.

None of these four touches the network.
"""

import hashlib
import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np

DATA = Path(__file__).parent / "data"
MNIST_PATH = DATA / "mnist.npz"
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
SPOKEN_DIGITS_PATH = DATA / "spoken_digits.npz"
SPOKEN_DIGITS_SHA256 = "94ecc40283f4ff40ae4ae8bd3cf9717815863473de3642c92479d83097d1eac2"
FIRST_NAMES_PATH = DATA / "first_names.npz"
FIRST_NAMES_SHA256 = "96c418114927a772459df5d357d173670d2b4587109ff27b171db20b94c4d78a"
MOBY_DICK_PATH = DATA / "moby_dick.npz"
MOBY_DICK_SHA256 = "3485de955f31a9b0a965447dfcc67558c572bf6565bb0bbd8be61d0a17fd59b2"


def read_checked(path, sha256):
    """Return the bytes of a file of the package, if it is there and undamaged."""
    if not path.exists():
        raise FileNotFoundError(f"{path.name} is missing; reinstall the package to get it back")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ValueError(
            f"{path.name} is damaged: its SHA-256 is {digest[:12]}…, not {sha256[:12]}…; "
            "reinstall the package to get it back"
        )
    return content


def load_mnist(path=None):
    """Load the full MNIST (LeCun et al., 1998).

    Args:
        path: another copy of the file; its checksum must be the same.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: images ``(60000, 28, 28)`` and
        ``(10000, 28, 28)``, ``uint8`` 0-255, and labels ``(60000,)`` and ``(10000,)``.

    Raises:
        FileNotFoundError: if the file is missing.
        ValueError: if it is damaged.

    >>> (x_train, y_train), (x_test, y_test) = load_mnist()
    >>> x_train.shape, y_test.shape, x_train.dtype.name
    ((60000, 28, 28), (10000,), 'uint8')
    """
    content = read_checked(Path(path or MNIST_PATH), MNIST_SHA256)
    with np.load(io.BytesIO(content), allow_pickle=False) as data:
        return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])


def load_spoken_digits(path=None):
    """Load 480 recordings of the words zero to nine, in 24 synthetic voices.

    A program speaks, no person; ``data/spoken_digits.md`` says which, and how.

    Args:
        path: another copy of the file; its checksum must be the same.

    Returns:
        A namespace with the arrays ``signals`` ``(480, longest)``, numbers from -1 to 1
        with zeros after the end, ``lengths`` ``(480,)`` in samples, ``labels`` and
        ``voices`` ``(480,)``, ``takes`` ``(480,)``, 0 for the slower and 1 for the faster
        one, the list ``voice_names``, and ``rate``, the samples a second.

    Raises:
        FileNotFoundError: if the file is missing.
        ValueError: if it is damaged.

    >>> digits = load_spoken_digits()
    >>> digits.signals.shape, digits.rate, digits.voice_names[:2]
    ((480, 6918), 8000, ['en-gb+f1', 'en-us+m1'])
    """
    content = read_checked(Path(path or SPOKEN_DIGITS_PATH), SPOKEN_DIGITS_SHA256)
    with np.load(io.BytesIO(content), allow_pickle=False) as data:
        lengths = data["lengths"].astype(int)
        squeezed = data["samples"] / 127.5 - 1  # mu-law: one byte, finer for quiet samples
        samples = np.sign(squeezed) * np.expm1(np.abs(squeezed) * np.log(256)) / 255
        signals = np.zeros((len(lengths), lengths.max()))
        signals[np.arange(lengths.max()) < lengths[:, np.newaxis]] = samples
        return SimpleNamespace(
            signals=signals,
            lengths=lengths,
            labels=data["labels"].astype(int),
            voices=data["voices"].astype(int),
            takes=data["takes"].astype(int),
            voice_names=[str(name) for name in data["voice_names"]],
            rate=8000,
        )


def load_first_names(path=None):
    """Load 8403 first names of English-speaking countries, in alphabetical order.

    They are in lower case and consist of the letters a to z (Ward, Moby Word II, 2002).

    Args:
        path: another copy of the file; its checksum must be the same.

    Returns:
        A list of texts.

    Raises:
        FileNotFoundError: if the file is missing.
        ValueError: if it is damaged.

    >>> names = load_first_names()
    >>> len(names), names[:3]
    (8403, ['aaren', 'aarika', 'aaron'])
    """
    content = read_checked(Path(path or FIRST_NAMES_PATH), FIRST_NAMES_SHA256)
    with np.load(io.BytesIO(content), allow_pickle=False) as data:
        return data["names"].astype(str).tolist()


def load_moby_dick(path=None):
    """Load the first ten chapters of "Moby-Dick; or, The Whale" (Melville, 1851).

    Args:
        path: another copy of the file; its checksum must be the same.

    Returns:
        One text.

    Raises:
        FileNotFoundError: if the file is missing.
        ValueError: if it is damaged.

    >>> text = load_moby_dick()
    >>> len(text), text[22:38]
    (109575, 'Call me Ishmael.')
    """
    content = read_checked(Path(path or MOBY_DICK_PATH), MOBY_DICK_SHA256)
    with np.load(io.BytesIO(content), allow_pickle=False) as data:
        return data["text"].tobytes().decode("utf-8")


def load_fashion_mnist():
    """Load Fashion-MNIST (Xiao et al., 2017) with Keras's downloader, which keeps a copy.

    Returns:
        Arrays of the same shapes and types as ``load_mnist``.
    """
    from scratch.utils import silent_keras  # loading data must not seed or set anything

    return silent_keras().datasets.fashion_mnist.load_data()


# Keras's own names: datasets.mnist.load_data()
mnist = SimpleNamespace(load_data=load_mnist)
fashion_mnist = SimpleNamespace(load_data=load_fashion_mnist)
