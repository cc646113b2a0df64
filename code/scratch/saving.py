"""Saving and loading models: a ``.npz`` file that holds plain numbers and one text.

The text is JSON and names layers of this library, nothing else. Loading reads numbers
and looks names up in one dictionary; it never unpickles and never executes anything, so
a file from a stranger can be wrong, but it cannot run code.
"""

import json
from pathlib import Path

import numpy as np

from scratch import config
from scratch.layers import LAYERS, Input

FORMAT = "scratch model 1"


def save_model(model, path):
    """Write the layers, how they are joined, and the weights. The optimizer is not saved.

    Raises:
        ValueError: if the path does not end in ``.npz``, or a layer is not one of the
            library's own.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"a model is saved as .npz, not {path.name!r}")
    for layer in model.layers:
        if type(layer) is not LAYERS.get(type(layer).__name__):
            raise ValueError(
                f"{type(layer).__name__} is not a layer of the library; save model.get_weights() "
                "with numpy.savez instead"
            )
    architecture = {
        "format": FORMAT,
        "class": type(model).__name__,
        "dtype": model.dtype,
        "input_shape": model.input.shape[1:],
        "layers": [
            {
                "class": type(layer).__name__,
                "name": layer.name,
                "config": layer.get_config(),
                "parents": parents,
            }
            for layer, parents in zip(model.layers, model.parents, strict=True)
        ],
    }
    weights = {f"weight_{k:04d}": array for k, array in enumerate(model.get_weights())}
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb") as file:  # an interrupted save leaves the old file whole
        np.savez_compressed(file, architecture=np.array(json.dumps(architecture)), **weights)
    partial.replace(path)


def load_model(path):
    """Read a model that ``save_model`` wrote. It is not compiled.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is damaged, or is not a model of this library.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path.name!r}")
    try:
        # Opened here, because NumPy leaves a damaged file open
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        architecture = json.loads(str(arrays.pop("architecture")))
        if architecture["format"] != FORMAT:
            raise ValueError(f"its format is {architecture['format']!r}, not {FORMAT!r}")
        model = rebuild(architecture)
        model.set_weights([arrays[name] for name in sorted(arrays)])
    except Exception as error:  # a damaged file can fail in any way, down to zlib.error
        raise ValueError(
            f"{path.name!r} is not a model that this library saved, or it is damaged: {error}"
        ) from error
    return model


def rebuild(architecture):
    """Make the model that an architecture record describes, with fresh weights."""
    from scratch.models import Model, Sequential

    floatx = config.floatx()
    config.set_floatx(architecture["dtype"])
    try:
        symbols = [Input(tuple(architecture["input_shape"]))]
        for record in architecture["layers"]:
            layer_class = LAYERS[record["class"]]
            layer = layer_class(**record["config"], name=record["name"])
            parents = [symbols[k] for k in record["parents"]]
            symbols.append(layer(parents if layer_class.merges else parents[0]))
    finally:
        config.set_floatx(floatx)
    model = Sequential() if architecture["class"] == "Sequential" else Model.__new__(Model)
    model.set_graph(symbols[0], symbols[-1])
    return model


__all__ = ["load_model", "save_model"]
