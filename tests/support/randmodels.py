"""Random int8 models: every operator and attribute, odd shapes, extreme quantization, accumulators near int32.

``random_graph_model(seed)`` gives the bytes of a model of a few nodes that the toolkit supports; the same seed gives
the same bytes. Operators are registered with `makes`; a maker that finds no suitable tensor raises `Skip`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from tests.support.tflite_writer import ACTIVATIONS, SubgraphSpec, write_model

CORE = (
    "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "AVERAGE_POOL_2D", "MAX_POOL_2D", "MEAN", "PAD",
    "RESHAPE", "SOFTMAX", "QUANTIZE",
)  # fmt: skip

_MAX_ELEMENTS = 1500


class Skip(Exception):
    """The model has no suitable tensor for the operator."""


class RandomModel:
    """A model under construction.

    Attributes:
        rng: source of every choice.
        graph: the main subgraph so far.
        live: int8 activations that may be read.
        wide: int16 activations that may be read.
        others: further subgraphs.
    """

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.graph = SubgraphSpec()
        self.live: list[int] = []
        self.wide: list[int] = []
        self.others: list[SubgraphSpec] = []

    # -- choices

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def choice(self, values: Sequence[Any]) -> Any:
        return values[int(self.rng.integers(len(values)))]

    def between(self, low: int, high: int) -> int:
        """Uniform, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def channels(self) -> int:
        """Mostly small, sometimes above the block sizes of kernels."""
        return self.choice((1, 2, 3, 4, 5, 7, 8, 12, 16, 17)) if self.chance(0.9) else self.between(18, 40)

    def scale(self) -> float:
        """Log-uniform around the scales of trained models, rarely far from them."""
        exponent = self.rng.uniform(-9, 0) if self.chance(0.9) else self.rng.uniform(-16, 5)
        return float(np.float32(2.0**exponent))

    def zero_point(self) -> int:
        return self.choice((-128, 127, 0, self.between(-128, 127)))

    def activation(self) -> int:
        return ACTIVATIONS[self.choice(("NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"))]

    # -- tensors

    def shape(self, index: int) -> tuple[int, ...]:
        return self.graph.tensors[index].shape

    def quant(self, index: int) -> tuple[float, int]:
        tensor = self.graph.tensors[index]
        return float(tensor.scale[0]), int(tensor.zero_point[0])

    def pick(self, fits: Callable[[tuple[int, ...]], bool] = lambda shape: True) -> int:
        """A live tensor, the later ones more likely."""
        found = [index for index in self.live if fits(self.shape(index))]
        if not found:
            raise Skip
        weights = np.arange(1, len(found) + 1, dtype=float) ** 2
        return int(self.rng.choice(found, p=weights / weights.sum()))

    def pick_any(self, fits: Callable[[tuple[int, ...]], bool] = lambda shape: True) -> int:
        """A live tensor of int8 or, sometimes, of int16."""
        return self.pick_wide(fits) if self.wide and self.chance(0.4) else self.pick(fits)

    def pick_wide(self, fits: Callable[[tuple[int, ...]], bool] = lambda shape: True) -> int:
        """A live int16 tensor."""
        found = [index for index in self.wide if fits(self.shape(index))]
        if not found:
            raise Skip
        return self.choice(found)

    def dtype(self, index: int) -> str:
        return self.graph.tensors[index].dtype

    def image(self) -> int:
        return self.pick(lambda shape: len(shape) == 4 and shape[0] == 1)

    def activation_tensor(
        self, shape: Sequence[int], scale: float | None = None, zero_point: int | None = None, dtype: str = "int8"
    ) -> int:
        """A new activation. The caller adds the node that writes it."""
        if int(np.prod(shape)) > 4 * _MAX_ELEMENTS or 0 in shape:
            raise Skip
        index = self.graph.tensor(
            shape,
            dtype,
            scale=[self.scale() if scale is None else scale],
            zero_point=[(self.zero_point() if dtype == "int8" else 0) if zero_point is None else zero_point],
        )
        if dtype == "int8":
            self.live.append(index)
        elif dtype == "int16" and not self.graph.tensors[index].zero_point[0]:
            self.wide.append(index)
        return index

    def like(self, source: int, shape: Sequence[int] | None = None) -> int:
        """A new activation in the quantization of another."""
        shape = self.shape(source) if shape is None else shape
        return self.activation_tensor(shape, *self.quant(source), self.dtype(source))

    def int8_values(self, shape: Sequence[int]) -> np.ndarray:
        """Random int8 of one of several kinds: full range, small, mostly zero, saturated."""
        kind = self.between(0, 5)
        if kind == 0:
            return self.rng.choice(np.array([-128, 127, -127], np.int8), shape)
        if kind == 1:
            return (self.rng.integers(-128, 128, shape) * (self.rng.random(shape) < 0.3)).astype(np.int8)
        if kind == 2:
            return self.rng.integers(-6, 7, shape).astype(np.int8)
        return self.rng.integers(-128, 128, shape).astype(np.int8)

    def int16_values(self, shape: Sequence[int]) -> np.ndarray:
        """Random int16: full range, small or saturated."""
        kind = self.between(0, 3)
        if kind == 0:
            return self.rng.choice(np.array([-32768, 32767], np.int16), shape)
        low, high = (-300, 300) if kind == 1 else (-32768, 32768)
        return self.rng.integers(low, high, shape).astype(np.int16)

    def constant_like(self, source: int, shape: Sequence[int]) -> int:
        """A constant in the type and quantization of an activation."""
        scale, zero = self.quant(source)
        values = self.int8_values(shape) if self.dtype(source) == "int8" else self.int16_values(shape)
        return self.graph.const(values, self.dtype(source), scale=[scale], zero_point=[zero])

    def constant(self, shape: Sequence[int]) -> int:
        """A constant int8 tensor with quantization of its own."""
        return self.graph.const(self.int8_values(shape), "int8", scale=[self.scale()], zero_point=[self.zero_point()])


MAKERS: dict[str, Callable[[RandomModel], None]] = {}

#: Makers of operators, or of forms, that TensorFlow Lite Micro does not have, or for which its results are undefined.
WITHOUT_REFERENCE = frozenset({"EXP", "GELU", "PADDED_SPACE_TO_BATCH_ND", "SELECT", "TILE"})

#: Makers of some forms of an operator; another maker has the operator's name.
VARIANTS = re.compile("(BATCHED|CORE|PADDED|WIDE|MIXED|FLOAT|INTEGER)_")


def makes(*ops: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a maker; one that serves several operators takes the name as its second argument."""

    def register(maker: Callable[..., None]) -> Callable[..., None]:
        for op in ops:
            MAKERS[op] = maker if len(ops) == 1 else (lambda m, op=op: maker(m, op))
        return maker

    return register


def register_all() -> None:
    """Import the modules of makers, which fill `MAKERS`."""
    import tests.support.randmodels_borders
    import tests.support.randmodels_core
    import tests.support.randmodels_more
    import tests.support.randmodels_moves
    import tests.support.randmodels_rare
    import tests.support.randmodels_wide  # noqa: F401


def random_graph_model(
    seed: int, ops: Sequence[str] | None = None, core_only: bool = False, nodes: int = 0, *, borders: bool = False
) -> bytes:
    """A random model that the toolkit supports.

    Args:
        seed: the same gives the same bytes.
        ops: operators to draw from; each model holds at least one of them. All by default.
        core_only: draw from `CORE`, int8 inputs only.
        nodes: number of nodes to try; random by default.
        borders: give the int8 inputs and outputs random types.
    """
    register_all()

    names = tuple(ops) if ops is not None else CORE if core_only else tuple(sorted(set(MAKERS) - WITHOUT_REFERENCE))
    for attempt in range(200):
        data = _attempt(seed * 1009 + attempt * 7919, names, nodes, core_only, borders)
        # Scales are drawn from a wide range on purpose; models outside the supported range are drawn again.
        if data is not None and not unsupported(read_model(data)):
            return data
    raise AssertionError(f"no model of {names} from seed {seed}")


def _attempt(seed: int, names: Sequence[str], nodes: int, core_only: bool, borders: bool) -> bytes | None:
    model = RandomModel(seed)
    for _ in range(model.choice((1, 1, 1, 2))):
        _input(model)
    if not core_only and model.chance(0.25):
        _input(model, "int16")
    made = 0
    for _ in range(nodes or model.between(1, 8)):
        graph = model.graph
        before = (len(graph.tensors), len(graph.nodes), list(model.live), len(model.others), list(graph.inputs))
        wide = list(model.wide)
        try:
            name = model.choice(names)
            MAKERS["CORE_QUANTIZE" if core_only and name == "QUANTIZE" else name](model)
            made += 1
        except Skip:
            del graph.tensors[before[0] :], graph.nodes[before[1] :], model.others[before[3] :]
            model.live, graph.inputs, model.wide = before[2], before[4], wide
    return _finish(model, borders) if made else None


def _input(model: RandomModel, dtype: str = "int8") -> None:
    side = (1, 2, 3, 4, 5, 6, 7, 9, 11)
    kind = model.between(0, 9)
    if kind < 7:
        shape: tuple[int, ...] = (1, model.choice(side), model.choice(side), model.channels())
    elif kind < 9:
        shape = (1, model.between(1, 60))
    else:
        shape = (1, model.choice(side), model.channels())
    if int(np.prod(shape)) > _MAX_ELEMENTS:
        shape = (*shape[:-1], 3)
    model.graph.inputs.append(model.activation_tensor(shape, dtype=dtype))


def _finish(model: RandomModel, borders: bool) -> bytes | None:
    graph = model.graph
    read = {index for node in graph.nodes for index in node.inputs}
    written = [index for node in graph.nodes for index in node.outputs]
    sinks = [index for index in written if index not in read]
    if not sinks:
        return None
    graph.outputs = sinks[-4:]
    if (
        written[0] not in graph.outputs
        and graph.tensors[written[0]].dtype != "resource"
        and len(graph.outputs) < 4
        and model.chance(0.1)
    ):
        graph.outputs.append(written[0])
    # An input that no node reads is legal, but the interpreter's Python interface refuses some such models.
    graph.inputs = [index for index in graph.inputs if index in read]
    if borders:
        from tests.support.randmodels_borders import add_borders

        add_borders(model)
    return write_model(graph, *model.others) if graph.inputs else None
