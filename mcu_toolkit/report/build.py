"""A build record on the terminal."""

from __future__ import annotations

from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.sheet import Sheet
from mcu_toolkit.report.tables import flash_row, grid, ram_row


def build_text(record: BuildRecord) -> Sheet:
    """Flash and RAM beside the board's limits, MACs and the optimization goal."""
    made = grid()
    made.add_row(*flash_row(record.memory.flash))
    made.add_row(*ram_row(record.memory.ram))
    made.add_row("MACs", fmt.exact(record.macs), f"optimized for {record.optimize}")
    return made
