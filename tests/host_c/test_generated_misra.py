"""MISRA C:2012 by cppcheck's addon, against the reviewed baseline firmware/misra.toml."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.golden_models import GOLDEN_MODELS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytestmark = pytest.mark.skipif(process.find_tool("cppcheck") is None, reason="needs cppcheck")

_OPTIONS = ("--addon=misra", "--std=c11", "--platform=unix32", "-q", "--template={file}:{line}: {id}")


def broken_rules(arguments: list[str], folder: Path) -> dict[str, str]:
    """Rule → one place that breaks it."""
    done = process.run(["cppcheck", *_OPTIONS, *arguments], cwd=folder, timeout=600)
    if "misra" in done.stderr and "not found" in done.stderr:
        pytest.skip("cppcheck has no MISRA addon")
    found = re.findall(r"^(.*): misra-c2012-([\d.]+)$", done.stderr, re.MULTILINE)
    return {rule: place for place, rule in found}


def baseline(part: str) -> dict[str, str]:
    return dict(tomllib.loads((asset_dir("firmware") / "misra.toml").read_text())[part])


def test_generated_code_breaks_only_the_rules_of_the_baseline(tmp_path: Path) -> None:
    for name, make in GOLDEN_MODELS.items():
        for file, content in compile_model(read_model(make()), Target(PORTABLE, "cortex-m4"), name).files.items():
            (tmp_path / file).write_bytes(content)
    sources = [f"{name}{suffix}.c" for name in GOLDEN_MODELS for suffix in ("", "_weights")]
    steps = [f"-D{name.upper()}_STEPS=1" for name in GOLDEN_MODELS]
    assert_baseline(broken_rules([*steps, *sources], tmp_path), baseline("generated"))


@pytest.mark.slow
def test_kernels_break_only_the_rules_of_the_baseline(tmp_path: Path) -> None:
    folder = tmp_path / "kernels"  # a copy: the addon writes files next to the sources
    shutil.copytree(asset_dir("firmware") / "kernels", folder)
    includes = ["-I.", "-Iportable", "-Idsp"]
    sources = [str(path.relative_to(folder)) for part in ("portable", "dsp") for path in (folder / part).glob("*.c")]
    assert_baseline(broken_rules([*includes, *sorted(sources)], folder), baseline("kernels"))


def assert_baseline(found: dict[str, str], allowed: dict[str, str]) -> None:
    assert {rule: place for rule, place in found.items() if rule not in allowed} == {}, (
        "rules without a reviewed reason"
    )
    assert sorted(set(allowed) - set(found)) == [], "entries of the baseline that nothing needs any more"
