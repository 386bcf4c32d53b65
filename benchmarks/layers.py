"""`python -m benchmarks.layers`: instructions per MAC by kind of layer, from profiles on emulated boards.

The limit is that of the instruction set: two MACs per instruction on Armv7E-M (SMLAD), sixteen with Helium (VMLADAVA).
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measure import BOARDS, MODELS, MODES, Case, Measured, available, measure
from mcu_toolkit.boards import load_board
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.isa import DSP, ISAS, MVE, PORTABLE

#: Least instructions per MAC that the instruction set permits.
LIMITS = {PORTABLE: 1.0, DSP: 0.5, MVE: 1 / 16}
#: Up to this depth, most instructions of a convolution are outside the dot products.
_NARROW = 4


@dataclass(frozen=True)
class LayerFigure:
    """One layer of a profiled run; latency in instructions."""

    kind: str
    kernel: str
    macs: int
    instructions: int


def kind_of(graph: Graph, node: Node) -> str:
    """Kind of a layer: the name of its row in the table."""
    if node.op == "CONV_2D":
        _, height, width, depth = graph.tensors[node.inputs[1]].shape
        if (height, width) == (1, 1):
            return "convolution 1x1"
        return "convolution, few channels" if depth <= _NARROW else "convolution"
    names = {"DEPTHWISE_CONV_2D": "depthwise convolution", "FULLY_CONNECTED": "fully connected"}
    return names.get(node.op, node.op)


def figures(measured: Measured) -> Iterator[LayerFigure]:
    """Every layer of a profiled run."""
    compiled = measured.compiled
    for time, layer, step in zip(measured.run.profile, compiled.report.layers, compiled.schedule.steps, strict=True):
        node = compiled.graph.nodes[step.node]
        yield LayerFigure(kind_of(compiled.graph, node), layer.kernel, layer.macs, time.latency)


def render(layers: Sequence[LayerFigure], limit: float) -> str:
    """One line per kind of layer: MACs, instructions, instructions per MAC, and their ratio to the limit."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for layer in layers:
        sums[layer.kind][0] += layer.macs
        sums[layer.kind][1] += layer.instructions
    total = sum(instructions for _, instructions in sums.values())
    lines = [f"{'layer':28}{'MACs':>14}{'instructions':>14}{'per MAC':>9}{'x limit':>9}{'share':>8}"]
    for kind, (macs, instructions) in sorted(sums.items(), key=lambda item: -item[1][1]):
        per_mac = f"{instructions / macs:9.3f}{instructions / macs / limit:9.1f}" if macs else f"{'-':>9}{'-':>9}"
        lines.append(f"{kind:28}{macs:14,}{instructions:14,}{per_mac}{instructions / total * 100:7.1f}%")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one table per board."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layers", description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=[m for m in MODELS if not m.endswith("-random")])
    parser.add_argument("--boards", nargs="+", choices=BOARDS, default=["qemu-m4", "qemu-m55"])
    parser.add_argument("--mode", choices=MODES, default="balanced")
    options = parser.parse_args(arguments)
    for board in options.boards:
        limit = LIMITS[ISAS.find(load_board(board).core.isa)]
        layers: list[LayerFigure] = []
        for model in filter(available, options.models):
            measured = measure(Case(model, board, options.mode), profile=True)
            if measured is not None:
                layers.extend(figures(measured))
        print(f"{board}, {options.mode}: {', '.join(options.models)}; limit {limit:g} instructions per MAC")
        print(render(layers, limit), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
