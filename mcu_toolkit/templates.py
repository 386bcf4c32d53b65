"""Jinja2 environments, set up alike everywhere: undefined values are errors, templates only loop and print."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_toolkit.assets import asset_dir

if TYPE_CHECKING:
    import jinja2

_BYTES_PER_ROW = 8


@cache
def environment(folder: Path, *, html: bool = False) -> jinja2.Environment:
    """The environment of a folder of templates.

    Args:
        folder: where the ``.j2`` files are.
        html: whether values are escaped for HTML; C, Makefiles and linker scripts are not.
    """
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=html,
    )


def render_firmware(template: str, **values: object) -> bytes:
    """A template of firmware/templates with its values filled in, as ASCII bytes."""
    return environment(asset_dir("firmware") / "templates").get_template(template).render(**values).encode("ascii")


def c_bytes(data: bytes) -> list[str]:
    """Bytes as the rows of a C initializer."""
    texts = [f"0x{byte:02x}" for byte in data]
    return [", ".join(texts[at : at + _BYTES_PER_ROW]) for at in range(0, len(texts), _BYTES_PER_ROW)]
