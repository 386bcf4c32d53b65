"""Numbers as text. A value that is not known is a dash, never 0."""

from __future__ import annotations

UNKNOWN = "–"


def percent(value: float | None, digits: int = 2) -> str:
    """A share as a percentage."""
    return UNKNOWN if value is None else f"{100 * value:.{digits}f} %"


def interval(bounds: tuple[float, float] | None, digits: int = 1) -> str:
    """Two shares (low, high) as a range of percentages."""
    if bounds is None:
        return UNKNOWN
    low, high = bounds
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f} %"


def count(value: float | None) -> str:
    """A count with three or four digits and a unit prefix: 29.86 M."""
    if value is None:
        return UNKNOWN
    if abs(value) < 1e4:
        return f"{value:,.0f}"
    divisor, suffix = (1e3, "k") if abs(value) < 1e6 else (1e6, "M") if abs(value) < 1e9 else (1e9, "G")
    scaled = value / divisor
    return f"{scaled:.2f} {suffix}" if abs(scaled) < 100 else f"{scaled:.1f} {suffix}"


def exact(value: int | None) -> str:
    """An integer with separators."""
    return UNKNOWN if value is None else f"{value:,}"


def kib(value: int | None) -> str:
    """Bytes in KiB."""
    if value is None:
        return UNKNOWN
    return f"{value:,} B" if value < 1024 else f"{value / 1024:,.1f} KiB"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{100 * difference:+.2f}"


def auc(value: float | None) -> str:
    """An area under a ROC curve."""
    return UNKNOWN if value is None else f"{value:.4f}"


def probability(value: float) -> str:
    """A p-value."""
    return f"p = {value:.3g}"
