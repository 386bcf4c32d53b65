"""Board descriptors: all shipped ones are correct, and mistakes are reported with their key."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import Board, list_boards, load_board
from mcu_toolkit.device.flashers import FLASHERS
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.targets.isa import ISAS, Isa

ROOT = Path(__file__).resolve().parents[2]
BOARDS = list_boards()
GOOD = (asset_dir("boards") / "qemu-m4.toml").read_text()


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_shipped_descriptor(board: Board) -> None:
    assert (asset_dir("boards") / f"{board.id}.toml").is_file()
    assert (asset_dir("firmware") / "hal" / board.hal.family / "uart.c").is_file()
    assert "UART_IRQ" in board.hal.defines
    assert board.flash.tools and set(board.flash.tools) <= set(FLASHERS)
    assert board.is_emulated == (board.timing.unit == "instructions") == ("emulator" in board.flash.tools)
    if board.is_emulated:
        assert board.link.overlap == "hold"
        assert "QEMU" in board.name  # the name shows that it is not hardware
    else:
        assert board.link.overlap == "pause"
        assert "Not yet tried on hardware" in board.notes
        assert board.link.ring >= 256


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_flashers_find_their_keys(board: Board) -> None:
    needs = {
        "pyocd": board.flash.pyocd_target,
        "openocd": board.flash.openocd_config,
        "arduino-cli": board.flash.fqbn,
        "bossac": board.usb.bootloader,
        "emulator": board.emulator,
    }
    assert all(needs[tool] for tool in board.flash.tools)


def test_documentation_has_every_board_and_key() -> None:
    text = (ROOT / "docs" / "boards.md").read_text(encoding="utf-8")
    for board in BOARDS:
        assert f"| `{board.id}` |" in text, board.id

    def keys(cls: type, prefix: str = "") -> list[str]:
        hints = get_type_hints(cls)
        names = []
        for item in fields(cls):  # type: ignore[arg-type]
            inner = next((h for h in getattr(hints[item.name], "__args__", ()) if is_dataclass(h)), hints[item.name])
            names += keys(inner, f"{item.name}.") if is_dataclass(inner) else [f"{prefix}{item.name}"]  # type: ignore[arg-type]
        return names

    documented = set(re.findall(r"`([a-z_.]+)`", text))
    assert set(keys(Board)) <= documented


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "qemu-m4"', 'id = "Qemu M4"', "'id' is wrong"),
        ('isa = "dsp"', 'isa = "neon"', "'core.isa' is wrong"),
        ('isa = "dsp"', 'ias = "dsp"', "unknown key 'core.ias'"),
        ('cpu = "cortex-m4"', "", "the key 'core.cpu' is missing"),
        ('cpu = "cortex-m4"', 'cpu = "cortex-m4 -o /x"', "'core.cpu' is wrong"),
        ("ring = 1024", "ring = 1000", "'link.ring' is wrong"),
        ("payload = 2048", "payload = 9000", "'link.payload' is wrong"),
        ("stack_bytes = 8192", "stack_bytes = 8191", "'memory.stack_bytes' is wrong"),
        ("stack_bytes = 8192", 'stack_bytes = "8192"', "'memory.stack_bytes' has the wrong type"),
        ("stack_bytes = 8192", "stack_bytes = true", "'memory.stack_bytes' has the wrong type"),
        ("UART_IRQ = 0", '"evil = 0" = 0', "not a C macro"),
        ('tools = ["emulator"]', "tools = []", "'flash.tools' is wrong"),
        ('arch = "arm"', 'arch = "mips"', "'core.arch' is wrong"),
        ('isa = "dsp"', 'isa = "dsp"\ncaches = 1', "'core.caches' has the wrong type"),
        ("[emulator]", "[emulators]", "unknown key 'emulators'"),
        ('machine = "mps2-an386"', "machine = 386", "'emulator.machine' has the wrong type"),
        ('family = "mps2"', 'family = "../app"', "'hal.family' is wrong"),
        ("[core]", "[core", "not valid TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        load_board(str(path))
    assert "mine.toml" in str(caught.value)


def test_a_descriptor_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace('id = "qemu-m4"', 'id = "mine"'))
    assert load_board(str(tmp_path / "mine.toml")).id == "mine"


def test_unknown_board_suggests_the_nearest() -> None:
    with pytest.raises(ConfigError, match="there is no board 'qemu-m5'") as caught:
        load_board("qemu-m5")
    assert "qemu-m55" in str(caught.value) and "did you mean" in str(caught.value)
    with pytest.raises(ConfigError, match="no board"):
        load_board("../boards/qemu-m4")
    with pytest.raises(ConfigError, match="cannot read"):
        load_board("missing.toml")


def test_allowed_values_come_from_the_registries(tmp_path: Path) -> None:
    """The instruction set of a plug-in is accepted; for a misspelt name the message suggests the nearest."""
    (tmp_path / "mine.toml").write_text(GOOD.replace('isa = "dsp"', 'isa = "made-up"'))
    with ISAS.added("made-up", Isa(id="made-up", name="made up")):
        assert load_board(str(tmp_path / "mine.toml")).core.isa == "made-up"
    with pytest.raises(ConfigError, match=r"'core\.isa' is wrong"):
        load_board(str(tmp_path / "mine.toml"))
    (tmp_path / "mine.toml").write_text(GOOD.replace('isa = "dsp"', 'isa = "dps"'))
    with pytest.raises(ConfigError, match="did you mean 'dsp'"):
        load_board(str(tmp_path / "mine.toml"))
