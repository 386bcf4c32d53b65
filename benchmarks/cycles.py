"""`python -m benchmarks.cycles`: estimated cycles of the reference models, beside the cycles that others published.

Nothing here was measured on silicon but the figures of the peers. The estimate is that of `mcutk bench`
(docs/cycles.md), without wait states of flash and with those of the peers' chip. Then come the slowest layers of each
model that is behind the best peer of its core. --write puts both into docs/cycles.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import MODES, REFERENCE, ROOT, available, model_bytes
from benchmarks.table import Silicon, load_peers
from mcu_toolkit.boards import load_board
from mcu_toolkit.compiler.pipeline import Compiled, compile_model
from mcu_toolkit.device import firmware, inputs
from mcu_toolkit.device.counting.estimate import Estimate
from mcu_toolkit.device.counting.run import Counted, count
from mcu_toolkit.errors import McutkError
from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.records.build import ModelOrigin
from mcu_toolkit.targets.core import CORES
from mcu_toolkit.targets.isa import ISAS
from mcu_toolkit.targets.target import Optimize, Target

#: Core → emulated board that runs its code.
BOARDS = {
    "cortex-m0plus": "qemu-m0-m3",
    "cortex-m3": "qemu-m3",
    "cortex-m4": "qemu-m4",
    "cortex-m7": "qemu-m7",
    "cortex-m33": "qemu-m33",
    "cortex-m55": "qemu-m55",
}
_MODELS = tuple(name for name in REFERENCE if available(name))
PAGE = ROOT / "docs" / "cycles.md"
_BEGIN, _END = "<!-- cycles -->\n", "<!-- end of cycles -->"
#: Layers that are listed of a model that is behind.
_LISTED = 4


@dataclass(frozen=True, eq=False)
class Run:
    """One model in one mode on one core, counted.

    Attributes:
        core: id of the cost table.
        compiled: the model.
        counted: what executed.
    """

    core: str
    compiled: Compiled
    counted: Counted

    def estimate(self, wait_states: int = 0) -> Estimate:
        """The whole inference."""
        return self.counted.estimate(CORES[self.core], wait_states)


def run(model: str, core: str, mode: str, cache: Path) -> Run:
    """Compile, build and count one inference with the random input of seed 1."""
    graph = read_model(model_bytes(model))
    board = load_board(BOARDS[core])
    optimize = Optimize(mode)
    compiled = compile_model(graph, Target(ISAS.find(board.core.isa), board.core.cpu, optimize))
    sample = join(inputs.random_inputs(graph, 1, 1))[0]
    with tempfile.TemporaryDirectory(prefix="mcutk-cycles-") as folder:
        image = Path(folder) / "build"
        firmware.build(compiled, board, image, origin=ModelOrigin("file", model), optimize=optimize)
        counted = count(board, image, sample.tobytes(), cache=cache, steps=True)
    return Run(core, compiled, counted)


def rows(core: str, runs: Mapping[str, Mapping[str, Run]], peers: Sequence[Silicon]) -> list[str]:
    """The rows of one core: estimates by mode, and what others published."""
    lines = []
    for mode, made in runs.items():
        for states in dict.fromkeys((0, *(peer.wait_states for peer in peers))):
            cells = [f"~{made[model].estimate(states).cycles / 1e6:.3g}" for model in made]
            lines.append(_row(CORES[core].name, f"mcutk, {mode}, estimated, {states} wait states", cells))
        ratios = [f"{e.cycles / e.instructions:.2f}" for e in (made[model].estimate() for model in made)]
        lines.append(_row("", f"mcutk, {mode}, estimated cycles per instruction", ratios))
    models = list(next(iter(runs.values())))
    for peer in peers:
        cells = [f"{peer.cycles[model] / 1e6:.3g}" for model in models]
        lines.append(_row("", f"{peer.who}, {peer.chip}, published", cells))
    return lines


def behind(core: str, runs: Mapping[str, Mapping[str, Run]], peers: Sequence[Silicon]) -> list[str]:
    """The slowest layers of every model whose best estimate is above the best published figure of its core."""
    lines = []
    for model in next(iter(runs.values())) if peers else ():
        peer = min(peers, key=lambda each: each.cycles[model])
        best, states = peer.cycles[model], peer.wait_states
        estimates = {mode: made[model].estimate(states).cycles for mode, made in runs.items()}
        mode = min(estimates, key=lambda each: estimates[each])
        ours, fastest = estimates[mode], runs[mode][model]
        if ours <= best:
            continue
        lines.append(f"{core}, {model}, {mode}: ~{ours:,} estimated with {states} wait states, {best:,} published")
        steps = fastest.counted.step_estimates(CORES[core], states)
        listed = sorted(zip(steps, fastest.compiled.report.layers, strict=True), key=lambda item: -item[0].cycles)
        for made, layer in listed[:_LISTED]:
            per_mac = f"{made.cycles / layer.macs:.2f} per MAC" if layer.macs else ""
            share = 100 * made.cycles / ours
            lines.append(f"  {layer.operator} {layer.kernel}: ~{made.cycles:,}, {share:.0f} %, {per_mac}")
    return lines


def _row(*cells: str | Sequence[str]) -> str:
    flat = [cell for part in cells for cell in ([part] if isinstance(part, str) else part)]
    return "| " + " | ".join(flat) + " |"


def report(cores: Sequence[str], modes: Sequence[str]) -> str:
    """The table in Markdown, and the layers of the models that are behind.

    Raises:
        McutkError: a model could not be built or counted.
    """
    silicon = load_peers().silicon
    lines = ["Million cycles of one inference:", "", _row("core", "who", _MODELS), _row(["---"] * (2 + len(_MODELS)))]
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mcutk-plugin-") as cache:
        for core in cores:
            runs = {mode: {model: run(model, core, mode, Path(cache)) for model in _MODELS} for mode in modes}
            peers = [peer for peer in silicon if peer.core == core]
            lines += rows(core, runs, peers)
            notes += behind(core, runs, peers)
    listed = ["", "Behind the best published figure of the core:", "", "```", *notes, "```"] if notes else []
    return "\n".join([*lines, *listed]) + "\n"


def page(text: str, made: str) -> str:
    """The text of docs/cycles.md with its table made again."""
    head, _, rest = text.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    assert end, f"{PAGE.name} lacks the comments {_BEGIN.strip()} and {_END}"
    return head + _BEGIN + made + _END + tail


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 if every model could be counted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cycles", description=__doc__)
    parser.add_argument("--cores", nargs="+", choices=list(BOARDS), default=list(BOARDS))
    parser.add_argument("--modes", nargs="+", choices=MODES, default=["balanced", "speed"])
    parser.add_argument("--write", action="store_true", help="put the table into docs/cycles.md")
    options = parser.parse_args(arguments)
    if not _MODELS:
        print("no models in ../shared/models/mlperf_tiny", file=sys.stderr)
        return 1
    try:
        made = report(options.cores, options.modes)
    except McutkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(made, end="")
    if options.write:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
