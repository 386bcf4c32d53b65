"""The registry of passes and the order in which they run.

A pass keeps every bit of every output. The module of a pass ends with ``PASSES.add(NAME, Pass(run, stage, order))``;
a plug-in or a test may add one from anywhere.

| order | SIMPLIFY: repeated until the graph stays as it is | why there |
| --- | --- | --- |
| 10 | unused | less for the others to look at |
| 20 | shapes | what computed a shape becomes unused |
| 30 | constants | nodes that read constants become constants |
| 40 | identity | nodes that change nothing hide patterns from the passes below |
| 50 | duplicates | equal nodes merge, and their output has one reader more than before |
| 60 | pad | a PAD goes into the convolutions that read it |
| 70 | activations | a RELU goes into the operator before it |
| 80 | channels | last, because it analyses the values of the whole graph, fused activations included |

| order | FINISH: once, when nothing changes any more | why there |
| --- | --- | --- |
| 10 | order | the least peak of RAM depends on all nodes that are left |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.registry import Registry, modules_of


class Stage(IntEnum):
    """When a pass runs."""

    SIMPLIFY = 0
    FINISH = 1


@dataclass(frozen=True)
class Pass:
    """One rewrite of the graph.

    Attributes:
        run: gives the rewritten graph, or the same object where there is nothing to do.
        stage: SIMPLIFY passes are repeated, FINISH passes run once after them.
        order: passes of one stage run in ascending order, those of equal order in the order of their names.
    """

    run: Callable[[Graph], Graph]
    stage: Stage
    order: int


#: Name, for messages → pass.
PASSES: Registry[Pass] = Registry(
    "pass", builtin=modules_of("mcu_toolkit.compiler.passes", [str(Path(__file__).parent)])
)


def in_order(stage: Stage) -> tuple[tuple[str, Pass], ...]:
    """(name, pass) of a stage, in the order in which they run."""
    chosen = [(name, item) for name, item in PASSES.items() if item.stage is stage]
    return tuple(sorted(chosen, key=lambda named: (named[1].order, named[0])))
