"""The NumPy oracle: computes a graph in exact integer arithmetic, many samples at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mcu_toolkit.graph.block import sample_shape
from mcu_toolkit.graph.ir import ABSENT, Array, Graph
from mcu_toolkit.graph.ops import operator
from mcu_toolkit.graph.ops.base import Operator
from mcu_toolkit.graph.requantize import reset_value
from mcu_toolkit.graph.support import require_supported
from mcu_toolkit.host.samples import check_samples

#: Most elements of a tensor over all samples of a chunk; limits the memory of a run.
_CHUNK_ELEMENTS = 1 << 21


class Oracle:
    """Runs a graph in NumPy, bit for bit as TensorFlow Lite Micro's reference kernels do.

    Args:
        graph: from the reader or from any pass.

    Raises:
        UnsupportedError: a node is outside what the toolkit supports.
    """

    def __init__(self, graph: Graph) -> None:
        require_supported(graph)
        self._graph = graph
        self._last_use = _last_uses(graph)
        activations = [t.elements for t in graph.tensors if not t.is_const]
        self._chunk = max(1, min(64, _CHUNK_ELEMENTS // max(activations, default=1)))

    def run(self, inputs: Array) -> Array:
        """The first output for each sample of a model with one input; variables are reset between samples.

        Args:
            inputs: [N, ...] of the input's type; anything that reshapes to [N, *shape].

        Returns:
            [N, ...] of the first output's type.

        Raises:
            ModelError: the samples do not fit the model.
        """
        return self.run_all([inputs])[0]

    def run_all(self, inputs: Sequence[Array], *, keep_state: bool = False) -> list[Array]:
        """All outputs for each sample.

        Args:
            inputs: one array [N, ...] for each input of the model.
            keep_state: the samples are a sequence: variables are not reset between them.

        Returns:
            One array [N, ...] for each output, a batch dimension of 1 merged with N.

        Raises:
            ModelError: the samples do not fit the model.
        """
        return self._collect(inputs, self._graph.outputs, keep_state)

    def run_steps(self, inputs: Sequence[Array], *, keep_state: bool = False) -> dict[int, Array]:
        """Every tensor that a node writes, as tensor index → [N, ...], in the order of the nodes.

        Raises:
            ModelError: the samples do not fit the model.
        """
        written = [index for node in self._graph.nodes for index in node.outputs]
        return dict(zip(written, self._collect(inputs, written, keep_state), strict=True))

    def _collect(self, inputs: Sequence[Array], wanted: Sequence[int], keep_state: bool) -> list[Array]:
        samples, count = check_samples(self._graph, inputs)
        chunks = [[values[index] for index in wanted] for values in self._chunks(samples, count, wanted, keep_state)]
        results = []
        for position, index in enumerate(wanted):
            tensor = self._graph.tensors[index]
            parts = [chunk[position] for chunk in chunks] or [np.zeros((0, *tensor.shape), tensor.dtype.numpy)]
            results.append(np.concatenate(parts).reshape(count, *sample_shape(tensor.shape)))
        return results

    def _chunks(
        self, samples: Sequence[Array], count: int, wanted: Sequence[int], keep_state: bool
    ) -> Iterator[dict[int, Array]]:
        state = self._fresh_state()
        size = 1 if keep_state else self._chunk
        for start in range(0, count, size):
            part = [array[start : start + size] for array in samples]
            values, after = self._pass(part, min(size, count - start), state, set(wanted))
            if keep_state:
                state = after
            yield values

    def _fresh_state(self) -> dict[int, Array]:
        """The variables after a reset, [1, *shape] each."""
        return {
            index: reset_value(tensor)[np.newaxis]
            for index, tensor in enumerate(self._graph.tensors)
            if tensor.variable
        }

    def _pass(
        self, samples: Sequence[Array], count: int, state: dict[int, Array], wanted: set[int]
    ) -> tuple[dict[int, Array], dict[int, Array]]:
        """One run of all nodes over a chunk: the wanted values, [count, *shape] each, and the variables after it."""
        graph = self._graph
        values: dict[int, Array] = dict(zip(graph.inputs, samples, strict=True))
        values.update({i: np.broadcast_to(value, (count, *value.shape[1:])) for i, value in state.items()})
        for number, node in enumerate(graph.nodes):
            kind = operator(node.op)
            assert kind is not None
            arrays = [None if i == ABSENT else self._value(values, i) for i in node.inputs]
            results = kind.compute(graph, node, arrays)
            self._store(values, node.outputs, results[: len(node.outputs)], count)
            self._store(values, _states(kind, number, graph), results[len(node.outputs) :], count)
            for index in self._last_use.get(number, ()):
                if index not in wanted and not graph.tensors[index].variable:
                    values.pop(index, None)
        for index in wanted:
            values[index] = np.broadcast_to(self._value(values, index), (count, *graph.tensors[index].shape))
        return {index: values[index] for index in wanted}, {index: values[index] for index in state}

    def _value(self, values: dict[int, Array], index: int) -> Array:
        known = values.get(index)
        if known is not None:
            return known
        data = self._graph.tensors[index].data
        assert data is not None, f"tensor {index} has no value"
        return data[np.newaxis]

    def _store(self, values: dict[int, Array], indices: Sequence[int], results: Sequence[Array], count: int) -> None:
        for index, result in zip(indices, results, strict=True):
            tensor = self._graph.tensors[index]
            assert result.dtype == tensor.dtype.numpy and result.shape[1:] == tensor.shape, (index, result.shape)
            values[index] = np.broadcast_to(result, (count, *tensor.shape))


def _states(kind: Operator, number: int, graph: Graph) -> list[int]:
    node = graph.nodes[number]
    return [node.inputs[position] for position in kind.state_inputs(node)]


def _last_uses(graph: Graph) -> dict[int, list[int]]:
    """Node number → tensors that no later node reads."""
    last = {index: number for number, node in enumerate(graph.nodes) for index in (*node.inputs, *node.outputs)}
    found: dict[int, list[int]] = {}
    for index, number in last.items():
        found.setdefault(number, []).append(index)
    return found
