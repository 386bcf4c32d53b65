"""`python -m benchmarks.calibrate`: instructions and estimated cycles of every kernel variant, measured and modelled.

Every variant that accepts a layer runs on an emulated board, with the plugin that counts what executes. The table
compares the instructions that the variant states with those executed, and the cycles that follow from the present rates
with the estimate for what executed. --layers does so for each layer. --write puts the measured cycles per instruction
into mcu_toolkit/compiler/rates, from which kernels are chosen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import REFERENCE, available, model_bytes
from mcu_toolkit import toml
from mcu_toolkit.boards import Board, load_board
from mcu_toolkit.compiler.kernels.base import Request
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.compiler.rates import Rates, path_of, rates_of
from mcu_toolkit.compiler.select import Candidate, Selector, accepting
from mcu_toolkit.device import firmware
from mcu_toolkit.device.counting.run import count
from mcu_toolkit.errors import FitError, McutkError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.records.build import ModelOrigin
from mcu_toolkit.targets.core import CORES
from mcu_toolkit.targets.isa import ISAS
from mcu_toolkit.targets.target import Optimize, Target
from mcu_toolkit.workspace import atomic_write

#: Emulated board → the cores that run its code: rates of all of them follow from one run.
CORES_OF = {
    "qemu-m0-m3": ("cortex-m0", "cortex-m0plus", "cortex-m0.small-multiply", "cortex-m0plus.small-multiply"),
    "qemu-m3": ("cortex-m3",),
    "qemu-m4": ("cortex-m4",),
    "qemu-m7": ("cortex-m7",),
    "qemu-m33": ("cortex-m33",),
    "qemu-m55": ("cortex-m55",),
}
_HEADER = "# Cycles per instruction; written by `python -m benchmarks.calibrate --write`.\n"


@dataclass(frozen=True)
class Measured:
    """One layer with one kernel variant.

    Attributes:
        kernel, isa: the variant and its instruction set.
        stated: instructions by the variant's formula.
        instructions: executed.
        cycles: core → estimated cycles.
    """

    kernel: str
    isa: str
    stated: int
    instructions: int
    cycles: Mapping[str, int]


class _Variants:
    """Gives each node its variant of one number, and remembers which it was."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.chosen: dict[int, Candidate] = {}  # by identity of the node
        self.exhausted = True

    def choose(self, request: Request) -> tuple[Candidate, ...]:
        found = accepting(request)
        pick = found[min(self.number, len(found) - 1)]
        if self.number < len(found):
            self.exhausted = False
            self.chosen[id(request.node)] = pick
        return (pick,)


def measure(board: Board, data: bytes, cache: Path) -> Iterator[Measured]:
    """Every layer of a model with every variant that accepts it; images that do not fit the board are skipped."""
    graph = read_model(data)
    target = Target(ISAS.find(board.core.isa), board.core.cpu, Optimize.SPEED)
    sample = bytes(sum(graph.tensors[index].bytes for index in graph.inputs))
    number = 0
    while True:
        variants = _Variants(number)
        compiled = compile_model(graph, target, selector=Selector(target, variants.choose))
        if variants.exhausted:
            return
        with tempfile.TemporaryDirectory(prefix="mcutk-calibrate-") as folder:
            image = Path(folder) / "build"
            try:
                firmware.build(compiled, board, image, origin=ModelOrigin("file", "-"), optimize=Optimize.SPEED)
            except FitError:
                number += 1
                continue
            counted = count(board, image, sample, cache=cache, steps=True)
        estimates = {core: counted.step_estimates(CORES[core]) for core in CORES_OF[board.id]}
        for at, step in enumerate(compiled.schedule.steps):
            candidate = variants.chosen.get(id(compiled.graph.nodes[step.node]))
            if candidate is not None:
                cycles = {core: made[at].cycles for core, made in estimates.items()}
                executed = counted.steps[at].instructions
                yield Measured(step.call.name, candidate.kernel.isa, step.call.cost, executed, cycles)
        number += 1


def rates(measured: Sequence[Measured], core: str) -> Rates:
    """Cycles per instruction of each kernel, and of each instruction set."""

    def ratio(part: Sequence[Measured]) -> float:
        return round(sum(m.cycles[core] for m in part) / sum(m.instructions for m in part), 3)

    kernels: dict[str, list[Measured]] = defaultdict(list)
    sets: dict[str, list[Measured]] = defaultdict(list)
    for each in measured:
        kernels[each.kernel].append(each)
        sets[each.isa].append(each)
    return Rates(
        {name: ratio(part) for name, part in sorted(sets.items())},
        {name: ratio(part) for name, part in sorted(kernels.items())},
    )


def render(measured: Sequence[Measured], core: str, layers: bool = False) -> str:
    """One line per kernel: layers, instructions and cycles with the error of their model, cycles per instruction.

    Args:
        measured: layers with their kernels.
        core: the core whose rates are the model of cycles.
        layers: also a line per layer.
    """
    kernels: dict[str, list[Measured]] = defaultdict(list)
    for each in measured:
        kernels[each.kernel].append(each)
    heads = (
        f"{'kernel':40}{'layers':>7}{'instructions':>14}{'stated':>9}{'cycles':>13}{'modelled':>10}{'ratio':>7}  range"
    )
    lines = [core, heads]
    for name, part in sorted(kernels.items(), key=lambda item: -sum(m.instructions for m in item[1])):
        ratios = [m.cycles[core] / m.instructions for m in part]
        lines.append(f"{_figures(name, part, core)}  {min(ratios):.2f} to {max(ratios):.2f}")
        lines += [_figures("", [each], core) for each in part] if layers else []
    return "\n".join(lines)


def _figures(name: str, part: Sequence[Measured], core: str) -> str:
    executed, cycles = sum(m.instructions for m in part), sum(m.cycles[core] for m in part)
    stated = sum(m.stated for m in part)
    modelled = sum(m.stated * rates_of(core).of(m.kernel, m.isa) for m in part)
    errors = f"{100 * (stated / executed - 1):+8.1f}%", f"{100 * (modelled / cycles - 1):+9.1f}%"
    return f"{name:40}{len(part):7}{executed:14,}{errors[0]}{cycles:13,}{errors[1]}{cycles / executed:7.3f}"


def write(made: Rates, core: str) -> None:
    """Put rates into the table of a core; kernels that were not measured keep theirs."""
    known = rates_of(core)
    default, kernels = ({**old, **new} for old, new in ((known.default, made.default), (known.kernels, made.kernels)))
    tables = {"default": dict(sorted(default.items())), "kernels": dict(sorted(kernels.items()))}
    quoted = {name: {_key(key): value for key, value in table.items()} for name, table in tables.items()}
    atomic_write(path_of(core), _HEADER + toml.dumps(quoted))


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() else toml.literal(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 if every model could be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="models; by default the reference models that are here")
    parser.add_argument("--boards", nargs="+", choices=list(CORES_OF), default=list(CORES_OF))
    parser.add_argument("--layers", action="store_true", help="also list every layer")
    parser.add_argument("--write", action="store_true", help="write mcu_toolkit/compiler/rates")
    options = parser.parse_args(arguments)
    models = [file.read_bytes() for file in options.files]
    models = models or [model_bytes(name) for name in REFERENCE if available(name)]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="mcutk-plugin-") as cache:
        for board in map(load_board, options.boards):
            measured: list[Measured] = []
            for data in models:
                try:
                    measured += measure(board, data, Path(cache))
                except McutkError as error:
                    failed += 1
                    print(f"error: {error}", file=sys.stderr)
            for core in CORES_OF[board.id] if measured else ():
                print(render(measured, core, options.layers), end="\n\n")
                if options.write:
                    write(rates(measured, core), core)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
