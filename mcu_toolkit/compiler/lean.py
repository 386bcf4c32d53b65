"""Finds the region of the graph that lowers the arena most when it runs strip by strip.

Only for `Optimize.RAM`: the rows at the borders of strips are computed twice, which costs cycles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mcu_toolkit.compiler.passes.strips import Region, regions, split
from mcu_toolkit.compiler.plan.assign import Estimate, estimate
from mcu_toolkit.compiler.plan.problem import step_bounds
from mcu_toolkit.compiler.select import Selector
from mcu_toolkit.graph.ir import Graph

_MAX_NODES = 8
_COARSE = (2, 4, 8)
_FINE = (3, 6, 12, 16)
_REFINED = 2
_ROUNDS = 2
#: Larger graphs are left as they are: every trial plans the whole graph again.
_LARGEST_GRAPH = 512
#: Most cycles of the graph with strips, as a multiple of those without them.
_MAX_CYCLES = 1.25
#: A region is run in strips only if that lowers the arena to this share or below.
_MAX_ARENA = 0.97
#: Of candidates within this factor of the least arena, the one with the fewest cycles is chosen.
_SIMILAR_ARENA = 1.02


@dataclass(frozen=True, eq=False)
class _Trial:
    graph: Graph
    estimate: Estimate

    @property
    def arena(self) -> int:
        return self.estimate.plan.arena_bytes

    def busy(self) -> set[int]:
        """Nodes whose live buffers need more than `_MAX_ARENA` of the arena; a useful region holds all of them."""
        steps = self.estimate.schedule.steps
        bounds = step_bounds(self.estimate.problem)
        return {steps[n].node for n, bound in enumerate(bounds[: len(steps)]) if bound > _MAX_ARENA * self.arena}


def least_ram(graph: Graph, selector: Selector) -> Graph:
    """The graph with at most `_ROUNDS` regions in strips; the same graph where strips do not help."""
    if len(graph.nodes) > _LARGEST_GRAPH:
        return graph
    current = _try(graph, selector)
    limit = current.estimate.cycles * _MAX_CYCLES
    for _ in range(_ROUNDS):
        trials = _trials(current, selector)
        good = [t for t in trials if t.arena <= _MAX_ARENA * current.arena and t.estimate.cycles <= limit]
        if not good:
            break
        least = min(trial.arena for trial in good)
        current = min(
            (t for t in good if t.arena <= _SIMILAR_ARENA * least), key=lambda t: (t.estimate.cycles, t.arena)
        )
    return current.graph


def _try(graph: Graph, selector: Selector) -> _Trial:
    return _Trial(graph, estimate(graph, selector.options(graph), selector.target))


def _trials(current: _Trial, selector: Selector) -> Iterator[_Trial]:
    """Every region that holds all busy nodes, in few numbers of strips; the best regions in more numbers of strips."""
    busy = current.busy()
    holding = [r for r in regions(current.graph, _MAX_NODES) if busy and r.first <= min(busy) and max(busy) <= r.last]
    coarse = {region: _in_strips(current.graph, region, _COARSE, selector) for region in holding}
    for trials in coarse.values():
        yield from trials
    ranked = sorted((r for r in holding if coarse[r]), key=lambda r: min(t.arena for t in coarse[r]))
    for region in ranked[:_REFINED]:
        yield from _in_strips(current.graph, region, _FINE, selector)


def _in_strips(graph: Graph, region: Region, counts: tuple[int, ...], selector: Selector) -> list[_Trial]:
    candidates = (split(graph, region, count, selector.target.isa.tensor_align) for count in counts)
    return [_try(candidate, selector) for candidate in candidates if candidate is not None]
