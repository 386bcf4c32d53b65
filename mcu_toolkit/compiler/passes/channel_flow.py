"""Finds the channels of each tensor that are needed: the analysis behind dead-channel elimination.

An element is one channel (a position along the last axis) of one activation. Elements that an operator maps one to one
(`Channels.SAME`, `TILED` and `DEPTHWISE`: pooling, elementwise operators, views, depthwise convolution) are tied: all
of them are removed or none. Tied elements are needed when one of them is needed:

- an operator whose channels are `MIXED` reads or writes it, or it belongs to an input or output of the model; or
- a layer whose channels are `DENSE` multiplies it by a weight that is not zero, into an output channel that is needed
  and not constant, and its own value is not a constant that folds into the bias.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.ranges import Accumulators, analyse, has_padding
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.base import Channels
from mcu_toolkit.graph.ops.linear import Linear

Mask = npt.NDArray[np.bool_]

#: The largest sum that a folded bias may reach; above it the channel stays.
_BIAS_LIMIT = 2**31 - 1

#: Channels of all tensors above which a graph is not analysed: far above what a microcontroller holds, and few enough
#: for the memory of the host whatever the file.
MOST_CHANNELS = 1 << 20


class Flow:
    """The analysis of one graph.

    Attributes:
        graph: the analysed graph.
        bounds: value bounds by tensor.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.bounds, self._inside = analyse(graph)
        self._linear: dict[int, Linear] = {}
        self._base: dict[int, int] = {}
        count = 0
        for index in self.bounds:
            self._base[index] = count
            count += graph.tensors[index].shape[-1]
        self._parent = np.arange(count)
        self._pinned: set[int] = set()
        for index in (*graph.inputs, *graph.outputs):
            self._pin(index)
        for node in graph.nodes:
            self._tie_node(node)
        self._dense = [(node, self._reads(node)) for node in graph.nodes if self.channels_of(node) is Channels.DENSE]
        self._needed: Mask = self._solve()

    def kept(self, index: int) -> Mask | None:
        """Which channels of a tensor are needed, bool [channels]; None for a tensor that is not analysed."""
        if index not in self._base:
            return None
        return np.asarray(self._needed[self._roots(index)])

    def foldable(self, node: Node) -> Mask:
        """Which input channels of a node with dense channels are constants that its bias can absorb, bool [in_c]."""
        p, source = self.linear(node), self.bounds[node.inputs[0]]
        fixed = source.constant.copy()
        if has_padding(p):
            fixed &= source.low == p.in_zero_point
        worst = np.abs(p.weights.astype(np.int64)).reshape(p.out_c, -1).sum(axis=1) * 255 + np.abs(p.bias)
        if worst.max(initial=0) > _BIAS_LIMIT:
            fixed[:] = False
        return np.asarray(fixed)

    def constant_outputs(self, node: Node) -> Mask:
        """Which output channels of a convolution-like node are constant, bool [out_c]."""
        inside = self.inside(node)
        out = self.graph.tensors[node.outputs[0]].shape[-1]
        return inside.outputs.constant if inside is not None else np.zeros(out, np.bool_)

    def linear(self, node: Node) -> Linear:
        """Weights, bias and requantization of a node whose channels are DENSE or DEPTHWISE."""
        known = self._linear.get(node.outputs[0])
        if known is None:
            known = self._linear[node.outputs[0]] = _required(OPERATORS[node.op].linear(self.graph, node))
        return known

    def inside(self, node: Node) -> Accumulators | None:
        """Bounds inside a convolution-like node; None where they are not known."""
        return self._inside.get(node.outputs[0])

    def _pin(self, index: int) -> None:
        if index in self._base:
            self._pinned.add(index)

    def _roots(self, index: int) -> npt.NDArray[np.int64]:
        start = self._base[index]
        block = slice(start, start + self.graph.tensors[index].shape[-1])
        roots: npt.NDArray[np.int64] = self._parent[block].copy()
        while ((above := self._parent[roots]) != roots).any():
            roots = above
        self._parent[block] = roots  # the next look-up takes one step
        return roots

    def _tie(self, a: int, b: int, pairs: Callable[[int, int], tuple[npt.NDArray[np.int64], ...]]) -> None:
        """Tie elements of two tensors; `pairs(channels of a, channels of b)` gives the positions in each."""
        if a not in self._base or b not in self._base:
            self._pin(a)
            self._pin(b)
            return
        at_a, at_b = pairs(self.graph.tensors[a].shape[-1], self.graph.tensors[b].shape[-1])
        roots_a, roots_b = self._roots(a)[at_a], self._roots(b)[at_b]
        while (roots_a != roots_b).any():  # each round merges one set of pairs; a merged set keeps the lower root
            low, high = np.minimum(roots_a, roots_b), np.maximum(roots_a, roots_b)
            np.minimum.at(self._parent, high, low)
            roots_a, roots_b = self._roots(a)[at_a], self._roots(b)[at_b]

    def _tie_node(self, node: Node) -> None:
        activations = [i for i, t in self.graph.used_inputs(node) if not t.is_const]
        channels = self.channels_of(node)
        if channels is Channels.MIXED or not activations:
            for index in (*activations, *node.outputs):
                self._pin(index)
        elif channels is not Channels.DENSE:
            for index in activations if channels is Channels.SAME else node.inputs[:1]:
                self._tie(index, node.outputs[0], _PAIRS[channels])

    def channels_of(self, node: Node) -> Channels:
        """How the node's output channels depend on its input channels."""
        return OPERATORS[node.op].channels(self.graph, node)

    def _solve(self) -> Mask:
        needed: Mask = np.zeros(self._parent.size, np.bool_)
        for index in self._pinned:
            needed[self._roots(index)] = True
        self._spread(needed)
        while True:
            emptied = [i for i in self._base if not needed[self._roots(i)].any()]
            if not emptied:
                return needed
            for index in emptied:  # a tensor keeps at least one channel
                needed[self._roots(index)[0]] = True
            self._spread(needed)

    def _spread(self, needed: Mask) -> None:
        """Mark the elements that needed elements depend on, until none is added."""
        while True:
            before = int(needed.sum())
            for node, reads in reversed(self._dense):
                outputs = needed[self._roots(node.outputs[0])]
                wanted = reads[outputs].any(axis=0)
                needed[self._roots(node.inputs[0])[wanted]] = True
            if int(needed.sum()) == before:
                return

    def _reads(self, node: Node) -> Mask:
        """Which input channels each output channel depends on, bool [out_c, in_c]."""
        p = self.linear(node)
        channels = self.graph.tensors[node.inputs[0]].shape[-1]
        if node.inputs[0] not in self._base:
            return np.ones((p.out_c, channels), np.bool_)
        used: Mask = (p.weights.reshape(p.out_c, -1, channels) != 0).any(axis=1)
        used &= ~self.foldable(node)
        used[self.constant_outputs(node)] = False
        return used


def _required(linear: Linear | None) -> Linear:
    assert linear is not None
    return linear


def _same(a: int, b: int) -> tuple[npt.NDArray[np.int64], ...]:
    if a != b:
        raise ValueError("operands that are tied channel by channel differ in channels")
    return np.arange(a), np.arange(b)


def _depthwise(a: int, b: int) -> tuple[npt.NDArray[np.int64], ...]:
    return np.repeat(np.arange(a), b // a), np.arange(b)


def _tiled(a: int, b: int) -> tuple[npt.NDArray[np.int64], ...]:
    wide = np.arange(max(a, b))
    return wide % a, wide % b


#: Positions of the tied channels in a tensor of `a` and in one of `b` channels.
_PAIRS = {Channels.SAME: _same, Channels.DEPTHWISE: _depthwise, Channels.TILED: _tiled}
