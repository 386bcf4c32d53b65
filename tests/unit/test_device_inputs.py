"""The generator of random inputs is the public one, byte for byte."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.device.inputs import random_input, random_inputs


def test_generator_of_inputs() -> None:
    state, expected = 1, []
    for _ in range(5):
        state = (state * 1664525 + 1013904223) % 2**32
        expected.append(state >> 24)
    assert random_input(1, 5).view(np.uint8).tolist() == expected
    assert random_input(2**32 + 1, 5).tolist() == random_input(1, 5).tolist()
    np.testing.assert_array_equal(random_inputs(7, 3, 9)[2], random_input(9, 9))
