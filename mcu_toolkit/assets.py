"""Where the files live that ship beside the Python code: firmware, board descriptors, models, an emulator's plugin."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit.errors import WorkspaceError

_PACKAGE = Path(__file__).resolve().parent


def asset_dir(name: str) -> Path:
    """Folder ``firmware``, ``boards``, ``models`` or ``emulator``, in a checkout or in an installed wheel.

    Raises:
        WorkspaceError: the installation is incomplete.
    """
    for root in (_PACKAGE / "_assets", _PACKAGE.parent):
        candidate = root / name
        if candidate.is_dir():
            return candidate
    raise WorkspaceError(
        f"the installation of mcu_toolkit lacks its '{name}' folder",
        hint="pip install --force-reinstall mcu_toolkit",
    )
