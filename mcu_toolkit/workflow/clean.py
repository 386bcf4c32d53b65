"""Remove files of a project that can be made again: the cache, or everything that holds images of the data."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterator
from pathlib import Path

from mcu_toolkit.data.dataset import CACHED_IMAGES
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.clean import CleanRecord
from mcu_toolkit.records.manifest import MANIFEST, read_manifest, write_manifest
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workspace import disk_error

_SALIENCY = "saliency.npz"
#: How a page holds an image (`report.images`).
_IN_A_PAGE = b"data:image/png;base64,"


def clean(ctx: Context, *, images: bool = False) -> CleanRecord:
    """Remove the cache, or with `images` every file that holds images: their cache, saliency maps, and pages.

    Models, figures and the division of the data stay. The manifests of the folders are written again.

    Raises:
        WorkspaceError: the disk refuses.
    """
    out, root = ctx.workspace.out, ctx.workspace.root
    found = sorted(_with_images(out) if images else (path for path in _files(out / "cache")))
    size, removed = 0, []
    for path in found:
        try:
            size += path.lstat().st_size
            path.unlink()
        except OSError as bad:
            raise disk_error(path, bad) from bad
        removed.append(str(path.relative_to(root)))
    for folder in sorted({path.parent for path in found}):
        _renew_manifest(folder)
    return CleanRecord(tuple(removed), size)


def _files(folder: Path) -> Iterator[Path]:
    """Files below a folder; links are not followed."""
    return (path for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def _with_images(out: Path) -> Iterator[Path]:
    for path in _files(out):
        page = path.suffix == ".html" and not path.is_symlink() and _holds_an_image(path)
        if path.name == _SALIENCY or path.match(CACHED_IMAGES) or page:
            yield path


def _holds_an_image(page: Path) -> bool:
    if page.stat().st_size == 0:  # it cannot be mapped
        return False
    with page.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(_IN_A_PAGE) >= 0


def _renew_manifest(folder: Path) -> None:
    if (folder / MANIFEST).is_file():
        with contextlib.suppress(WorkspaceError):  # a manifest that cannot be read stays as it is
            old = read_manifest(folder)
            write_manifest(folder, old.command, inputs=old.inputs, complete=old.complete, versions=old.versions)
