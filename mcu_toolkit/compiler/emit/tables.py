"""Constant tables of a model: arrays in flash, each printed once however many steps read it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.call import C_TYPES, ConstArray
from mcu_toolkit.compiler.emit import literals, names
from mcu_toolkit.errors import CompileError


@dataclass(frozen=True, eq=False)
class ConstTable:
    """A table in flash: declaration and the rows of its initialiser.

    Attributes:
        symbol: C name.
        ctype: element type.
        count: elements.
        align: alignment in bytes.
        rows: lines of the initialiser.
        bytes: size in flash (structs are taken to have no padding; the linker's figure is the truth).
        weights_bytes: how many of them are weights or biases; the rest counts as engine in reports.
        comment: lines that say what it is and which step reads it first.
    """

    symbol: str
    ctype: str
    count: int
    align: int
    rows: tuple[str, ...]
    bytes: int
    weights_bytes: int
    comment: tuple[str, ...]

    @property
    def known_size(self) -> bool:
        """Whether `bytes` is exact: not for structs, whose layout belongs to the kernel's header."""
        return self.ctype in C_TYPES


class Tables:
    """The tables of a model, found by contents: steps whose tables are equal share one.

    Args:
        prefix: of the C names.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._tables: dict[Hashable, ConstTable] = {}
        self._symbols: set[str] = set()

    @property
    def all(self) -> tuple[ConstTable, ...]:
        """Every table, in the order of first use."""
        return tuple(self._tables.values())

    def add(self, array: ConstArray, place: str, owner: str) -> ConstTable:
        """The table of an array.

        Args:
            array: its contents.
            place: part of the C name between the prefix and the array's suffix, for example ``op03``.
            owner: what reads it, for the comment.

        Raises:
            CompileError: the array is empty, or a value does not fit its C type.
        """
        values = np.asarray(array.values)
        if not values.size:
            raise CompileError(f"{owner}: the constant table '{array.suffix}' is empty")
        key = (array.ctype, array.align, array.is_weights, values.shape, values.dtype.str, values.tobytes())
        if key not in self._tables:
            symbol = self._unique(f"{self._prefix}_{place}_{names.identifier(array.suffix)}")
            plain, size = array.ctype in C_TYPES, array.bytes
            self._tables[key] = ConstTable(
                symbol=symbol,
                ctype=array.ctype,
                count=int(values.size if plain else len(values)),
                align=array.align,
                rows=literals.rows(values, array.ctype),
                bytes=size,
                weights_bytes=array.weights_bytes,
                comment=names.wrapped(owner + (f"; {array.layout}" if array.layout else "")),
            )
        return self._tables[key]

    def _unique(self, wanted: str) -> str:
        name, count = wanted, 1
        while name in self._symbols:
            count += 1
            name = f"{wanted}_{count}"
        self._symbols.add(name)
        return name
