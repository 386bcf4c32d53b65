"""QEMU as the emulator of an architecture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_QUIET = ("-nodefaults", "-display", "none", "-monitor", "none")
#: One instruction takes one nanosecond of virtual time, so that every run counts the same.
_EXACT = ("-icount", "shift=0")


@dataclass(frozen=True)
class Qemu:
    """One of QEMU's system emulators.

    Attributes:
        program: its binary.
        args: arguments that every board of the architecture needs.
        fault: name of the fault for an exit code with which the firmware ended the emulator.
    """

    program: str
    args: tuple[str, ...]
    fault: Callable[[int], str]

    @property
    def name(self) -> str:
        """Name in messages."""
        return "QEMU"

    def command(self, machine: str, args: tuple[str, ...], elf: str, port: int) -> list[str]:
        """The command line that starts a board.

        Args:
            machine: QEMU's name of the board (``emulator.machine`` of the descriptor).
            args: more arguments (``emulator.args``).
            elf: path of the image.
            port: TCP port of this machine that the board's first UART connects to.
        """
        link = f"socket,id=link,host=127.0.0.1,port={port},server=off,nodelay=on"
        return [
            *(self.program, "-M", machine, *args, *_QUIET, *_EXACT, *self.args),
            *("-chardev", link, "-serial", "chardev:link", "-kernel", elf),
        ]

    def plugin(self, library: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Arguments that load a TCG plugin.

        Args:
            library: path of the shared library.
            values: its own arguments.
        """
        words = [library, *(f"{name}={value}" for name, value in values.items())]
        return ("-plugin", ",".join(word.replace(",", ",,") for word in words))
