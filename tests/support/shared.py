"""The shared folder beside the repository: public models and data that are too large to commit or belong to others."""

from __future__ import annotations

from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def shared_dir(*parts: str) -> Path:
    """A path in ../shared; skips the test, with the reason, where it is missing."""
    path = (_ROOT.parent / "shared").joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs ../shared/{'/'.join(parts)}")
    return path
