"""Rules of firmware/kernels that a compiler does not check: typed interfaces, prefixed and unique names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcu_toolkit.assets import asset_dir

KERNELS = asset_dir("firmware") / "kernels"
_SOURCES = sorted(path.relative_to(KERNELS).as_posix() for path in KERNELS.rglob("*") if path.suffix in {".c", ".h"})
#: A function definition or declaration at the start of a line, with its name.
_STATIC = re.compile(r"^(?:__attribute__\(\(\w+\)\) )?static (?:inline )?(?:const )?\w+ \*?(\w+)\(", re.MULTILINE)


def without_comments(name: str) -> str:
    text = (KERNELS / name).read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", [name for name in _SOURCES if name.endswith(".h")])
def test_headers_have_no_untyped_constants(name: str) -> None:
    assert "const void *" not in without_comments(name)


@pytest.mark.parametrize("name", _SOURCES)
def test_static_functions_have_the_prefix(name: str) -> None:
    """A stack trace names a function without its file."""
    found = _STATIC.findall(without_comments(name))
    assert [function for function in found if not function.startswith("mcutk_")] == []


def test_names_of_static_functions_are_unique() -> None:
    places: dict[str, set[str]] = {}
    for name in _SOURCES:
        for function in _STATIC.findall(without_comments(name)):
            places.setdefault(function, set()).add(Path(name).name)
    assert {function: files for function, files in places.items() if len(files) > 1} == {}


@pytest.mark.parametrize("name", [name for name in _SOURCES if name.endswith(".c")])
def test_a_source_is_at_most_250_lines(name: str) -> None:
    assert len((KERNELS / name).read_text(encoding="utf-8").splitlines()) <= 250
