"""Data sets. MNIST ships with the package and never touches the network."""

import hashlib
import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np

MNIST_PATH = Path(__file__).parent / "data" / "mnist.npz"
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"


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
    path = Path(path or MNIST_PATH)
    if not path.exists():
        raise FileNotFoundError(f"{path.name} is missing; reinstall the package to get it back")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != MNIST_SHA256:
        raise ValueError(
            f"{path.name} is damaged: its SHA-256 is {digest[:12]}…, not {MNIST_SHA256[:12]}…; "
            "reinstall the package to get it back"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as data:
        return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])


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
