"""Board descriptors of a project are used only after the user has said so.

A descriptor decides which programs run, with which arguments, and which hardware they write to, so that a project
folder from somebody else must not bring its own unasked. What was trusted is recorded by hash outside the project: a
descriptor that was changed is asked about again.
"""

from __future__ import annotations

import os
from pathlib import Path

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.records.codec import read, write
from mcu_toolkit.records.trust import TrustRecord
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workspace import sha256_file

_FILE = "trusted.json"


def trust_file() -> Path:
    """Where trust is recorded: ``mcutk/trusted.json`` below ``$XDG_CONFIG_HOME``, by default ``~/.config``."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "mcutk" / _FILE


def require_trust(ctx: Context, path: Path, *, chosen: bool) -> None:
    """Refuse a board descriptor that belongs to a project and that the user has not trusted.

    Args:
        ctx: asks the user, where it can.
        path: the descriptor.
        chosen: whether the user named the file in this call. Together with a place outside the project folder, this
            is trust in itself, and is recorded.

    Raises:
        ConfigError: the user did not agree, or cannot be asked; WorkspaceError: the record of trust is damaged.
    """
    place = path.resolve()
    if not place.is_file():
        return  # the reader of descriptors reports it
    sha256 = sha256_file(place)
    known = _trusted()
    if sha256 in known.boards:
        return
    outside = not place.is_relative_to(ctx.workspace.root.resolve())
    if not (chosen and outside) and not ctx.trust(place):
        raise ConfigError(
            f"the board descriptor {place} of this project is not trusted",
            expected="a descriptor that you have looked at: it decides which programs run and what they write to",
            received=f"SHA-256 {sha256[:16]}…, new or changed",
            hint="look at it, then run the same command with --trust",
        )
    write(trust_file(), TrustRecord({**known.boards, sha256: str(place)}))


def _trusted() -> TrustRecord:
    path = trust_file()
    return (
        read(TrustRecord, path, hint="delete it: descriptors are asked about again")
        if path.is_file()
        else TrustRecord()
    )
