"""Random inputs, by the generator of the public reference outputs."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.device.types import Int8Array

_MULTIPLIER = 1664525
_INCREMENT = 1013904223
_MODULUS = 1 << 32


def random_input(seed: int, count: int) -> Int8Array:
    """`count` int8 values: ``s = s * 1664525 + 1013904223 (mod 2^32)`` from the seed on; each byte is ``s >> 24``.

    Args:
        seed: any integer; taken modulo 2^32.
        count: bytes of the input tensor, in memory order.
    """
    state = seed % _MODULUS
    values = np.empty(count, dtype=np.uint8)
    for i in range(count):
        state = (state * _MULTIPLIER + _INCREMENT) % _MODULUS
        values[i] = state >> 24
    return values.view(np.int8)


def random_inputs(seed: int, samples: int, count: int) -> Int8Array:
    """int8 [samples, count] from the seeds `seed`, `seed` + 1, …"""
    return np.stack([random_input(seed + i, count) for i in range(samples)])
