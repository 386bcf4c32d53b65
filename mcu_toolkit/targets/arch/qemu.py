"""QEMU as the emulator of an architecture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: No default devices, no monitor. A reset by the firmware ends QEMU.
_QUIET = ("-nodefaults", "-display", "none", "-monitor", "none", "-no-reboot")
#: One instruction takes one nanosecond of virtual time, so that every run counts the same.
_EXACT = ("-icount", "shift=0")
#: QEMU's seccomp filter: an error of an emulated device must not start programs or raise privileges. Semihosting, which
#: would give the firmware the files and the shell of the host, is off unless it is asked for.
_SANDBOX = ("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny")
_MACHINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
#: Arguments that a board descriptor may pass, and the form of their values: those that only describe the board. Most
#: others open files, sockets or programs of the host.
_ALLOWED = {
    "-cpu": re.compile(r"[A-Za-z0-9._-]+(,[A-Za-z0-9._-]+=(on|off|true|false|\d+))*\Z"),
    "-m": re.compile(r"\d+[KMG]?\Z"),
    "-smp": re.compile(r"\d+\Z"),
    "-bios": re.compile(r"none\Z"),
}


@dataclass(frozen=True)
class Qemu:
    """One of QEMU's system emulators.

    Attributes:
        program: its binary.
        args: arguments that every board of the architecture needs.
    """

    program: str
    args: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name in messages."""
        return "QEMU"

    def refused(self, machine: str, args: tuple[str, ...]) -> str | None:
        """See `Emulator.refused`."""
        if not _MACHINE.match(machine):
            return f"the machine {machine!r}; expected a name without options"
        expected = f"pairs of {', '.join(_ALLOWED)} and a value"
        for name, value in zip(args[::2], (*args[1::2], ""), strict=False):
            if name not in _ALLOWED:
                return f"the argument {name!r}; expected {expected}"
            if not _ALLOWED[name].match(value):
                return f"the value {value!r} of {name}; expected {expected}"
        return None

    def command(self, machine: str, args: tuple[str, ...], elf: str, port: int) -> list[str]:
        """See `Emulator.command`."""
        link = f"socket,id=link,host=127.0.0.1,port={port},server=off,nodelay=on"
        return [
            *(self.program, "-M", machine, *args, *_QUIET, *_EXACT, *_SANDBOX, *self.args),
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
