"""The generator of random inputs is the public one, byte for byte."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.device.inputs import random_input, random_inputs
from tests.support.mlperf import reference_input


def test_generator_of_inputs() -> None:
    np.testing.assert_array_equal(random_input(1, 5), reference_input(1, 5))
    assert random_input(2**32 + 1, 5).tolist() == random_input(1, 5).tolist()
    np.testing.assert_array_equal(random_inputs(7, 3, 9)[2], random_input(9, 9))
