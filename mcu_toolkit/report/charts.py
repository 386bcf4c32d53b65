"""Charts as inline SVG from plain numbers; no script, no external resource. Colours come from the CSS of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup, escape

from mcu_toolkit.report import format as fmt

WIDTH = 640
_LABEL = 150
_VALUE = 120
_ROW = 22
#: CSS classes of the page's palette, in turn.
PALETTE = ("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7")


@dataclass(frozen=True)
class Bar:
    """A labelled share or count with an optional interval (low, high); `text` is printed beside it."""

    label: str
    value: float | None
    text: str
    interval: tuple[float, float] | None = None


def element(tag: str, content: str | Markup = "", **attributes: object) -> Markup:
    """One SVG or HTML element; in attribute names ``_`` stands for ``-``, and a trailing ``_`` is dropped."""
    names = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    text = Markup("").join(Markup(' {}="{}"').format(name, _number(value)) for name, value in names.items())
    if not content:
        return Markup("<{}{}/>").format(Markup(tag), text)
    return Markup("<{}{}>{}</{}>").format(Markup(tag), text, content, Markup(tag))


def _number(value: object) -> object:
    """Coordinates with at most two digits after the point: short, and the same on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


def _svg(height: float, parts: Sequence[Markup], title: str) -> Markup:
    body = element("title", escape(title)) + Markup("").join(parts)
    return element("svg", body, viewBox=f"0 0 {WIDTH} {height:g}", role="img", class_="chart")


def _text(x: float, y: float, content: str, anchor: str = "start", class_: str | None = None) -> Markup:
    return element("text", escape(content), x=float(x), y=float(y), text_anchor=anchor, class_=class_)


def bars(rows: Sequence[Bar], title: str, top: float | None = None) -> Markup:
    """Horizontal bars from 0 to `top` (the largest value by default), with whiskers where there is an interval."""
    ends = [row.interval[1] if row.interval is not None else row.value for row in rows if row.value is not None]
    scale = top or max(ends, default=0.0) or 1.0
    room = WIDTH - _LABEL - _VALUE
    parts: list[Markup] = []
    for i, row in enumerate(rows):
        y = i * _ROW + 4
        parts.append(_text(_LABEL - 8, y + 12, _short(row.label, 24), "end"))
        if row.value is not None:
            width = max(room * row.value / scale, 0.5)
            bar = element("title", escape(f"{row.label}: {row.text}"))
            parts.append(element("rect", bar, x=_LABEL, y=y, width=width, height=_ROW - 7, class_="c0"))
        if row.interval is not None:
            left, right = (_LABEL + room * end / scale for end in row.interval)
            middle = y + (_ROW - 7) / 2
            parts.append(
                element("path", d=f"M{left:.1f} {middle - 4:.1f}v8M{left:.1f} {middle:.1f}H{right:.1f}"
                        f"M{right:.1f} {middle - 4:.1f}v8", class_="whisker")
            )  # fmt: skip
        parts.append(_text(WIDTH - _VALUE + 8, y + 12, row.text))
    return _svg(len(rows) * _ROW + 6, parts, title)


def stacked(parts_of: Mapping[str, int], limit: int | None, title: str) -> Markup:
    """One bar of parts in bytes.

    The whole width is `limit`; it is the total where there is no limit or the limit is over 50 times as large.
    """
    total = sum(parts_of.values())
    # A few KiB of the megabytes of an emulated board would be invisible; the text below the bar gives the share.
    whole = limit if limit and total > limit / 50 else total
    drawn: list[Markup] = [element("rect", x=0, y=0, width=WIDTH, height=26, class_="empty")]
    legend: list[Markup] = []
    x, at = 0.0, 0.0
    for i, (name, size) in enumerate(parts_of.items()):
        width = WIDTH * size / whole if whole else 0.0
        colour = PALETTE[i % len(PALETTE)]
        tip = element("title", escape(f"{name}: {size:,} bytes"))
        drawn.append(element("rect", tip, x=x, y=0, width=width, height=26, class_=colour))
        x += width
        label = f"{name} {fmt.kib(size)}"
        legend += [element("rect", x=at, y=36, width=10, height=10, class_=colour), _text(at + 15, 45, label)]
        at += 30 + 7.0 * len(label)
    said = f"total {fmt.kib(total)}" + (f" of {fmt.kib(limit)} ({100 * total / limit:.1f} %)" if limit else "")
    return _svg(70, [*drawn, *legend, _text(0, 66, said, class_="strong")], title)


def histogram(values: npt.NDArray[np.int64], unit: str, title: str) -> Markup:
    """Number of samples per range of latency."""
    if not values.size:
        return Markup("")
    low, high = int(values.min()), int(values.max())
    bins = min(30, max(1, high - low + 1))
    counts, edges = np.histogram(values, bins=bins, range=(low, high + (1 if low == high else 0)))
    height, base, peak = 120.0, 130.0, int(counts.max())
    step = (WIDTH - 60) / bins
    drawn = []
    for i, count in enumerate(counts.tolist()):
        tall = height * count / peak
        tip = element("title", escape(f"{count} at {edges[i]:,.0f} to {edges[i + 1]:,.0f} {unit}"))
        drawn.append(
            element("rect", tip, x=50 + i * step, y=base - tall, width=max(step - 1, 0.5), height=tall, class_="c0")
        )
    drawn += [
        element("line", x1=50, y1=base, x2=WIDTH - 10, y2=base, class_="axis"),
        _text(46, base - height + 8, str(peak), "end"),
        _text(46, base, "0", "end"),
        _text(50, base + 16, f"{low:,}"),
        _text(WIDTH - 10, base + 16, f"{high:,} {unit}", "end"),
    ]
    return _svg(base + 24, drawn, title)


@dataclass(frozen=True)
class Series:
    """A named line of (x, y) points; points without y are left out."""

    name: str
    points: Sequence[tuple[float, float | None]]


def lines(
    series: Sequence[Series], title: str, x_label: str, y_label: str, y_range: tuple[float, float] | None = None
) -> Markup:
    """A line chart."""
    points = [(x, y) for s in series for x, y in s.points if y is not None]
    if not points:
        return Markup("")
    x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
    y_low, y_high = y_range or (min(y for _, y in points), max(y for _, y in points))
    left, right, top, base = 60.0, WIDTH - 12.0, 8.0, 220.0

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - x_low) / (x_high - x_low) if x_high > x_low else 0.5
        up = (y - y_low) / (y_high - y_low) if y_high > y_low else 0.5
        return left + across * (right - left), base - up * (base - top)

    drawn = [
        element("path", d=f"M{left:g} {top:g}V{base:g}H{right:g}", class_="axis"),
        _text(left - 6, top + 10, f"{y_high:.3g}", "end"),
        _text(left - 6, base, f"{y_low:.3g}", "end"),
        _text(left, base + 16, f"{x_low:.3g}"),
        _text(right, base + 16, f"{x_high:.3g}", "end"),
        _text((left + right) / 2, base + 16, x_label, "middle"),
        _text(left + 6, top + 10, y_label),
    ]
    at = left
    for i, one in enumerate(series):
        colour = PALETTE[i % len(PALETTE)]
        path = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in one.points if y is not None)
        drawn.append(element("polyline", points=path, class_=f"line {colour}"))
        drawn += [element("rect", x=at, y=base + 26, width=10, height=10, class_=colour)]
        drawn += [_text(at + 15, base + 35, one.name)]
        at += 30 + 7.0 * len(one.name)
    return _svg(base + 44, drawn, title)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
