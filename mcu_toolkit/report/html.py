"""Self-contained HTML pages: one file, inline CSS and SVG, no script, nothing that a browser fetches.

This module holds the frame of a page and the parts that several reports use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from mcu_toolkit.printable import printable
from mcu_toolkit.records.statistics import ClassRow
from mcu_toolkit.report import charts
from mcu_toolkit.report import format as fmt
from mcu_toolkit.templates import environment

SYNTHETIC = (
    "The images are synthetic phantoms made by a generator: these figures show that the tool works, not how well "
    "a network classifies real images."
)
Counts = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Section:
    """A part of a page: a heading and ready markup."""

    title: str
    body: Markup


@dataclass(frozen=True)
class Card:
    """A figure at the head of a page; `mood` is ``good``, ``bad`` or empty."""

    title: str
    value: str
    remark: str = ""
    mood: str = ""


def page(title: str, subtitle: str, sections: Sequence[Section], *, synthetic: bool | None = False) -> str:
    """A whole page as text; sections without a body are left out.

    Args:
        title, subtitle: heads of the page.
        sections: in their order.
        synthetic: whether to warn that the images are synthetic.
    """
    shown = [section for section in sections if section.body]
    template = _environment().get_template("page.html.j2")
    text = template.render(title=title, subtitle=subtitle, warning=SYNTHETIC if synthetic else "", sections=shown)
    return printable(text, keep="\n\t")


def part(macro: str, *arguments: object) -> Markup:
    """A macro of ``parts.html.j2``."""
    module = _environment().get_template("parts.html.j2").module
    return Markup(getattr(module, macro)(*arguments))


def _environment() -> jinja2.Environment:
    return environment(Path(__file__).parent / "templates", html=True)


def cards(items: Sequence[Card]) -> Markup:
    """Figures side by side."""
    return part("cards", items)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], left: int = 1) -> Markup:
    """A table; the first `left` columns hold words, the others numbers."""
    return part("table", heads, rows, left)


def soft(text: str) -> Markup:
    """A remark below a chart."""
    return charts.element("p", text, class_="soft")


def mismatch_card(title: str, wrong: int, samples: int) -> Card:
    """A count of mismatches."""
    return Card(title, str(wrong), f"of {samples} outputs, every byte", "bad" if wrong else "good")


def confusion_heat(classes: Sequence[str], counts: Counts | None) -> Markup:
    """A confusion matrix as a table, tinted by the share of its row; empty where there is none."""
    if counts is None:
        return Markup("")
    rows = []
    for i, row in enumerate(counts):
        total = sum(row) or 1
        rows.append(
            [{"count": c, "percent": round(85 * c / total), "colour": 2 if i == j else 3} for j, c in enumerate(row)]
        )
    return part("heat", classes, rows)


def class_bars(rows: Sequence[ClassRow]) -> Markup:
    """Bars of sensitivity and specificity with intervals, and the table of all figures; empty without rows."""
    if not rows:
        return Markup("")
    drawn = []
    for row in rows:
        for label, value, interval in (
            ("sens.", row.sensitivity, row.sensitivity_ci95),
            ("spec.", row.specificity, row.specificity_ci95),
        ):
            drawn.append(charts.Bar(f"{row.name} {label}", value, fmt.percent(value), interval))
    heads = ("class", "images", "sensitivity", "specificity", "precision", "F1", "AUC")
    cells = [
        (
            row.name,
            row.support,
            *map(fmt.percent, (row.sensitivity, row.specificity, row.precision, row.f1)),
            fmt.auc(row.auc),
        )
        for row in rows
    ]
    return charts.bars(drawn, "sensitivity and specificity", top=1.0) + table(heads, cells)
