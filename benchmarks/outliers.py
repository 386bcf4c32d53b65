"""`python -m benchmarks.outliers FOLDER`: layers that hold much of a model's work and cost much per MAC, by estimate.

Compiles every .tflite file of a folder for emulated boards without running it: missing kernels show in the estimates.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mcu_toolkit.boards import load_board
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.compiler.report import CompiledLayer, CompileReport
from mcu_toolkit.errors import McutkError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.targets.isa import ISAS
from mcu_toolkit.targets.target import Optimize, Target

#: Models below this many MACs are not counted in the median.
_LARGE = 1_000_000


def per_mac(instructions: int, macs: int) -> float:
    """Instructions per MAC; infinite for a layer without MACs."""
    return instructions / macs if macs else float("inf")


def outliers(report: CompileReport, share: float, limit: float) -> Iterator[CompiledLayer]:
    """Layers with more than `share` of a model's estimated instructions and more than `limit` per MAC."""
    for layer in report.layers:
        if layer.cost > share * report.cost and per_mac(layer.cost, layer.macs) > limit:
            yield layer


def render(name: str, report: CompileReport, share: float, limit: float) -> list[str]:
    """A line for the model, and one for each of its outliers."""
    lines = [f"{name[:60]:62}{report.macs:>12,}{report.cost:>14,}{per_mac(report.cost, report.macs):>9.2f}"]
    for layer in outliers(report, share, limit):
        what = f"  {layer.operator} {layer.kernel} {list(layer.shape)}"
        ratio = f"{per_mac(layer.cost, layer.macs):>9.2f}" if layer.macs else f"{'-':>9}"
        lines.append(f"{what[:60]:62}{layer.macs:>12,}{layer.cost:>14,}{ratio}{layer.cost / report.cost:>7.0%}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one list per board."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outliers", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--boards", nargs="+", default=["qemu-m4", "qemu-m55"])
    parser.add_argument("--share", type=float, default=0.05, help="least part of a model's instructions")
    parser.add_argument("--limit", type=float, default=2.2, help="instructions per MAC")
    options = parser.parse_args(arguments)
    for board in map(load_board, options.boards):
        target = Target(ISAS.find(board.core.isa), board.core.cpu, Optimize.BALANCED)
        print(f"{board.id}\n{'model, outliers':62}{'MACs':>12}{'instructions':>14}{'per MAC':>9}{'share':>7}")
        ratios = []
        for path in sorted(options.folder.glob("*.tflite")):
            try:
                report = compile_model(read_model(path), target).report
            except McutkError as refusal:
                print(f"{path.name[:60]:62}{str(refusal).splitlines()[0][:80]}")
                continue
            print("\n".join(render(path.stem, report, options.share, options.limit)), flush=True)
            if report.macs > _LARGE:
                ratios.append(per_mac(report.cost, report.macs))
        if ratios:
            print(f"median of {len(ratios)} models above {_LARGE:,} MACs: {statistics.median(ratios):.2f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
