"""Base of `mcu_toolkit.Project`: the folder itself, and the methods that make no model and no firmware."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.workflow.arguments import text
from mcu_toolkit.workflow.context import Context, ignore
from mcu_toolkit.workspace import Workspace, disk_error

if TYPE_CHECKING:
    from mcu_toolkit.records.attestation import CheckRecord
    from mcu_toolkit.records.boards import BoardsRecord
    from mcu_toolkit.records.clean import CleanRecord
    from mcu_toolkit.records.doctor import DoctorRecord


class ProjectFolder:
    """A project folder; see `Project`."""

    def __init__(
        self,
        folder: str | Path = ".",
        *,
        progress: Progress = silent,
        note: Callable[[str], None] = ignore,
        trust: bool = False,
    ) -> None:
        root = Path(folder).expanduser().resolve()
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as bad:
            raise disk_error(root, bad) from bad
        self._workspace = Workspace(root)
        self._progress = progress
        self._note = note
        self._trust = trust

    def __repr__(self) -> str:
        """The call that makes an equal project."""
        return f"Project({str(self.folder)!r})"

    @property
    def folder(self) -> Path:
        """The project folder, absolute."""
        return self._workspace.root

    @property
    def out(self) -> Path:
        """Folder of all files that are made."""
        return self._workspace.out

    def clean(self, *, images: bool = False) -> CleanRecord:
        """Remove the cache, or with `images` every file that holds images of the data.

        Raises:
            WorkspaceError: the disk refuses.
        """
        from mcu_toolkit.workflow.clean import clean

        return clean(self._context("clean"), images=images)

    def attest(self, key: str | Path, board: str | Path | None = None) -> Path:
        """Sign a statement about the last bench of a board; the file of the statement.

        Args:
            key: file of the private key (``mcutk keygen``).
            board: id, or path of a board descriptor; by default the board flashed last.

        Raises:
            WorkspaceError: nothing was benched, or a file was changed since; ConfigError: the key.
        """
        from mcu_toolkit.workflow.attest import attest

        return attest(self._context("attest"), Path(key), board=text(board))

    def check(
        self,
        statement: str | Path,
        key: str | Path,
        *,
        device: bool = False,
        board: str | Path | None = None,
        port: str | None = None,
    ) -> CheckRecord:
        """Check a signed statement, the files that are here, and with `device` the firmware of a board.

        Args:
            statement: the file.
            key: file of the public key.
            device: ask a board; by default that of the statement, on the port that it implies.
            board, port: of `device`.

        Raises:
            SignatureError: the signature is not that of the key, or a file differs.
            WrongFirmwareError: the board runs other firmware; LinkError: it does not answer.
        """
        from mcu_toolkit.workflow.attest import CheckOptions, check

        options = CheckOptions(Path(statement), Path(key), device, text(board), port)
        return check(self._context("check"), options)

    def boards(self) -> BoardsRecord:
        """The supported boards and those of the project."""
        from mcu_toolkit.workflow.boards import boards

        return boards(self._workspace)

    def doctor(self, board: str | None = None) -> DoctorRecord:
        """Programs, packages, disk space and serial ports of this machine, or what one board needs of them."""
        from mcu_toolkit.workflow.doctor import doctor

        return doctor(self._context("doctor"), board)

    def _context(self, method: str) -> Context:
        origin = f"mcu_toolkit.Project.{method}"
        return Context(self._workspace, self._progress, self._note, origin, lambda _descriptor: self._trust)
