"""Which channels of which tensors must exist: the analysis behind dead-channel elimination.

An element is a channel (a position along the last axis) of an activation. Elements that an operator carries over one
to one, as depthwise convolution, pooling, elementwise operators and RESHAPE do, are tied: all or none can go. A class
of tied elements must stay when one of them is needed:

- because an operator that cannot drop channels reads or writes it, or it belongs to the model's border;
- because a convolution or fully connected layer multiplies it by a weight that is not zero into an output channel that
  must exist and is not constant, and its own value is not a constant that folds into the bias.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.passes.identity import RESHAPES
from mcu_toolkit.compiler.ranges import Bounds, accumulators, analyse, has_padding, linear_of
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.pad import paddings

Mask = npt.NDArray[np.bool_]

_LINEAR = frozenset({"CONV_2D", "FULLY_CONNECTED"})
_UNARY = frozenset({
    "AVERAGE_POOL_2D", "MAX_POOL_2D", "QUANTIZE", "RELU", "RELU6", "RELU_N1_TO_1", "LEAKY_RELU", "ELU", "HARD_SWISH",
    "LOGISTIC", "TANH",
})  # fmt: skip
_BINARY = frozenset({"ADD", "SUB", "MUL", "MINIMUM", "MAXIMUM"})
#: The largest sum that a folded bias may reach; above it the channel stays.
_BIAS_LIMIT = 2**31 - 1


class Flow:
    """The analysis of one graph.

    Attributes:
        graph: what is analysed.
        bounds: value bounds by tensor.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.bounds: dict[int, Bounds] = analyse(graph)
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
        self._needed: Mask = self._solve()

    def kept(self, index: int) -> Mask | None:
        """Which channels of a tensor must exist, bool [channels]; None for a tensor that is not analysed."""
        if index not in self._base:
            return None
        return np.asarray(self._needed[self._roots(index)])

    def foldable(self, node: Node) -> Mask:
        """Which input channels of a CONV_2D or FULLY_CONNECTED are constants that its bias can absorb."""
        p, source = linear_of(self.graph, node), self.bounds[node.inputs[0]]
        assert p is not None
        fixed = source.constant.copy()
        if has_padding(p):
            fixed &= source.low == p.in_zero_point
        worst = np.abs(p.weights.astype(np.int64)).reshape(p.out_c, -1).sum(axis=1) * 255 + np.abs(p.bias)
        if worst.max(initial=0) > _BIAS_LIMIT:
            fixed[:] = False
        return np.asarray(fixed)

    def constant_outputs(self, node: Node) -> Mask:
        """Which output channels of a convolution-like node are constant, bool [out_c]."""
        inside = accumulators(self.graph, node, self.bounds)
        out = self.graph.tensors[node.outputs[0]].shape[-1]
        return inside.outputs.constant if inside is not None else np.zeros(out, np.bool_)

    def _pin(self, index: int) -> None:
        if index in self._base:
            self._pinned.add(index)

    def _roots(self, index: int) -> npt.NDArray[np.int64]:
        start = self._base[index]
        return self._parent[start : start + self.graph.tensors[index].shape[-1]]

    def _tie(self, a: int, b: int, pairs: Callable[[int, int], tuple[npt.NDArray[np.int64], ...]]) -> None:
        """Tie elements of two tensors; `pairs(channels of a, channels of b)` gives the positions in each."""
        if a not in self._base or b not in self._base:
            self._pin(a)
            self._pin(b)
            return
        at_a, at_b = pairs(self.graph.tensors[a].shape[-1], self.graph.tensors[b].shape[-1])
        roots_a, roots_b = self._roots(a)[at_a], self._roots(b)[at_b]
        while (roots_a != roots_b).any():  # each round merges one set of pairs; merged sets keep the lower root
            low, high = np.minimum(roots_a, roots_b), np.maximum(roots_a, roots_b)
            replacement = np.arange(self._parent.size)
            np.minimum.at(replacement, high, low)
            while (replacement[replacement] != replacement).any():
                replacement = replacement[replacement]
            self._parent = replacement[self._parent]
            roots_a, roots_b = self._roots(a)[at_a], self._roots(b)[at_b]

    def _tie_node(self, node: Node) -> None:
        activations = [i for i, t in self.graph.used_inputs(node) if not t.is_const]
        if node.op in _LINEAR:
            if not self._linear_is_plain(node):
                self._pin(node.inputs[0])
                self._pin(node.outputs[0])
        elif node.op == "DEPTHWISE_CONV_2D":
            self._tie(node.inputs[0], node.outputs[0], _depthwise)
        elif node.op in _UNARY or self._is_plain_mean(node) or self._is_plain_pad(node):
            self._tie(node.inputs[0], node.outputs[0], _same)
        elif node.op in RESHAPES and self._divides(node):
            self._tie(node.inputs[0], node.outputs[0], _tiled)
        elif node.op in _BINARY and self._is_plain_binary(node):
            for index in activations:
                self._tie(index, node.outputs[0], _same)
        else:
            for index in (*activations, *node.outputs):
                self._pin(index)

    def _linear_is_plain(self, node: Node) -> bool:
        """Whether a layer's input channels are the last axis of its weights, perhaps several times."""
        depth, channels = self.graph.tensors[node.inputs[1]].shape[-1], self.graph.tensors[node.inputs[0]].shape[-1]
        return depth % channels == 0

    def _is_plain_mean(self, node: Node) -> bool:
        if node.op not in {"MEAN", "SUM"}:
            return False
        axes, rank = self.graph.tensors[node.inputs[1]].data, len(self.graph.tensors[node.inputs[0]].shape)
        return axes is not None and all(int(axis) % rank != rank - 1 for axis in axes.reshape(-1))

    def _is_plain_pad(self, node: Node) -> bool:
        return node.op in {"PAD", "PADV2"} and paddings(self.graph, node)[-1] == (0, 0)

    def _divides(self, node: Node) -> bool:
        before, after = (self.graph.tensors[i].shape[-1:] for i in (node.inputs[0], node.outputs[0]))
        return bool(before and after and (after[0] % before[0] == 0 or before[0] % after[0] == 0))

    def _is_plain_binary(self, node: Node) -> bool:
        """Whether each operand is an activation of the output's channels, or a constant of them or of one value."""
        channels = self.graph.tensors[node.outputs[0]].shape[-1:]
        for _, tensor in self.graph.used_inputs(node):
            one = tensor.is_const and tensor.shape[-1:] in ((), (1,))
            if tensor.variable or (tensor.shape[-1:] != channels and not one):
                return False
        return bool(channels) and self.graph.tensors[node.outputs[0]].dtype is DType.INT8

    def _solve(self) -> Mask:
        needed: Mask = np.zeros(self._parent.size, np.bool_)
        for index in self._pinned:
            needed[self._roots(index)] = True
        self._spread(needed)
        while True:
            emptied = [i for i in self._base if not needed[self._roots(i)].any()]
            if not emptied:
                return needed
            for index in emptied:  # a tensor keeps one channel, needed or not
                needed[self._roots(index)[0]] = True
            self._spread(needed)

    def _spread(self, needed: Mask) -> None:
        """Mark what needed elements need, until nothing is added."""
        inputs = [(node, self._reads(node)) for node in self.graph.nodes if node.op in _LINEAR]
        while True:
            before = int(needed.sum())
            for node, reads in reversed(inputs):
                outputs = needed[self._roots(node.outputs[0])]
                wanted = reads[outputs].any(axis=0)
                needed[self._roots(node.inputs[0])[wanted]] = True
            if int(needed.sum()) == before:
                return

    def _reads(self, node: Node) -> Mask:
        """Which input channel an output channel depends on, bool [out_c, in_c]."""
        p = linear_of(self.graph, node)
        assert p is not None
        channels = self.graph.tensors[node.inputs[0]].shape[-1]
        if node.inputs[0] not in self._base or not self._linear_is_plain(node):
            return np.ones((p.out_c, channels), np.bool_)
        used: Mask = (p.weights.reshape(p.out_c, -1, channels) != 0).any(axis=1)
        used &= ~self.foldable(node)
        used[self.constant_outputs(node)] = False
        return used


def _same(a: int, b: int) -> tuple[npt.NDArray[np.int64], ...]:
    if a != b:
        raise ValueError("operands that are tied channel by channel differ in channels")
    return np.arange(a), np.arange(b)


def _depthwise(a: int, b: int) -> tuple[npt.NDArray[np.int64], ...]:
    return np.repeat(np.arange(a), b // a), np.arange(b)


def _tiled(a: int, b: int) -> tuple[npt.NDArray[np.int64], ...]:
    wide = np.arange(max(a, b))
    return wide % a, wide % b
