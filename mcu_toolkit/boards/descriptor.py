"""Frozen dataclasses of a board descriptor; one per table of the TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mcu_toolkit.toml import key

#: Addresses have 32 bits; no memory of a board is larger than this.
_LAST_ADDRESS = (1 << 32) - 1
_LARGEST = 1 << 30


@dataclass(frozen=True)
class Core:
    """The processor core.

    Attributes:
        cpu: the compiler's name of the core without extensions (GCC's ``-mcpu``).
        isa: id of the best instruction set that the core runs (`targets.isa.ISAS`).
        arch: id of the architecture (`targets.arch.ARCHS`).
        fpu: the compiler's name of the floating-point unit (GCC's ``-mfpu``); empty without one.
        caches: whether start-up code has to turn on instruction and data caches.
    """

    cpu: str
    isa: str
    arch: str = "arm"
    fpu: str = ""
    caches: bool = False


@dataclass(frozen=True)
class MemoryMap:
    """Flash and RAM that the linker may use; sizes in bytes.

    Attributes:
        flash_origin, flash_bytes: flash of the application, without the part of a bootloader.
        ram_origin, ram_bytes: RAM for stack, static data and arena.
        stack_bytes: reserved for the stack, at the bottom of RAM so that an overflow faults; a multiple of 8.
    """

    flash_origin: int = key(low=0, high=_LAST_ADDRESS)
    flash_bytes: int = key(low=1, high=_LARGEST)
    ram_origin: int = key(low=0, high=_LAST_ADDRESS)
    ram_bytes: int = key(low=1, high=_LARGEST)
    stack_bytes: int = key(4096, low=64, high=_LARGEST)


@dataclass(frozen=True)
class Hal:
    """Drivers of the chip.

    Attributes:
        family: folder below firmware/hal with the drivers.
        defines: C macros for the drivers, name → integer (register addresses, interrupt number, clock in Hz).
    """

    family: str
    defines: Mapping[str, int] = key(factory=dict, low=0, high=_LAST_ADDRESS)


@dataclass(frozen=True)
class LinkSettings:
    """The serial link.

    Attributes:
        baud: bits per second; without effect on an emulator.
        ring: size in bytes of the receive buffer that the interrupt fills, a power of two.
        payload: largest frame payload in bytes that the board accepts.
        overlap: ``hold`` where the transport keeps the bytes sent during the timed region (an emulator), so that the
            next input can be sent during it; ``pause`` where the host must wait.
    """

    baud: int = key(115200, low=300, high=50_000_000)
    ring: int = key(256, low=64, high=1 << 16)
    payload: int = 192
    overlap: str = "pause"


@dataclass(frozen=True)
class Timing:
    """Unit of latencies.

    Attributes:
        unit: ``instructions`` (emulators) or ``cycles`` (chips).
        clock_hz: nominal rate of the timer in Hz, for information: the firmware calibrates.
    """

    unit: str
    clock_hz: int = key(low=1, high=10_000_000_000)


@dataclass(frozen=True)
class Emulation:
    """Emulation of the board by the emulator of its architecture.

    Attributes:
        machine: the emulator's name of the board (QEMU's ``-M``).
        args: further arguments of the emulator.
    """

    machine: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True)
class FlashSettings:
    """Programs that write an image to the board.

    Attributes:
        tools: names of flashers (`device.flashers.FLASHERS`), the preferred one first.
        pyocd_target: pyOCD's name of the chip.
        openocd_config: OpenOCD's configuration files.
        fqbn: arduino-cli's fully qualified board name; a build then makes a sketch too.
        offset: bytes from the start of flash at which bossac writes.
    """

    tools: tuple[str, ...]
    pyocd_target: str = ""
    openocd_config: tuple[str, ...] = ()
    fqbn: str = ""
    offset: int = key(0, low=0, high=_LAST_ADDRESS)


@dataclass(frozen=True)
class Usb:
    """USB identities of the board's serial port, each ``VID:PID`` in lower-case hexadecimal.

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
        name: name in messages and reports.
        mcu: the chip.
        core, memory, hal, link, timing, flash, usb: see the classes.
        emulator: None for hardware.
        notes: remarks for the user: wiring, limits, what is emulated.
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
    emulator: Emulation | None = None
    usb: Usb = field(default_factory=Usb)
    notes: str = ""

    @property
    def is_emulated(self) -> bool:
        """Whether the board powers on when its port is opened."""
        return self.emulator is not None
