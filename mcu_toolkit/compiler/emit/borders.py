"""Inputs and outputs of a model as the generated header shows them: places, shapes, quantization, pixels, classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.card import ModelCard
from mcu_toolkit.compiler.emit import literals, names
from mcu_toolkit.compiler.emit.code import c_type
from mcu_toolkit.compiler.plan.problem import MemoryPlan
from mcu_toolkit.compiler.plan.schedule import Schedule
from mcu_toolkit.data.preprocess import normalization, to_input
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.graph.ir import DType, Graph, Tensor

#: Types that are not quantized → what an element means.
_MEANINGS = {DType.FLOAT32: "; real values", DType.BOOL: "; 0 or 1"}
#: Types that real numbers are quantized to → least and greatest value.
_QUANTIZED = {DType.INT8: (-(2**7), 2**7 - 1), DType.UINT8: (0, 2**8 - 1), DType.INT16: (-(2**15), 2**15 - 1)}


@dataclass(frozen=True)
class Border:
    """A model input or output.

    Attributes:
        word: ``input``, ``input2``, ``output`` …: what the names of its functions end with.
        macro: start of its macros, for example ``KWS_INPUT``.
        ctype: C element type.
        offset: bytes from the start of the arena.
        block_offset: bytes from the start of all inputs or outputs as one block, in which the link carries them.
        itemsize: bytes of an element.
        bytes, elements: size.
        dims: shape, at least one dimension.
        scale: C literal of the quantization scale; 1 without quantization.
        zero_point: 0 without quantization.
        low, high: least and greatest element; both 0 where real numbers are not quantized to the type.
        comment: lines with its whole name.
    """

    word: str
    macro: str
    ctype: str
    offset: int
    block_offset: int
    itemsize: int
    bytes: int
    elements: int
    dims: tuple[int, ...]
    scale: str
    zero_point: int
    low: int
    high: int
    comment: tuple[str, ...]

    @property
    def quantized(self) -> bool:
        """Whether its elements stand for real numbers by a scale and a zero point."""
        return self.low < self.high

    @property
    def step(self) -> str:
        """Its offset in elements, as a C expression; empty for 0."""
        if not self.offset:
            return ""
        return f" + {self.offset}" + (f" / {self.itemsize}" if self.itemsize > 1 else "")


@dataclass(frozen=True)
class PixelInput:
    """Normalization of a model's image input.

    Attributes:
        id: of the normalization.
        offset, divisor: C literals; real = (pixel - offset) / divisor.
        ctype: C type of an input element.
        rows: initialiser of the quantized values of the 256 pixel values; empty where the input is not one quantized
            tensor.
    """

    id: str
    offset: str
    divisor: str
    ctype: str
    rows: tuple[str, ...]


def find_borders(
    graph: Graph, schedule: Schedule, plan: MemoryPlan, prefix: str, *, outputs: bool
) -> tuple[Border, ...]:
    """Inputs or outputs of a graph, in its order."""
    word = "output" if outputs else "input"
    found: list[Border] = []
    block = 0
    for number, index in enumerate(graph.outputs if outputs else graph.inputs):
        name = word if number == 0 else f"{word}{number + 1}"
        place = schedule.address(plan, index), block
        found.append(_border(graph.tensors[index], place, name, f"{prefix}_{name}".upper()))
        block += found[-1].bytes
    return tuple(found)


def _border(tensor: Tensor, place: tuple[int, int], word: str, macro: str) -> Border:
    """`place`: offset in the arena, offset in the block."""
    scale, zero_point = tensor.border_quant
    low, high = (0, 0) if tensor.quant is None else _QUANTIZED.get(tensor.dtype, (0, 0))
    meaning = _MEANINGS.get(tensor.dtype, "")
    if tensor.quant is not None and tensor.dtype is not DType.FLOAT32:
        meaning = "; real value = SCALE * (q - ZERO_POINT)"
    shape = ", ".join(map(str, tensor.shape))
    return Border(
        word=word,
        macro=macro,
        ctype=c_type(tensor.dtype),
        offset=place[0],
        block_offset=place[1],
        itemsize=tensor.dtype.bytes,
        bytes=tensor.bytes,
        elements=tensor.elements,
        dims=tensor.shape or (1,),
        scale=literals.floating(scale),
        zero_point=zero_point,
        low=low,
        high=high,
        comment=names.wrapped(f'"{names.comment(tensor.name)}": {tensor.dtype.value} [{shape}]{meaning}'),
    )


def pixel_input(graph: Graph, card: ModelCard) -> PixelInput | None:
    """How pixels become the model's input; None where the normalization is not known.

    Raises:
        ConfigError: there is no normalization of that name.
    """
    if not card.normalization:
        return None
    how = normalization(card.normalization)
    tensor = graph.tensors[graph.inputs[0]]
    ctype = c_type(tensor.dtype)
    rows: tuple[str, ...] = ()
    if len(graph.inputs) == 1 and tensor.dtype in _QUANTIZED:
        values = to_input(np.arange(256, dtype=np.uint8), tensor.dtype.numpy, *tensor.border_quant, how)
        rows = literals.rows(values, ctype)
    return PixelInput(card.normalization, literals.floating(how.offset), literals.floating(how.divisor), ctype, rows)


def class_strings(graph: Graph, card: ModelCard) -> tuple[str, ...]:
    """C string literals of the class names.

    Raises:
        ConfigError: there are more or fewer than the model's first output has elements.
    """
    count = len(card.class_names)
    if not count:
        return ()
    elements = graph.tensors[graph.outputs[0]].elements
    if elements not in (1, count):
        raise ConfigError(
            "the class names do not fit the model's output", expected=f"{elements} names", received=f"{count} names"
        )
    return tuple(names.string(name) for name in card.class_names)
