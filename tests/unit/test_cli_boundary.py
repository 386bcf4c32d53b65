"""The command line only parses, calls and prints: limits of its size, and the modules that it may import."""

from __future__ import annotations

import pytest

from tests.unit.test_layering import EDGES, MODULES, group

#: Lines of all files together, and of one file.
MOST_LINES = 1700
MOST_LINES_OF_A_FILE = 150
#: Modules of the application or of a stage; a command reaches them through `workflow`.
FORBIDDEN = {"numpy", "jinja2", "serial", "tensorflow", "tf_keras"}

FILES = sorted(module for module in MODULES if group(module) == "cli")


def lines(module: str) -> int:
    return len(MODULES[module].read_text(encoding="utf-8").splitlines())


def test_the_command_line_is_small() -> None:
    assert sum(map(lines, FILES)) <= MOST_LINES


@pytest.mark.parametrize("module", FILES)
def test_a_file_of_the_command_line_is_small(module: str) -> None:
    assert lines(module) <= MOST_LINES_OF_A_FILE


@pytest.mark.parametrize("module", FILES)
def test_the_command_line_does_not_import_the_stages(module: str) -> None:
    imported = {target for target, _ in EDGES[module]}
    assert not {target.split(".")[0] for target in imported} & FORBIDDEN
    stages = {"train", "compiler", "host", "device", "graph", "data", "wire"}
    assert not {target for target in imported if target.startswith("mcu_toolkit.") and group(target) in stages}


@pytest.mark.parametrize("module", sorted(set(MODULES) - set(FILES) - {"mcu_toolkit.__main__"}))
def test_nothing_imports_the_command_line(module: str) -> None:
    assert not [target for target, _ in EDGES[module] if target.startswith("mcu_toolkit.cli")]
