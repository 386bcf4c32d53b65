"""Public models that nobody here wrote: what `inspect` says, the emulated boards, and TensorFlow Lite Micro's bytes.

    python -m benchmarks.wild [FOLDER] [--boards qemu-m4 qemu-m55] [--json FILE] [--only PART ...]

Every .tflite file of the folder (../shared/models/wild by default) is read, built, benched on each board with two
random inputs, and compared with TensorFlow Lite Micro's outputs for the same inputs. A model that fits the memory of no
board is compared in generated C on the host. Exit code 1 if any output differs, or if a supported model fails.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mcu_toolkit import Project, process
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.compiler.report import graph_macs, live_bound
from mcu_toolkit.device.inputs import random_inputs
from mcu_toolkit.errors import FitError, McutkError, ModelError, ToolError, UnsupportedError
from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.ir import Array, Graph
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import require_supported
from mcu_toolkit.host.native import NativeModel
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.host.tflm import TflmRuntime, require_tflm
from mcu_toolkit.records.codec import write
from mcu_toolkit.targets.target import PLAIN

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT.parent / "shared" / "models" / "wild"
SAMPLES, SEED = 2, 1
#: Seconds for one model that the toolkit refuses in TensorFlow Lite Micro's interpreter.
_REFERENCE_TIMEOUT = 180.0
#: Models of more MACs than this are large enough for figures per MAC to mean something.
_COUNTED_MACS = 1_000_000


@dataclass(frozen=True)
class WildRun:
    """One model on one board, or in generated C on the host.

    Attributes:
        where: id of the board, or ``host C``.
        instructions: median of one inference; 0 on the host.
        arena: bytes; 0 where the model does not fit the board.
        mismatches: samples that differ from the oracle.
        same_as_tflm: None where the interpreter does not run the model.
        problem: why there is no result; empty where there is one.
    """

    where: str
    instructions: int = 0
    arena: int = 0
    mismatches: int = 0
    same_as_tflm: bool | None = None
    problem: str = ""


@dataclass(frozen=True)
class WildModel:
    """One model.

    Attributes:
        name: file name.
        verdict: ``supported``, or the reason in one line.
        tflm: ``runs``, or why the interpreter does not run it.
        borders: element types of the inputs and outputs; empty where the file is refused.
        macs: multiply-accumulates in the file.
        bound: live-tensor bound on RAM, bytes.
        runs: one per board, or on the host.
    """

    name: str
    verdict: str
    tflm: str
    borders: str = ""
    macs: int = 0
    bound: int = 0
    runs: tuple[WildRun, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a supported model gave no outputs, or wrong ones."""
        return any(run.mismatches or run.same_as_tflm is False or run.problem for run in self.runs)


@dataclass(frozen=True)
class WildRecord:
    """The models of a folder.

    Attributes:
        command: that made it.
        models: sorted by name.
        supported: models that can be compiled.
        compared: models whose outputs were compared with TensorFlow Lite Micro's.
        failed: names of models with a wrong output or without outputs.
        refused_but_run: names of models that TensorFlow Lite Micro runs and the toolkit refuses.
        median_per_mac: median instructions per MAC on the first board, of models above a million MACs; None if none.
    """

    SCHEMA: ClassVar[str] = "mcutk.wild/1"

    command: str
    models: tuple[WildModel, ...]
    supported: int
    compared: int
    failed: tuple[str, ...]
    refused_but_run: tuple[str, ...]
    median_per_mac: float | None


def main(arguments: list[str] | None = None) -> int:
    """Run, print the table and write the record; exit code 1 if an output differs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="of .tflite files")
    parser.add_argument(
        "--boards", nargs="*", default=["qemu-m4"], help="emulated boards; none: generated C on the host"
    )
    parser.add_argument("--only", nargs="*", default=[], help="models whose file name contains one of these")
    parser.add_argument("--json", type=Path, help="write the record here")
    options = parser.parse_args(arguments)
    paths = sorted(p for p in options.folder.glob("*.tflite") if not options.only or _any_in(options.only, p.name))
    if not paths:
        print(f"skipped: there are no .tflite files in {options.folder}, which is not part of the repository")
        return 0
    require_tflm()
    models = []
    for path in paths:
        models.append(examine(path, options.boards))
        print("\n".join(lines(models[-1])), flush=True)
    record = summary(models, options.boards)
    print(closing(record))
    if options.json:
        write(options.json, record)
    return 1 if record.failed else 0


def _any_in(parts: Sequence[str], name: str) -> bool:
    return any(part in name for part in parts)


def examine(path: Path, boards: Sequence[str]) -> WildModel:
    """Read, build and bench one model."""
    try:
        graph = read_model(path)
        require_supported(graph)
    except UnsupportedError as bad:
        reasons = dict.fromkeys(f"{p.operator}: {p.reason}" for p in bad.problems)
        return WildModel(path.name, "; ".join(reasons), runs_there(path))
    except McutkError as bad:
        return WildModel(path.name, str(bad).split("\n", 1)[0], runs_there(path))
    tflm, expected = reference(path, graph)
    borders = [",".join(graph.tensors[i].dtype.value for i in side) for side in (graph.inputs, graph.outputs)]
    runs = [bench(path, board, expected) for board in boards]
    if not any(run.arena for run in runs):
        runs.append(on_host(graph, expected))
    bound, macs = live_bound(graph), graph_macs(graph)
    return WildModel(path.name, "supported", tflm, " → ".join(borders), macs, bound, tuple(runs))


def reference(path: Path, graph: Graph) -> tuple[str, list[str]]:
    """``runs`` or why TensorFlow Lite Micro does not run the model, and the checksums of its outputs."""
    try:
        outputs = TflmRuntime(path).run_all(random_inputs(graph, SAMPLES, SEED))
    except ModelError as bad:
        return (bad.received or bad.message)[:120], []
    return "runs", checksums(outputs)


def checksums(outputs: Sequence[Array]) -> list[str]:
    """CRC-32 of all output bytes of each sample."""
    return [f"{zlib.crc32(row.tobytes()):08x}" for row in join(outputs)]


def runs_there(path: Path) -> str:
    """``runs``, or why TensorFlow Lite Micro does not run a model that the toolkit refuses."""
    command = [sys.executable, "-m", "benchmarks.wild_reference", str(path)]
    try:
        process.run(command, cwd=ROOT, timeout=_REFERENCE_TIMEOUT)
    except ToolError as bad:
        return ((bad.received or bad.message).strip().split("\n")[-1] or bad.message)[:120]
    return "runs"


def bench(path: Path, board: str, expected: Sequence[str]) -> WildRun:
    """One model on an emulated board."""
    with tempfile.TemporaryDirectory(prefix="mcutk-wild-") as folder:
        project = Project(folder)
        try:
            project.build(board=board, model=path)
            project.flash(board=board)
            record = project.bench(board=board, random=SAMPLES, seed=SEED)
        except FitError:
            return WildRun(board)
        except McutkError as bad:
            return WildRun(board, problem=str(bad).split("\n", 1)[0])
    same = list(record.outputs_crc32 or ()) == list(expected) if expected else None
    return WildRun(board, round(record.latency.median or 0), record.memory.ram.arena, record.mismatches, same)


def on_host(graph: Graph, expected: Sequence[str]) -> WildRun:
    """One model in generated C, compiled for the host."""
    inputs = random_inputs(graph, SAMPLES, SEED)
    compiled = compile_model(graph, PLAIN)
    with NativeModel(compiled) as native:
        outputs = join(native.run_all(inputs))
    wrong = int((outputs != join(Oracle(graph).run_all(inputs))).any(axis=1).sum())
    same = checksums([outputs]) == list(expected) if expected else None
    return WildRun("host C", 0, compiled.report.arena_bytes, wrong, same)


def lines(model: WildModel) -> list[str]:
    """The model's lines of the table."""
    if not model.runs:
        return [f"{model.name[:48]:48} {model.verdict[:110]}  [TFLM: {model.tflm[:40]}]"]
    found = []
    for run in model.runs:
        if run.problem or not run.arena:
            found.append(f"{model.name[:48]:48} {run.where:9} {run.problem or 'does not fit the memory of the board'}")
            continue
        per_mac = f"{run.instructions / model.macs:6.2f}" if run.instructions and model.macs else "     -"
        same = {None: "not run by TFLM", True: "equal", False: "DIFFERENT"}[run.same_as_tflm]
        found.append(
            f"{model.name[:48]:48} {run.where:9} {model.borders:18} {model.macs:>11,} MACs {run.instructions:>12,} "
            f"{per_mac}/MAC  arena {run.arena:>8,} = {run.arena / max(model.bound, 1):4.2f} of the bound  "
            f"{run.mismatches} mismatches  CRC {same}"
        )
    return found


def summary(models: Sequence[WildModel], boards: Sequence[str]) -> WildRecord:
    """The record of all models."""
    rates = [
        run.instructions / model.macs
        for model in models
        for run in model.runs
        if boards and run.where == boards[0] and run.instructions and model.macs > _COUNTED_MACS
    ]
    return WildRecord(
        command=f"python -m benchmarks.wild --boards {' '.join(boards)}",
        models=tuple(models),
        supported=sum(bool(model.runs) for model in models),
        compared=sum(any(run.same_as_tflm is not None for run in model.runs) for model in models),
        failed=tuple(model.name for model in models if model.failed),
        refused_but_run=tuple(model.name for model in models if not model.runs and model.tflm == "runs"),
        median_per_mac=round(statistics.median(rates), 3) if rates else None,
    )


def closing(record: WildRecord) -> str:
    """The last lines of the printed table."""
    text = (
        f"\n{len(record.models)} models, {record.supported} supported, {record.compared} compared with TensorFlow Lite "
        f"Micro, {len(record.failed)} failed; {len(record.refused_but_run)} run there and are refused here"
    )
    if record.median_per_mac is not None:
        text += f"\nmedian instructions per MAC of the models above a million MACs: {record.median_per_mac}"
    return text + "".join(f"\nFAILED: {name}" for name in record.failed)


if __name__ == "__main__":
    sys.exit(main())
