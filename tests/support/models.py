"""A model that builds in about a second, and images for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.support.tflite_writer import SubgraphSpec, write_model


def tiny_model(classes: int = 3, side: int = 8, channels: int = 1, seed: int = 0) -> bytes:
    """A linear classifier of images: int8 [1, side, side, channels] → FULLY_CONNECTED → SOFTMAX [1, classes]."""
    rng = np.random.default_rng(seed)
    depth = side * side * channels
    g = SubgraphSpec()
    image = g.tensor((1, side, side, channels), scale=[1 / 255], zero_point=[-128], name="image")
    flat = g.tensor((1, depth), scale=[1 / 255], zero_point=[-128])
    weights = g.const(rng.integers(-127, 128, (classes, depth)), "int8", scale=[0.01], zero_point=[0])
    bias = g.const(rng.integers(-2000, 2000, classes), "int32", scale=[0.01 / 255], zero_point=[0])
    logits = g.tensor((1, classes), scale=[0.05], zero_point=[3])
    output = g.tensor((1, classes), scale=[1 / 256], zero_point=[-128], name="scores")
    g.node("RESHAPE", [image, g.const([1, depth], "int32")], [flat])
    g.node("FULLY_CONNECTED", [flat, weights, bias], [logits], (0, "i8", 0), (1, "i8", 0), (2, "bool", False))
    g.node("SOFTMAX", [logits], [output], (0, "f32", 1.0))
    g.inputs, g.outputs = [image], [output]
    return write_model(g)


def write_images(folder: Path, classes: tuple[str, ...] = ("a", "b", "c"), count: int = 4, side: int = 12) -> Path:
    """A folder of class folders with random grey images."""
    rng = np.random.default_rng(5)
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            Image.fromarray(rng.integers(0, 256, (side, side), dtype=np.uint8)).save(folder / name / f"{i}.png")
    return folder
