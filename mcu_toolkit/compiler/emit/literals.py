"""Python values as C initialisers, in lines of at most 110 characters."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcu_toolkit.errors import CompileError

_WIDTH = 110
_INDENT = "    "
_LIMITS = {
    "int8_t": (-(2**7), 2**7 - 1),
    "uint8_t": (0, 2**8 - 1),
    "int16_t": (-(2**15), 2**15 - 1),
    "uint16_t": (0, 2**16 - 1),
    "int32_t": (-(2**31), 2**31 - 1),
    "uint32_t": (0, 2**32 - 1),
}
SIZES = {"int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4, "uint32_t": 4, "int64_t": 8, "float": 4}


def integer(value: int) -> str:
    """An integer literal that has the right type in C: the least int32 and int64 and large unsigned need care."""
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


def rows(values: np.ndarray[tuple[int, ...], np.dtype[np.generic]], ctype: str) -> tuple[str, ...]:
    """The lines between the braces of an array's initialiser.

    Args:
        values: [n] numbers, or [n, fields] for an array of structs, or [n] of a structured dtype where a member of the
            struct is an array itself.
        ctype: C element type; the range of integer types is checked.

    Raises:
        CompileError: a value does not fit the element type.
    """
    if values.dtype.names is not None:
        items = [_braced(row) for row in values]
    elif values.ndim == 2 and ctype not in SIZES:
        items = ["{" + ", ".join(integer(int(v)) for v in row) + "}" for row in values.tolist()]
    else:
        flat = values.reshape(-1)
        low, high = _LIMITS.get(ctype, (None, None))
        if low is not None and high is not None and flat.size and (int(flat.min()) < low or int(flat.max()) > high):
            raise CompileError(f"a constant of type {ctype} holds a value from {flat.min()} to {flat.max()}")
        items = [floating(v) for v in flat.tolist()] if ctype == "float" else [integer(int(v)) for v in flat.tolist()]
    return _fill(items)


def _braced(value: Any) -> str:
    """An integer, or the members of a struct or the elements of an array within braces."""
    if isinstance(value, (np.void, np.ndarray)):
        return "{" + ", ".join(_braced(part) for part in value.tolist()) + "}"
    return integer(int(value))


def _fill(items: list[str]) -> tuple[str, ...]:
    lines: list[str] = []
    line: list[str] = []
    used = len(_INDENT)
    for item in items:
        if line and used + len(item) + 2 > _WIDTH:
            lines.append(_INDENT + " ".join(line))
            line, used = [], len(_INDENT)
        line.append(item + ",")
        used += len(item) + 2
    if line:
        lines.append(_INDENT + " ".join(line))
    return tuple(lines)
