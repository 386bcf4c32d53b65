"""The registry, and suggestions for unknown names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.registry import Registry, modules_of
from mcu_toolkit.suggest import did_you_mean, nearest


def test_entries_keep_the_order_of_registration() -> None:
    registry: Registry[int] = Registry("number")
    assert registry.add("two", 2) == 2
    registry.add("one", 1)
    assert list(registry) == ["two", "one"] and len(registry) == 2
    assert registry["one"] == registry.find("one") == 1
    assert registry.get("three") is None


def test_a_name_cannot_be_registered_twice() -> None:
    registry: Registry[int] = Registry("number")
    registry.add("one", 1)
    with pytest.raises(ConfigError, match="the number 'one' is registered twice"):
        registry.add("one", 2)
    assert registry["one"] == 1


def test_an_unknown_name_is_refused_with_the_known_names_and_the_nearest() -> None:
    registry: Registry[int] = Registry("board")
    registry.add("qemu-m4", 4)
    registry.add("nano33", 33)
    with pytest.raises(ConfigError, match="there is no board 'qemu-m5'") as caught:
        registry.find("qemu-m5")
    assert caught.value.expected == "qemu-m4, nano33"
    assert caught.value.hint == "did you mean 'qemu-m4'?"


def test_a_temporary_registration_ends_with_its_block() -> None:
    registry: Registry[int] = Registry("number")
    with pytest.raises(KeyError), registry.added("one", 1):
        assert registry["one"] == 1
        raise KeyError
    assert "one" not in registry


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package whose modules count how often they are imported."""
    folder = tmp_path / "made_up_plugin"
    folder.mkdir()
    (folder / "__init__.py").write_text("count = 0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("made_up_plugin")]:
        del sys.modules[name]


def test_builtin_modules_are_imported_when_the_registry_is_first_read(plugin: Path) -> None:
    (plugin / "part.py").write_text("import made_up_plugin\nmade_up_plugin.count += 1\n", encoding="utf-8")
    registry: Registry[int] = Registry("number", builtin=("made_up_plugin.part",))
    assert "made_up_plugin.part" not in sys.modules
    assert [len(registry) for _ in range(2)] == [0, 0]
    assert sys.modules["made_up_plugin"].count == 1


def test_a_builtin_module_that_fails_is_imported_again(plugin: Path) -> None:
    (plugin / "broken.py").write_text("raise RuntimeError('broken')\n", encoding="utf-8")
    registry: Registry[int] = Registry("number", builtin=("made_up_plugin.broken",))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            len(registry)


def test_modules_of_a_package_are_found(plugin: Path) -> None:
    (plugin / "b.py").touch()
    (plugin / "a.py").touch()
    assert modules_of("made_up_plugin", [str(plugin)]) == ("made_up_plugin.a", "made_up_plugin.b")


def test_suggestions() -> None:
    known = ("balanced", "ram", "speed")
    assert did_you_mean("sped", known) == "did you mean 'speed'?"
    assert did_you_mean("zzzz", known) is None
    assert nearest("balance", known, limit=2) == ["balanced"]
