"""Whole benches over lines with faults: ``python -m tests.fuzz.link_faults --mixes 300 --images 20``.

The bench application runs as a host program with a real model; everything from `stream.stream` down is what `mcutk
bench` uses. Each mix of faults is a seed. A run must give every output once, in order, byte for byte that of the NumPy
oracle, and never be without progress for longer than the limit.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import load_board
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.device import connect
from mcu_toolkit.device.link import Patience
from mcu_toolkit.device.stream import stream
from mcu_toolkit.device.types import LinkCounters
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.records.build import FirmwareId
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.device import IDENTITY, build_host_app
from tests.support.faults import FaultyBoard, Mix, faulty_board
from tests.support.mlperf import mlperf_model, reference_input

LIMIT = 30.0  # seconds without progress


@dataclass(frozen=True, eq=False)
class Subject:
    """A model as a host program, inputs and the outputs that they must give.

    Attributes:
        program: the bench application.
        firmware: what it sends in its HELLO_REPLY.
        inputs, outputs: uint8 [N, bytes].
    """

    program: Path
    firmware: FirmwareId
    inputs: npt.NDArray[np.uint8]
    outputs: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Outcome:
    """One run: seconds, longest time between two outputs, faults, restarts of the board, repetitions, bytes sent."""

    seconds: float
    longest: float
    faults: int
    resets: int
    retries: int
    sent: int


def model_path(name: str) -> Path:
    """``phantom``, the image model that ships with the package, or one of the MLPerf Tiny models."""
    return asset_dir("models") / "phantom" / "model.tflite" if name == "phantom" else mlperf_model(name)


def subject(name: str, folder: Path, images: int, **link: object) -> Subject:
    """Build a model's bench application; `link` changes the link settings of the board."""
    graph = read_model(model_path(name))
    program = build_host_app(folder, model=compile_model(graph, Target(PORTABLE, "cortex-m4")), **link)
    entry = graph.tensors[graph.inputs[0]]
    inputs = np.stack([reference_input(seed + 1, entry.bytes) for seed in range(images)])
    outputs = Oracle(graph).run(inputs.reshape(images, *entry.shape[1:])).reshape(images, -1)
    firmware = FirmwareId(graph.sha256, IDENTITY.build_sha256)
    return Subject(program, firmware, inputs.view(np.uint8), np.ascontiguousarray(outputs).view(np.uint8))


def subjects(name: str, folder: Path, images: int) -> dict[bool, Subject]:
    """A model on a board with overlap ``hold`` (key False) and on one with ``pause`` (key True)."""
    (folder / "hold").mkdir()
    (folder / "pause").mkdir()
    return {
        False: subject(name, folder / "hold", images),
        True: subject(name, folder / "pause", images, overlap="pause", ring=256, payload=192),
    }


def bench(item: Subject, mix: Mix, opened: Callable[[Callable[[], object]], None], *, paced: bool = False) -> Outcome:
    """Stream all inputs over a line with faults and check every output.

    Args:
        item: the model.
        mix: the faults.
        opened: replaces `connect.open_port` by the function that it is given.
        paced: the board has overlap ``pause``.
    """
    board = load_board("qemu-m4")
    board = replace(board, link=replace(board.link, overlap="pause" if paced else "hold"))
    times = [time.monotonic()]
    order: list[int] = []

    def on_result(index: int, _output: object, _latency: int) -> None:
        order.append(index)
        times.append(time.monotonic())

    with faulty_board(item.program, mix) as faulty:
        opened(faulty.open)
        run = stream(board, Path(), None, item.inputs, firmware=item.firmware, on_result=on_result, patience=Patience())
        times.append(time.monotonic())
        assert order == list(range(len(item.inputs))), f"seed {mix.seed}: results {order}"
        assert len(run.outputs) == len(run.latencies) == len(item.inputs), f"seed {mix.seed}: a wrong count"
        np.testing.assert_array_equal(run.outputs, item.outputs, err_msg=f"seed {mix.seed}: a wrong byte")
        return outcome(faulty, times, run.link)


def outcome(faulty: FaultyBoard, times: list[float], link: LinkCounters) -> Outcome:
    """The figures of a run."""
    longest = max(after - before for before, after in itertools.pairwise(times))
    assert longest < LIMIT, f"{longest:.1f} s without progress"
    return Outcome(times[-1] - times[0], longest, faulty.faults, faulty.resets, link.retries, link.bytes_sent)


def main() -> None:
    """Run the mixes and print one line per model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mixes", type=int, default=300)
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--models", nargs="+", default=["kws", "phantom"])
    arguments = parser.parse_args()

    def opened(make: Callable[[], object]) -> None:
        connect.open_port = lambda *_: make()  # type: ignore[assignment, return-value]

    for name in arguments.models:
        with tempfile.TemporaryDirectory(prefix="mcutk-faults-") as folder:
            boards = subjects(name, Path(folder), arguments.images)
            seeds = range(arguments.first, arguments.first + arguments.mixes)
            done = [
                bench(boards[paced], Mix.random(seed), opened, paced=paced)
                for seed in seeds
                for paced in (seed % 4 == 3,)
            ]
        print(
            f"{name}: {len(done)} mixes of {arguments.images} images, every output right and counted once; "
            f"{sum(d.faults for d in done)} faults, {sum(d.resets for d in done)} restarts, "
            f"{sum(d.retries for d in done)} retries; longest time without an output "
            f"{max(d.longest for d in done):.1f} s; {sum(d.seconds for d in done):.0f} s in all"
        )


if __name__ == "__main__":
    main()
