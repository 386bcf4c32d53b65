"""The MLPerf Tiny models as generated C on the host: the reference answers, the arena, the MACs after passes."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.native import NativeModel
from mcu_toolkit.targets.isa import DSP, ISAS, MVE, PORTABLE, Isa
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.mlperf import ANSWERS, SEEDS, mlperf_model, reference_input

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

#: Bytes of arena, scratch included: within five per cent of the live-tensor bound.
ARENA = {"ad": 1_100, "ic": 51_600, "kws": 16_800, "vww": 58_000}
ARENA_RAM = {"ad": 1_100, "ic": 37_000, "kws": 16_800, "vww": 40_000}


@pytest.mark.parametrize("optimize", [Optimize.BALANCED, Optimize.RAM])
@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_outputs_equal_the_reference_answers(name: str, optimize: Optimize) -> None:
    graph = read_model(mlperf_model(name))
    compiled = compile_model(graph, Target(PORTABLE, "host", optimize))
    elements = graph.tensors[graph.inputs[0]].elements
    with NativeModel(compiled, flags=("-O2",)) as model:
        outputs = model.run(np.stack([reference_input(seed, elements) for seed in SEEDS]))
    assert tuple(f"{zlib.crc32(row.tobytes()):08x}" for row in outputs) == ANSWERS[name]


@pytest.mark.parametrize("isa", list(ISAS.values()))
@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_arena_stays_near_the_live_tensor_bound(name: str, isa: Isa) -> None:
    graph = read_model(mlperf_model(name))
    assert compile_model(graph, Target(isa, "cortex-m4")).report.arena_bytes <= ARENA[name]


@pytest.mark.parametrize(("name", "isa"), [("ic", DSP), ("vww", DSP), ("vww", MVE)])
def test_arena_under_the_goal_ram(name: str, isa: Isa) -> None:
    graph = read_model(mlperf_model(name))
    assert compile_model(graph, Target(isa, "cortex-m4", Optimize.RAM)).report.arena_bytes <= ARENA_RAM[name]


def test_dead_channels_of_vww_are_removed() -> None:
    report = compile_model(read_model(mlperf_model("vww")), Target(PORTABLE, "host")).report
    assert report.macs_model == 7_489_664
    assert report.macs <= 3_950_000
