"""The generator of random inputs is the public one, byte for byte."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.device.inputs import random_bytes, random_inputs
from mcu_toolkit.graph.reader import read_model
from tests.support.mlperf import reference_input
from tests.support.tflite_writer import SubgraphSpec, write_model


def test_generator_of_inputs() -> None:
    np.testing.assert_array_equal(random_bytes(1, 5), reference_input(1, 5))
    np.testing.assert_array_equal(random_bytes(77, 3001), reference_input(77, 3001))
    assert random_bytes(2**32 + 1, 5).tolist() == random_bytes(1, 5).tolist()


def test_one_stream_of_bytes_runs_over_all_inputs() -> None:
    g = SubgraphSpec()
    kinds = {"int8": 3, "uint8": 5, "int16": 2, "float32": 4}
    for dtype, width in kinds.items():
        quant = {} if dtype == "float32" else {"scale": [0.5], "zero_point": [0]}
        g.inputs.append(g.tensor((1, width), dtype, **quant))
    g.inputs.append(g.tensor((1, 2), "float32"))
    for source in g.inputs[:-1]:
        g.outputs.append(g.tensor(g.tensors[source].shape, scale=[0.25], zero_point=[-7]))
        g.node("QUANTIZE", [source], [g.outputs[-1]])
    g.outputs.append(g.tensor((2,), "float32"))
    g.node("RESHAPE", [g.inputs[-1]], [g.outputs[-1]])
    found = random_inputs(read_model(write_model(g)), 2, 11)
    for sample in range(2):
        q = reference_input(11 + sample, 3 + 5 + 4 + 4 + 2).astype(int)
        raw = [array[sample] for array in found]
        assert raw[0].tolist() == q[:3].tolist() and raw[0].dtype == np.int8
        assert raw[1].tolist() == (q[3:8] + 128).tolist() and raw[1].dtype == np.uint8
        assert raw[2].tolist() == [(q[8] & 255) + 256 * q[9], (q[10] & 255) + 256 * q[11]] and raw[2].dtype == np.int16
        assert raw[3].tolist() == ((q[12:16] + 7) * 0.25).tolist() and raw[3].dtype == np.float32
        assert raw[4].tolist() == (q[16:] / 64).tolist()
