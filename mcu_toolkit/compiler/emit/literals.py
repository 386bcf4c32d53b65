"""Python values as C literals and initialisers.

Constant tables are printed in hexadecimal of fixed width: columns are aligned, and one changed weight is one changed
word in a diff. Signed values have a sign and a magnitude, because ``0xfb`` does not fit ``int8_t`` without a warning.
Shifts stay decimal: they count bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import C_TYPES
from mcu_toolkit.errors import CompileError

#: No line of a table is longer.
_WIDTH = 118
_INDENT = "    "
#: Elements in a line of a table by bytes of an element.
_PER_LINE = {1: 16, 2: 8, 4: 8, 8: 4}
#: Members of structs whose tables are given as int32 [n, members].
STRUCTS: dict[str, np.dtype[Any]] = {
    "mcutk_channel_s16": np.dtype([("bias", np.int64), ("multiplier", np.int32), ("shift", np.int32)]),
    "mcutk_channel": np.dtype([("bias", np.int32), ("multiplier", np.int32), ("shift", np.int32)]),
}


def integer(value: int) -> str:
    """A decimal literal that has the right type in C: the least int32 and int64 and large unsigned need care."""
    if value == -(2**31):
        return "INT32_MIN"
    if value == -(2**63):
        return "INT64_MIN"
    if value >= 2**31:
        return f"{value}u" if value < 2**32 else f"INT64_C({value})"
    return f"INT64_C({value})" if value < -(2**31) else str(value)


def floating(value: float) -> str:
    """A float literal that reads back as the same float32.

    Raises:
        CompileError: infinities and NaN have no literal.
    """
    if not np.isfinite(value):
        raise CompileError(f"a constant is {value}, which C has no literal for")
    text = f"{float(np.float32(value)):.9g}"
    return f"{text}f" if any(c in text for c in ".en") else f"{text}.0f"


def hexadecimal(value: int, dtype: npt.DTypeLike) -> str:
    """An integer in hexadecimal, as wide as every other of its type; signed types have a sign or a space in front.

    Args:
        value: within the range of `dtype`.
        dtype: NumPy integer type.
    """
    kind = np.dtype(dtype)
    digits = 2 * kind.itemsize
    if kind.kind == "u":
        return f"0x{value:0{digits}x}" + ("u" if digits >= 8 else "")
    least = {8: "INT32_MIN", 16: "INT64_MIN"}.get(digits)
    if least is not None and value == np.iinfo(kind).min:
        return least.rjust(digits + 3)
    text = f"{'-' if value < 0 else ' '}0x{abs(value):0{digits}x}"
    return text if digits <= 8 else f"INT64_C({text})"


def rows(values: npt.NDArray[Any], ctype: str) -> tuple[str, ...]:
    """The lines between the braces of an array's initialiser.

    Args:
        values: numbers [n]; [rows, n], where each row starts a line that shows its number; for structs, [n] of a
            structured dtype, or int32 [n, members] of one of `STRUCTS`.
        ctype: C element type; the range of integer types is checked.

    Raises:
        CompileError: a value does not fit the element type.
    """
    if ctype not in C_TYPES:
        return _structs(values, ctype)
    dtype = C_TYPES[ctype]
    _check_range(values, ctype, dtype)
    if values.ndim < 2:
        return tuple(_INDENT + line for line in _wrapped(_scalars(values, dtype), dtype, _WIDTH - len(_INDENT)))
    table = values.reshape(len(values), -1)
    lines: list[str] = []
    for number, row in enumerate(table):
        mark = _mark(number, len(table))
        for position, line in enumerate(_wrapped(_scalars(row, dtype), dtype, _WIDTH - len(mark))):
            lines.append((mark if position == 0 else " " * len(mark)) + line)
    return tuple(lines)


def _check_range(values: npt.NDArray[Any], ctype: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind == "f" or not values.size:
        return
    limits = np.iinfo(dtype)
    low, high = int(values.min()), int(values.max())
    if low < limits.min or high > limits.max:
        raise CompileError(f"a constant of type {ctype} holds a value from {low} to {high}")


def _mark(number: int, count: int) -> str:
    """Start of a line that shows the number of its row."""
    return f"{_INDENT}/* {number:{len(str(count - 1))}} */ "


def _scalars(values: npt.NDArray[Any], dtype: np.dtype[Any]) -> list[str]:
    flat = values.reshape(-1).tolist()
    return [floating(v) for v in flat] if dtype.kind == "f" else [hexadecimal(int(v), dtype) for v in flat]


def _wrapped(items: Sequence[str], dtype: np.dtype[Any], width: int) -> list[str]:
    """Elements in lines; signed ones already have room for a sign, which separates them from the comma before."""
    between = "," if dtype.kind == "i" else ", "
    limit = min(_PER_LINE[dtype.itemsize], max(1, width // (max(map(len, items), default=1) + len(between))))
    starts = range(0, len(items), limit)
    return [between.join(items[start : start + limit]).rstrip() + "," for start in starts]


def _structs(values: npt.NDArray[Any], ctype: str) -> tuple[str, ...]:
    """One struct per line, its number in front."""
    if values.dtype.names is None:
        if ctype not in STRUCTS:
            raise CompileError(f"the members of {ctype} are not known: give a structured dtype")
        values = np.ascontiguousarray(values, np.int32).view(STRUCTS[ctype]).reshape(-1)
    lines: list[str] = []
    for number, item in enumerate(values):
        mark = _mark(number, len(values))
        parts = [_member(name, item[name]) for name in values.dtype.names or ()]
        for position, line in enumerate(_filled(parts, _WIDTH - len(mark) - 3)):
            lines.append((mark + "{" if position == 0 else " " * (len(mark) + 1)) + line)
        lines[-1] = lines[-1].rstrip(",") + "},"
    return tuple(lines)


def _member(name: str, value: Any) -> str:
    """A member of a struct: an array within braces; a signed shift in decimal; the rest in hexadecimal."""
    if isinstance(value, np.ndarray):
        return "{" + ",".join(_member(name, part) for part in value) + "}"
    dtype = np.asarray(value).dtype
    if dtype.kind == "i" and name.endswith(("shift", "shifts")):
        return f"{int(value):3d}"
    return floating(float(value)) if dtype.kind == "f" else hexadecimal(int(value), dtype)


def _filled(parts: Iterable[str], width: int) -> list[str]:
    """Texts with a comma after each, as many in a line as fit."""
    lines = [""]
    for part in parts:
        piece = f"{part},"
        if lines[-1] and len(lines[-1]) + len(piece) + 1 > width:
            lines.append("")
        lines[-1] += piece if not lines[-1] or piece.startswith(" ") else f" {piece}"
    return lines
