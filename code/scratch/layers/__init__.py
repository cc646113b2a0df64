"""Layers, in Keras's vocabulary and channels last."""

from scratch.layers.base import Input, InputLayer, Layer, Symbol
from scratch.layers.convolution import Conv2D
from scratch.layers.core import Activation, Add, BatchNormalization, Dropout, Flatten, Rescaling
from scratch.layers.dense import Dense
from scratch.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D

# One dictionary for names: what a saved model may contain
LAYERS = {
    layer.__name__: layer
    for layer in (
        Activation,
        Add,
        AveragePooling2D,
        BatchNormalization,
        Conv2D,
        Dense,
        Dropout,
        Flatten,
        GlobalAveragePooling2D,
        MaxPooling2D,
        Rescaling,
    )
}

__all__ = ["Input", "InputLayer", "Layer", "Symbol", "LAYERS", *LAYERS]
