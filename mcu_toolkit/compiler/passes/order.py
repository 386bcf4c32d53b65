"""Chooses the order of nodes with the least peak of RAM.

Best-first search over the sets of nodes that have run, by the peak so far. It is exact unless it reaches its limit of
sets; chains and a few branches stay far below it. The order of the model stays unless another is strictly better.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

from mcu_toolkit.compiler.passes.edit import is_stateful
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.ops import OPERATORS

#: Sets of nodes that the search may visit, and nodes that it may look at in all of them.
_MOST_SETS = 6_000
_MOST_VISITS = 2_000_000


@dataclass(frozen=True)
class _Problem:
    """Nodes as bit masks: the nodes that each waits for, and the storage that it reads and writes."""

    waits: tuple[int, ...]
    reads: tuple[frozenset[int], ...]
    writes: tuple[frozenset[int], ...]
    readers: dict[int, int]
    sizes: dict[int, int]
    start: frozenset[int]
    forever: frozenset[int]

    @property
    def count(self) -> int:
        return len(self.waits)

    def step(self, done: int, live: frozenset[int], node: int) -> tuple[int, frozenset[int]]:
        """Bytes live while the node runs, and the storage that is live after it."""
        during = live | self.reads[node] | self.writes[node]
        done |= 1 << node
        after = frozenset(r for r in during if r in self.forever or self.readers.get(r, 0) & ~done)
        return sum(self.sizes[r] for r in during), after


def run(graph: Graph) -> Graph:
    """Reorder where that lowers the largest sum of live tensors."""
    if len(graph.nodes) < 3:
        return graph
    problem = _problem(graph)
    order = _search(problem, _peak(problem, range(problem.count)))
    if order is None:
        return graph
    return replace(graph, nodes=tuple(graph.nodes[i] for i in order))


def _problem(graph: Graph) -> _Problem:
    root: dict[int, int] = {i: i for i, t in enumerate(graph.tensors) if not t.is_const}
    for node in graph.nodes:
        if OPERATORS[node.op].view and node.inputs[0] in root:
            root[node.outputs[0]] = root[node.inputs[0]]
    producers = graph.producers()
    waits, reads, writes = [], [], []
    readers: dict[int, int] = {}
    last_stateful: int | None = None
    for number, node in enumerate(graph.nodes):
        wait = 0
        for index, _ in graph.used_inputs(node):
            if index in producers:
                wait |= 1 << producers[index]
        if is_stateful(graph, node):
            wait |= 0 if last_stateful is None else 1 << last_stateful
            last_stateful = number
        waits.append(wait)
        read = frozenset(root[i] for i, _ in graph.used_inputs(node) if i in root)
        for r in read:
            readers[r] = readers.get(r, 0) | 1 << number
        reads.append(read)
        writes.append(frozenset(root[i] for i in node.outputs))
    sizes: dict[int, int] = {}
    for index, its_root in root.items():
        sizes[its_root] = max(sizes.get(its_root, 0), graph.tensors[index].bytes)
    used = {index for node in graph.nodes for index in node.inputs}
    variables = frozenset(i for i, t in enumerate(graph.tensors) if t.variable and i in root and i in used)
    inputs = frozenset(root[i] for i in graph.inputs if i in root)
    outputs = frozenset(root[i] for i in graph.outputs if i in root)
    return _Problem(tuple(waits), tuple(reads), tuple(writes), readers, sizes, inputs | variables, outputs | variables)


def _peak(problem: _Problem, order: range) -> int:
    peak, done, live = 0, 0, problem.start
    for node in order:
        size, live = problem.step(done, live, node)
        done |= 1 << node
        peak = max(peak, size)
    return peak


def _search(problem: _Problem, known: int) -> list[int] | None:
    """The order with the least peak, where that is below `known`; else None."""
    floor = max(sum(problem.sizes[r] for r in problem.reads[i] | problem.writes[i]) for i in range(problem.count))
    if known <= floor:
        return None
    full = (1 << problem.count) - 1
    seen: dict[int, tuple[int, int, int]] = {0: (0, -1, 0)}  # set -> (peak so far, node run last, set before)
    heap: list[tuple[int, int, int, frozenset[int]]] = [(0, 0, 0, problem.start)]
    limit = min(_MOST_SETS, _MOST_VISITS // problem.count)
    while heap and len(seen) < limit:
        peak, _, done, live = heapq.heappop(heap)
        if done == full:
            return _path(seen, full)
        for node in range(problem.count):
            grown = done | 1 << node
            if done >> node & 1 or problem.waits[node] & ~done:
                continue
            size, after = problem.step(done, live, node)
            reached = max(peak, size)
            if reached < known and (grown not in seen or reached < seen[grown][0]):
                seen[grown] = (reached, node, done)
                heapq.heappush(heap, (reached, -grown.bit_count(), grown, after))
    return None


def _path(seen: dict[int, tuple[int, int, int]], full: int) -> list[int]:
    order: list[int] = []
    at = full
    while at:
        _, node, at = seen[at]
        order.append(node)
    return order[::-1]


PASSES.add("order", Pass(run, Stage.FINISH, order=10))
