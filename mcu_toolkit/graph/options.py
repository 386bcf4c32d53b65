"""Typed access to the options of an operator in a .tflite file, from which its attributes are read.

Each operator states in its `OptionsFormat` which table of the schema holds its options and how they are read; field ids
are the schema's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from mcu_toolkit.errors import ModelError, Unsupported, UnsupportedError
from mcu_toolkit.graph import attrs as a
from mcu_toolkit.graph.flatbuf import Table
from mcu_toolkit.graph.ir import Tensor

_ACTIVATIONS = (
    a.Activation.NONE,
    a.Activation.RELU,
    a.Activation.RELU_N1_TO_1,
    a.Activation.RELU6,
    a.Activation.TANH,
)
_PADDINGS = (a.Padding.SAME, a.Padding.VALID)

#: Fields of the schema's Operator table.
_OPTIONS_TYPE, _OPTIONS, _CUSTOM_OPTIONS = 3, 4, 5


def _no_intermediates() -> tuple[Tensor | None, ...]:
    return ()


@dataclass(frozen=True)
class Options:
    """The options of one node.

    Attributes:
        table: the options table; None where the file leaves it out, and every field has the schema's default.
        op: operator name, for messages.
        node: index of the node, for messages.
        custom: the option bytes of a CUSTOM operator, in the format of its writer.
        intermediates: gives the node's intermediate tensors, None for one that is left out; they are read when asked.
    """

    table: Table | None
    op: str
    node: int
    custom: bytes = b""
    intermediates: Callable[[], tuple[Tensor | None, ...]] = _no_intermediates

    def i32(self, field: int, default: int = 0) -> int:
        """A signed 32-bit field."""
        return self.table.i32(field, default) if self.table else default

    def i8(self, field: int) -> int:
        """A signed byte field."""
        return self.table.i8(field) if self.table else 0

    def flag(self, field: int) -> bool:
        """A bool field."""
        return self.table.flag(field) if self.table else False

    def finite(self, field: int) -> float:
        """A float32 field.

        Raises:
            ModelError: not a finite number.
        """
        value = self.table.f32(field) if self.table else 0.0
        if not math.isfinite(value):
            raise ModelError(
                f"node {self.node} ({self.op}) has an attribute that is not a finite number",
                node=self.node,
                offset=self.table.offset if self.table else None,
                received=str(value),
            )
        return value

    def ints(self, field: int, limit: int) -> tuple[int, ...]:
        """A vector of int32, empty where it is left out.

        Raises:
            ModelError: more than `limit` elements.
        """
        return self.table.ints(field, limit) if self.table else ()

    def text(self, field: int, limit: int) -> str:
        """A string cut to `limit` bytes, empty where it is left out."""
        return self.table.text(field, limit) if self.table else ""

    def activation(self, field: int) -> a.Activation:
        """A fused activation."""
        number = self.i8(field)
        if not 0 <= number < len(_ACTIVATIONS):
            raise UnsupportedError((Unsupported(self.node, self.op, f"fused activation number {number}"),))
        return _ACTIVATIONS[number]

    def padding(self, field: int) -> a.Padding:
        """A padding scheme."""
        number = self.i8(field)
        if not 0 <= number < len(_PADDINGS):
            raise ModelError(
                f"node {self.node} ({self.op}) has an unknown padding scheme",
                node=self.node,
                expected="0 (SAME) or 1 (VALID)",
                received=str(number),
            )
        return _PADDINGS[number]


@dataclass(frozen=True)
class OptionsFormat:
    """How the options of one operator are stored.

    Attributes:
        number: of the options table in the schema's union BuiltinOptions; not used for a CUSTOM operator.
        read: gives the attributes. It may raise `ModelError` and `UnsupportedError`.
    """

    number: int
    read: Callable[[Options], a.Attrs]


def read_attrs(
    operator: Table,
    op: str,
    node: int,
    form: OptionsFormat | None,
    *,
    is_custom: bool = False,
    intermediates: Callable[[], tuple[Tensor | None, ...]] = _no_intermediates,
) -> a.Attrs:
    """Attributes of a node.

    Args:
        operator: its Operator table.
        op: name of the operator.
        node: index, for messages.
        form: how its options are stored; None for an operator that has none that matter.
        is_custom: the operator code is CUSTOM, whose options are bytes and no table.
        intermediates: gives the node's intermediate tensors.

    Raises:
        ModelError: the options are of another operator, or damaged.
        UnsupportedError: an attribute value that is not supported.
    """
    if form is None:
        return a.Attrs()
    if is_custom:
        raw = operator.vector(_CUSTOM_OPTIONS, "|u1")
        return form.read(Options(None, op, node, b"" if raw is None else raw.tobytes(), intermediates))
    found = operator.u8(_OPTIONS_TYPE)
    if found not in (0, form.number):
        raise ModelError(
            f"node {node} ({op}) carries the options of another operator",
            node=node,
            offset=operator.offset,
            expected=f"options type {form.number}",
            received=str(found),
        )
    table = operator.table(_OPTIONS) if found else None
    return form.read(Options(table, op, node, intermediates=intermediates))
