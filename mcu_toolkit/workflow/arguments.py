"""Plain arguments of the Python interface as the use cases take them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

#: A key of a recipe → its value: number, text, truth value or list.
Overrides = Mapping[str, object]


def path(given: str | Path | None) -> Path | None:
    """A path, with ``~`` expanded; None stays None."""
    return None if given is None else Path(given).expanduser()


def text(given: str | Path | None) -> str | None:
    """The text of a name or path; None stays None."""
    return None if given is None else str(given)


def overrides(given: Overrides | None) -> dict[str, str]:
    """Values as a recipe holds them in TOML; its numbers, truth values and lists are those of JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in (given or {}).items()}
