"""Whole models from the flatbuffer to the emulated board: public reference outputs, several inputs and outputs."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.boards import Board, load_board
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.device import firmware
from mcu_toolkit.device.inputs import random_bytes, random_inputs
from mcu_toolkit.device.stream import stream
from mcu_toolkit.device.types import BenchRun
from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.records.build import ModelOrigin
from mcu_toolkit.targets.isa import ISAS
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.mlperf import ANSWERS, SEEDS, mlperf_model
from tests.support.randmodels import random_graph_model

pytestmark = [
    pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc"),
    pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="needs qemu-system-arm"),
]


def run(graph: Graph, board: Board, samples: np.ndarray, folder: Path) -> BenchRun:
    """Compile, build and run the samples; the image stays in the build folder."""
    compiled = compile_model(graph, Target(ISAS.find(board.core.isa), board.core.cpu))
    origin = ModelOrigin("file", "model.tflite")
    built = firmware.build(compiled, board, folder, origin=origin, optimize=Optimize.BALANCED)
    made = built.memory.ram
    assert made.arena == compiled.plan.arena_bytes
    assert made.stack_bound is not None
    result = stream(board, folder, None, samples, firmware=built.firmware_id)
    assert len(result.latencies) == len(samples)  # a slow host repeats frames: nothing is counted twice
    assert result.device.stack_peak <= made.stack_bound
    return result


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_public_reference_outputs(name: str, tmp_path: Path) -> None:
    graph = read_model(mlperf_model(name))
    count = graph.tensors[graph.inputs[0]].bytes
    samples = np.stack([random_bytes(seed, count) for seed in SEEDS]).view(np.uint8)
    result = run(graph, load_board("qemu-m4"), samples, tmp_path / "b")
    assert tuple(f"{zlib.crc32(row.tobytes()):08x}" for row in result.outputs) == ANSWERS[name]
    assert result.latencies.max() < 1.001 * result.latencies.min()
    assert result.device.stack_peak < 1356  # stack of the interpreter with CMSIS-NN


def with_several(inputs: int, outputs: int) -> Graph:
    """The first random model with at least this many inputs and outputs."""
    for seed in range(400):
        graph = read_model(random_graph_model(seed, core_only=True))
        if len(graph.inputs) >= inputs and len(graph.outputs) >= outputs:
            return graph
    raise AssertionError("the generator makes no such model")


@pytest.mark.parametrize(("inputs", "outputs"), [(2, 1), (1, 3), (2, 2)])
@pytest.mark.parametrize("board_id", ["qemu-m4", "qemu-m55", "qemu-m0-m3"])
def test_several_inputs_and_outputs_travel_as_one_block(
    board_id: str, inputs: int, outputs: int, tmp_path: Path
) -> None:
    graph = with_several(inputs, outputs)
    arrays = random_inputs(graph, 3, 5)
    result = run(graph, load_board(board_id), join(arrays), tmp_path / "b")
    np.testing.assert_array_equal(result.outputs, join(Oracle(graph).run_all(arrays)))
