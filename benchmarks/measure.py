"""One model on one emulated board in one mode: compile, build, run, compare every output byte with the oracle."""

from __future__ import annotations

import tempfile
import zlib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.architectures import ARCHITECTURES
from mcu_toolkit import process
from mcu_toolkit.boards import load_board
from mcu_toolkit.compiler.pipeline import Compiled, compile_model
from mcu_toolkit.device import firmware, inputs
from mcu_toolkit.device.stream import stream
from mcu_toolkit.device.types import BenchRun
from mcu_toolkit.errors import FitError
from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.records.build import ModelOrigin
from mcu_toolkit.targets.arch import ARCHS
from mcu_toolkit.targets.isa import ISAS
from mcu_toolkit.targets.target import Optimize, Target

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "models" / "mlperf_tiny"
#: The reference models; used if their folder exists beside the checkout.
REFERENCE = {
    "ic": "ic_resnet8_int8.tflite",
    "kws": "kws_dscnn_int8.tflite",
    "vww": "vww_mobilenet_int8.tflite",
    "ad": "ad01_int8.tflite",
}
MODELS = (*REFERENCE, *ARCHITECTURES)
BOARDS = ("qemu-m0-m3", "qemu-m3", "qemu-m4", "qemu-m7", "qemu-m33", "qemu-m55")
MODES = (Optimize.BALANCED.value, Optimize.RAM.value, Optimize.SPEED.value)
_SEED = 1


@dataclass(frozen=True)
class Case:
    """One combination of model, board and mode."""

    model: str
    board: str
    mode: str

    @property
    def key(self) -> str:
        """Name in results.json."""
        return f"{self.model}/{self.board}/{self.mode}"


@dataclass(frozen=True)
class Row:
    """Figures of a case. Sizes are bytes; instructions are those of one inference, the same in every run.

    Attributes:
        macs: multiply-accumulates after the compiler's passes.
        flash: of the whole image; engine, weights: parts of it, as in the report of `mcutk bench`.
        arena: activations and scratch; stack: high-water mark.
        mismatches: outputs that differ from the oracle's.
        crc32: of the output.
    """

    model: str
    board: str
    mode: str
    instructions: int
    macs: int
    flash: int
    engine: int
    weights: int
    arena: int
    stack: int
    mismatches: int
    crc32: str

    @property
    def case(self) -> Case:
        """The case of these figures."""
        return Case(self.model, self.board, self.mode)


def available(model: str) -> bool:
    """Whether the file of a model exists, or the model has random weights."""
    return model in ARCHITECTURES or (SHARED / REFERENCE[model]).exists()


@cache
def model_bytes(model: str) -> bytes:
    """The .tflite file of a model."""
    return ARCHITECTURES[model]() if model in ARCHITECTURES else (SHARED / REFERENCE[model]).read_bytes()


@dataclass(frozen=True, eq=False)
class Measured:
    """A row, with the compiled model and the run from which it was computed."""

    row: Row
    compiled: Compiled
    run: BenchRun


def measure(case: Case, *, profile: bool = False) -> Measured | None:
    """Run a case; None if the model does not fit the board."""
    data = model_bytes(case.model)
    graph = read_model(data)
    board = load_board(case.board)
    compiled = compile_model(graph, Target(ISAS.find(board.core.isa), board.core.cpu, Optimize(case.mode)))
    sample = inputs.random_inputs(graph, 1, _SEED)
    expected = join(Oracle(graph).run_all(sample))[0]
    with tempfile.TemporaryDirectory(prefix="mcutk-benchmark-") as folder:
        try:
            image = Path(folder) / "build"
            origin = ModelOrigin("file", case.model)
            made = firmware.build(compiled, board, image, origin=origin, optimize=Optimize(case.mode))
        except FitError:
            return None
        run = stream(board, image, None, join(sample), firmware=made.firmware_id, profile=profile)
    output = run.outputs[0]
    row = Row(
        **asdict(case),
        instructions=int(run.latencies[0]),
        macs=compiled.report.macs,
        flash=made.memory.flash.total,
        engine=made.memory.flash.engine,
        weights=made.memory.flash.weights,
        arena=made.memory.ram.arena,
        stack=run.device.stack_peak,
        mismatches=int(not np.array_equal(output, expected)),
        crc32=f"{zlib.crc32(output.tobytes()):08x}",
    )
    return Measured(row, compiled, run)


def toolchain() -> dict[str, str]:
    """Versions of the programs on which the figures depend: program → first line of ``--version``."""
    said = {}
    arch = ARCHS.find(load_board(BOARDS[0]).core.arch)
    for name in (need.name for need in arch.requirements if not need.library):
        said[name] = process.run([name, "--version"]).stdout.splitlines()[0].strip()
    return said
