"""The MLPerf Tiny models and their public reference answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.support.shared import shared_dir

#: Seeds of the reference inputs.
SEEDS = (1, 12345, 0xDEADBEEF)
#: CRC-32 of the outputs of TensorFlow Lite Micro for these seeds.
ANSWERS = {
    "ad": ("3d1a6596", "d7f6e66a", "cc29810f"),
    "ic": ("930f0c26", "ef5c90cc", "13f31a7b"),
    "kws": ("124a640e", "1a578907", "8b10ec97"),
    "vww": ("ccf8c6c3", "455cea13", "b5c3c64a"),
}


def mlperf_model(name: str) -> Path:
    """One of the models: ad, ic, kws or vww; skips the test where it is missing."""
    folder = shared_dir("models", "mlperf_tiny")
    return next(folder.glob(f"{name}*_int8.tflite"))


def reference_input(seed: int, count: int) -> np.ndarray:
    """int8 [count]: the high bytes of a 32-bit linear congruential generator, written independently of the package."""
    values = np.empty(count, np.uint8)
    for index in range(count):
        seed = (seed * 1664525 + 1013904223) % 2**32
        values[index] = seed >> 24
    return values.view(np.int8)
