"""Board descriptors: ``boards/<id>.toml`` read into frozen dataclasses. Unknown keys are refused.

Nothing here touches a device; `docs/boards.md` explains every key and how to add a board.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}\Z")
_DEFINE = re.compile(r"[A-Z][A-Z0-9_]{0,62}\Z")
_ISAS = ("portable", "dsp", "mve")
_UNITS = ("instructions", "cycles")
_OVERLAPS = ("hold", "pause")
_FLASHERS = ("emulator", "pyocd", "openocd", "bossac", "arduino-cli")

T = TypeVar("T")


@dataclass(frozen=True)
class Core:
    """The processor core.

    Attributes:
        cpu: GCC's ``-mcpu`` name without extensions, for example ``cortex-m4``; the cost model reads it too.
        isa: best kernel family the core runs: ``portable``, ``dsp`` or ``mve``.
        fpu: GCC's ``-mfpu`` name, empty without a floating-point unit.
        executes_as: core that really runs the code, when another (``cortex-m3`` for M0 code on an M3).
    """

    cpu: str
    isa: str
    fpu: str = ""
    executes_as: str = ""


@dataclass(frozen=True)
class MemoryMap:
    """What the linker may use, in bytes.

    Attributes:
        flash_origin, flash_bytes: the application's flash; a bootloader's part is left out.
        ram_origin, ram_bytes: RAM for stack, static data and arena.
        stack_bytes: reserved for the stack, at the bottom of RAM so that an overflow faults.
    """

    flash_origin: int
    flash_bytes: int
    ram_origin: int
    ram_bytes: int
    stack_bytes: int = 4096


@dataclass(frozen=True)
class Hal:
    """Which part of firmware/hal drives the chip.

    Attributes:
        family: folder below firmware/hal.
        defines: C macros for it, name → integer (register addresses, interrupt number, clock).
    """

    family: str
    defines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LinkSettings:
    """The serial link.

    Attributes:
        baud: bits a second; of no meaning on an emulator.
        ring: bytes of the interrupt's receive buffer, a power of two.
        payload: largest frame payload that the board accepts.
        overlap: ``hold`` where the transport keeps the bytes sent during the timed region (an emulator), so
            that the next input is on the wire meanwhile; ``pause`` where the host must wait.
    """

    baud: int = 115200
    ring: int = 256
    payload: int = 192
    overlap: str = "pause"


@dataclass(frozen=True)
class Timing:
    """What the timer counts.

    Attributes:
        unit: ``instructions`` (emulators) or ``cycles`` (chips).
        clock_hz: nominal rate of the timer; informative, the firmware calibrates.
    """

    unit: str
    clock_hz: int


@dataclass(frozen=True)
class Emulator:
    """How QEMU plays the board.

    Attributes:
        machine: ``-M`` name.
        args: more arguments.
    """

    machine: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True)
class FlashSettings:
    """How an image gets onto the board.

    Attributes:
        tools: flashers in the order of preference; see ``mcu_toolkit/device/flashers``.
        pyocd_target: pyOCD's name of the chip.
        openocd_config: OpenOCD's configuration files.
        fqbn: arduino-cli's fully qualified board name.
        offset: bytes from the start of flash where bossac writes.
    """

    tools: tuple[str, ...]
    pyocd_target: str = ""
    openocd_config: tuple[str, ...] = ()
    fqbn: str = ""
    offset: int = 0


@dataclass(frozen=True)
class Usb:
    """USB identities by which the board's serial port is found, each ``VID:PID`` in hex.

    Attributes:
        application: while the sketch runs.
        bootloader: while the bootloader runs.
    """

    application: tuple[str, ...] = ()
    bootloader: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """One board.

    Attributes:
        id: name on the command line and of the descriptor.
        name: for people.
        mcu: the chip.
        core, memory, hal, link, timing, flash: see the classes.
        emulator: None for hardware.
        usb: identities of the board's own USB port.
        notes: what a user must know: wiring, caveats, what is emulated.
    """

    id: str
    name: str
    mcu: str
    core: Core
    memory: MemoryMap
    hal: Hal
    timing: Timing
    flash: FlashSettings
    link: LinkSettings = field(default_factory=LinkSettings)
    emulator: Emulator | None = None
    usb: Usb = field(default_factory=Usb)
    notes: str = ""

    @property
    def is_emulated(self) -> bool:
        """Whether the board powers on when its port is opened."""
        return self.emulator is not None


def list_boards() -> tuple[Board, ...]:
    """Every board that ships with the toolkit, by id.

    Raises:
        ConfigError: a descriptor is wrong.
        WorkspaceError: the installation is incomplete.
    """
    return tuple(_load_file(path) for path in sorted(asset_dir("boards").glob("*.toml")))


def load_board(id_or_path: str) -> Board:
    """The board of an id (``qemu-m4``) or of a descriptor file (anything that ends in ``.toml``).

    Raises:
        ConfigError: there is no such board, or its descriptor is wrong.
    """
    if id_or_path.endswith(".toml"):
        return _load_file(Path(id_or_path))
    path = asset_dir("boards") / f"{id_or_path}.toml"
    if _ID.match(id_or_path) and path.is_file():
        return _load_file(path)
    known = [p.stem for p in sorted(asset_dir("boards").glob("*.toml"))]
    close = difflib.get_close_matches(id_or_path, known, n=2, cutoff=0.5)
    raise ConfigError(
        f"there is no board '{id_or_path}'",
        expected=", ".join(known),
        received=id_or_path,
        hint=f"did you mean {' or '.join(close)}?"
        if close
        else "mcutk boards lists them; a path to a .toml file works too",
    )


def _load_file(path: Path) -> Board:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigError(f"cannot read the board descriptor {path}: {bad}") from bad
    except tomllib.TOMLDecodeError as bad:
        raise ConfigError(
            f"{path} is not valid TOML: {bad}", expected="a board descriptor, see docs/boards.md"
        ) from bad
    board = _build(Board, document, "", str(path))
    _check(board, str(path))
    return board


def _build(cls: type[T], table: Mapping[str, Any], prefix: str, path: str) -> T:
    """A dataclass from a TOML table: types checked, unknown and missing keys refused."""
    assert is_dataclass(cls)
    hints = get_type_hints(cls)
    known = [f.name for f in fields(cls)]
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            raise ConfigError(
                f"{path}: unknown key '{prefix}{key}'",
                expected=", ".join(known),
                received=key,
                hint=f"did you mean '{prefix}{close[0]}'?" if close else "remove it; docs/boards.md lists the keys",
            )
    values: dict[str, Any] = {}
    for item in fields(cls):
        if item.name in table:
            values[item.name] = _convert(hints[item.name], table[item.name], f"{prefix}{item.name}", path)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise ConfigError(f"{path}: the key '{prefix}{item.name}' is missing", hint="docs/boards.md explains it")
    return cls(**values)


def _convert(hint: Any, value: Any, key: str, path: str) -> Any:
    if hint == Emulator | None:
        hint = Emulator
    if is_dataclass(hint) and isinstance(value, dict):
        return _build(hint, value, f"{key}.", path)  # type: ignore[arg-type]
    if hint == tuple[str, ...] and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if hint == Mapping[str, int] and isinstance(value, dict) and all(type(v) is int for v in value.values()):
        return dict(value)
    if hint in (str, int) and type(value) is hint:
        return value
    wanted = {str: "a string", int: "an integer", tuple[str, ...]: "a list of strings"}.get(hint, "a table")
    raise ConfigError(f"{path}: '{key}' has the wrong type", expected=wanted, received=f"{value!r}")


def _check(board: Board, path: str) -> None:
    """What types alone cannot say."""
    memory, link = board.memory, board.link
    ring_ok = link.ring >= 64 and link.ring & (link.ring - 1) == 0
    choices = (
        ("id", bool(_ID.match(board.id)), "lower-case letters, digits and dashes", board.id),
        ("core.isa", board.core.isa in _ISAS, " | ".join(_ISAS), board.core.isa),
        ("core.cpu", bool(re.match(r"[a-z0-9-]+\Z", board.core.cpu)), "a GCC -mcpu name", board.core.cpu),
        ("core.fpu", bool(re.match(r"[a-z0-9-]*\Z", board.core.fpu)), "a GCC -mfpu name", board.core.fpu),
        ("timing.unit", board.timing.unit in _UNITS, " | ".join(_UNITS), board.timing.unit),
        ("link.overlap", link.overlap in _OVERLAPS, " | ".join(_OVERLAPS), link.overlap),
        ("link.ring", ring_ok, "a power of two of at least 64", str(link.ring)),
        ("link.payload", 64 <= link.payload <= 4096, "64 to 4096", str(link.payload)),
        (
            "hal.family",
            bool(re.match(r"[a-z0-9_]+\Z", board.hal.family)),
            "a folder of firmware/hal",
            board.hal.family,
        ),
        (
            "flash.tools",
            set(board.flash.tools) <= set(_FLASHERS),
            ", ".join(_FLASHERS),
            ", ".join(board.flash.tools),
        ),
        ("memory", min(memory.flash_bytes, memory.ram_bytes) > 0, "positive sizes", "zero or less"),
        (
            "memory.stack_bytes",
            0 < memory.stack_bytes < memory.ram_bytes,
            "less than the RAM",
            str(memory.stack_bytes),
        ),
        ("memory.stack_bytes", memory.stack_bytes % 8 == 0, "a multiple of 8", str(memory.stack_bytes)),
    )
    for key, good, wanted, got in choices:
        if not good:
            raise ConfigError(f"{path}: '{key}' is wrong", expected=wanted, received=got)
    for name in board.hal.defines:
        if not _DEFINE.match(name):
            raise ConfigError(f"{path}: '{name}' in hal.defines is not a C macro", expected="UPPER_CASE", received=name)
