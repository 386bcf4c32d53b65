"""A doctor record on the terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from mcu_toolkit.records.doctor import DoctorRecord, Finding


def doctor_text(record: DoctorRecord) -> Table:
    """What this machine has and lacks, with the command that installs it."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "name", "found", "needed for", "install with"):
        made.add_column(title, overflow="fold")
    for finding in record.findings:
        cells = (finding.name, finding.found or "", finding.needed_for, finding.remedy)
        made.add_row(_mark(finding), *map(escape, cells))
    return made


def _mark(finding: Finding) -> str:
    if finding.found is not None and not finding.remedy:
        return "[green]ok[/green]"
    return "[red]missing[/red]" if finding.required else "[yellow]-[/yellow]"
