"""Program a board with what was built for it last."""

from __future__ import annotations

from mcu_toolkit.records.flash import FlashRecord
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow.built import require_build
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.sources import pick_board, pick_port


def flash(ctx: Context, *, board: str | None = None, port: str | None = None, tool: str | None = None) -> FlashRecord:
    """Program a board, and remember the firmware that it holds now.

    Args:
        ctx: see `Context`.
        board: id, or path of a board descriptor; by default the board built for last.
        port: serial port; by default the project's; not needed by emulated boards.
        tool: name of a flasher; by default the first of the board's flashers that is installed.

    Raises:
        ConfigError: no such board or flasher; WorkspaceError: nothing was built, or the build was changed since.
        ToolError: the flasher; PortError: the port.
    """
    from mcu_toolkit.device.program import program

    workspace = ctx.workspace
    chosen = pick_board(ctx, board, last=("build",))
    folder = require_build(workspace, chosen.board)
    ctx.progress("flash", 0, 0)
    record = program(
        chosen.board,
        folder,
        workspace.device_dir(chosen.board.id),
        pick_port(workspace, chosen.board, port),
        tool=tool,
    )
    remember(workspace, flash=chosen.key, flashed={chosen.board.id: record.firmware_sha256})
    return record
