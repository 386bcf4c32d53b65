"""A doctor record on the terminal."""

from __future__ import annotations

from rich.markup import escape

from mcu_toolkit.records.doctor import DoctorRecord, Finding
from mcu_toolkit.report.sheet import Column, Sheet


def doctor_text(record: DoctorRecord) -> Sheet:
    """What this machine has and lacks, with the command that installs it."""
    made = Sheet(
        (
            Column("         name"),
            Column("found"),
            Column("needed for", wrap=True, drop=1),
            Column("install with", wrap=True),
        )
    )
    for finding in record.findings:
        cells = (finding.found or "", finding.needed_for, finding.remedy)
        made.add_row(f"{_mark(finding)}{escape(finding.name)}", *map(escape, cells))
    return made


def _mark(finding: Finding) -> str:
    """State of a finding, padded so that names stand in one column."""
    if finding.found is not None and not finding.remedy:
        return "[green]ok[/green]       "
    return "[red]missing[/red]  " if finding.required else "[yellow]-[/yellow]        "
