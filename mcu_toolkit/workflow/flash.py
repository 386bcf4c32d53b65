"""Program a board with what was built for it last."""

from __future__ import annotations

from mcu_toolkit.boards import Board
from mcu_toolkit.records.flash import FlashRecord
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow.build import require_build
from mcu_toolkit.workflow.context import Context


def flash_board(
    ctx: Context, board: Board, port: str | None, *, tool: str | None = None, key: str | None = None
) -> FlashRecord:
    """Program what was built for a board, and remember which firmware it holds now.

    Args:
        tool: name of a flasher; by default the first of the board's that is installed.
        key: how `bench` finds the board again; its id by default.

    Raises:
        WorkspaceError: nothing was built, or the build was changed since.
        ToolError, PortError: the flasher or the port.
    """
    from mcu_toolkit.device.program import program

    workspace = ctx.workspace
    folder = workspace.build_dir(board.id)
    require_build(folder, board)
    done = program(board, folder, workspace.device_dir(board.id), port, tool=tool)
    remember(workspace, flash=key or board.id, flashed={board.id: done.firmware_sha256})
    return done
