"""Inspection records on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.text import Text

from mcu_toolkit.errors import number_list
from mcu_toolkit.records.inspect import (
    InspectedBorder,
    InspectedNode,
    InspectRecord,
    ModeFigures,
    OperatorsRecord,
    UnsupportedNode,
)
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.sheet import Sheet
from mcu_toolkit.report.tables import grid, table

#: Column from which numbers start in a table that has none.
_NO_NUMBERS = 9


def inspection_text(record: InspectRecord) -> RenderableType:
    """A model: the verdict with every kind of reason, its inputs and outputs, its totals and its nodes."""
    parts: list[RenderableType] = [_verdict(record)]
    if record.unsupported:
        parts.append(_reasons(record.unsupported))
    if record.nodes:
        parts += [Text(""), _borders(record), Text(""), _totals(record), Text(""), _nodes(record.nodes)]
    if record.modes:
        parts += [Text(""), _modes(record.modes)]
    return Group(*parts)


def operators_text(record: OperatorsRecord) -> Sheet:
    """The supported operators."""
    made = table("operator", "supported forms", numbers_from=_NO_NUMBERS, wrap=("supported forms",))
    for row in record.operators:
        made.add_row(row.operator, escape(row.forms))
    return made


def _verdict(record: InspectRecord) -> Text:
    if record.supported:
        return Text.assemble((record.model, "bold"), "  ", ("supported", "green"))
    count = len(_kinds(record.unsupported))
    said = f"not supported: {count} reason{'s' if count > 1 else ''}"
    return Text.assemble((record.model, "bold"), "  ", (said, "red"))


def _totals(record: InspectRecord) -> Sheet:
    made = grid()
    macs, weights, ram = record.macs, record.weights_bytes, record.ram
    made.add_row("MACs", fmt.exact(macs.model), f"after passes {fmt.exact(macs.after_passes)}")
    made.add_row("weights", f"{fmt.exact(weights.model)} B", f"in flash {fmt.exact(weights.after_passes)} B")
    made.add_row(
        "tables", f"{fmt.exact(record.table_bytes)} B", "multipliers and shifts of the channels, look-up tables"
    )
    proved = "; proved to be the least for these kernels" if ram.arena_optimal else ""
    made.add_row("arena", f"{fmt.exact(ram.arena)} B", f"live-tensor bound {fmt.exact(ram.no_overlap)}{proved}")
    if record.cost_estimate is not None:
        target = record.target
        made.add_row(
            "instructions",
            f"~{fmt.count(record.cost_estimate)}",
            f"estimated for {target.core} ({target.isa}, {target.optimize}), not measured",
        )
    return made


def _borders(record: InspectRecord) -> Sheet:
    made = table("", "type", "shape", "name", "scale", "zero point", numbers_from=4, wrap=("name",))
    for word, borders in (("input", record.inputs), ("output", record.outputs)):
        for number, border in enumerate(borders, 1):
            made.add_row(word if len(borders) == 1 else f"{word} {number}", *_border(border))
    return made


def _border(border: InspectedBorder) -> tuple[str, str, str, str, str]:
    shape = "×".join(map(str, border.shape)) or "scalar"
    scale = "" if border.scale is None else f"{border.scale:.6g}"
    return border.dtype, shape, escape(border.name), scale, "" if border.scale is None else str(border.zero_point)


def _nodes(rows: Sequence[InspectedNode]) -> Sheet:
    made = table(
        "#",
        "operator",
        "kernel",
        "output",
        "MACs",
        "weights",
        "arena at",
        "live",
        "scratch",
        numbers_from=4,
        drop=("live", "scratch", "arena at", "weights"),
    )
    for row in rows:
        removed = row.macs_after_passes == 0 and row.kernel is None
        macs = fmt.exact(row.macs)
        if row.macs_after_passes is not None and row.macs_after_passes != row.macs:
            macs += f" → {fmt.exact(row.macs_after_passes)}"
        made.add_row(
            str(row.index),
            escape(row.operator),
            escape(row.kernel or ("folded away" if removed else fmt.UNKNOWN)),
            "×".join(map(str, row.shape)),
            macs,
            fmt.exact(row.weights_bytes),
            fmt.exact(row.arena_offset) + (" in place" if row.in_place else ""),
            fmt.UNKNOWN if row.live is None else f"{row.live[0]}-{row.live[1]}",
            fmt.exact(row.scratch_bytes),
            style="dim" if removed else None,
        )
    return made


def _modes(modes: Mapping[str, ModeFigures]) -> Sheet:
    made = table("--optimize", "arena", "instructions (estimate)", "weights", "other constants")
    for name, row in modes.items():
        cost = f"~{fmt.count(row.cost_estimate)}"
        made.add_row(name, f"{row.arena:,} B", cost, f"{row.weights_bytes:,} B", f"{row.table_bytes:,} B")
    return made


def _kinds(rows: Sequence[UnsupportedNode]) -> dict[tuple[str, str], list[int]]:
    """(operator, reason) → the nodes concerned."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        nodes = found.setdefault((row.operator, row.reason), [])
        if row.node is not None:
            nodes.append(row.node)
    return found


def _reasons(rows: Sequence[UnsupportedNode]) -> Sheet:
    """Each kind of reason once, with its nodes."""
    made = table("operator", "reason", "nodes", numbers_from=_NO_NUMBERS, wrap=("reason", "nodes"))
    for (name, reason), nodes in _kinds(rows).items():
        made.add_row(f"[red]{escape(name)}[/red]", escape(reason), number_list("node", nodes) if nodes else "")
    return made
