"""Architecture descriptor: compiler, start-up code, linker script, emulator, and how to read what they write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mcu_toolkit import process
from mcu_toolkit.registry import Registry, modules_of
from mcu_toolkit.targets.arch.callgraph import FLAG as CALLGRAPH_FLAG
from mcu_toolkit.targets.arch.callgraph import Listing, read_callgraph

#: Warnings of all C of the project; any of them fails a build.
WARNINGS = ("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wcast-align", "-Werror")
#: One section per function and table, so that the linker drops what is not used.
SECTIONS = ("-ffunction-sections", "-fdata-sections", "-fno-common")
#: No exception tables, no errno from builtins. `-ffreestanding` is left out: it would turn memcpy of known size into
#: calls.
LEAN = ("-fno-exceptions", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables", "-fno-math-errno")


@dataclass(frozen=True)
class Requirement:
    """Something to install before firmware of an architecture can be built or emulated; `mcutk doctor` checks it.

    Attributes:
        name: program, or library of the compiler (``libc.a``).
        needed_for: completes the sentence "is needed for …".
        install: command that installs it on Debian and Ubuntu.
        library: whether `name` is a library, which the compiler finds with ``-print-file-name``.
    """

    name: str
    needed_for: str
    install: str
    library: bool = False


class Emulator(Protocol):
    """How the boards of an architecture are emulated; `targets.arch.qemu.Qemu` is one."""

    @property
    def name(self) -> str:
        """Name in messages."""

    @property
    def program(self) -> str:
        """The binary to start."""

    def refused(self, machine: str, args: tuple[str, ...]) -> str | None:
        """What in a board descriptor may not reach the emulator, or None.

        A descriptor describes a board; it must not give the firmware access to files or programs of the host.
        """

    def command(self, machine: str, args: tuple[str, ...], elf: str, port: int) -> list[str]:
        """The command line that starts a board whose first UART connects to a TCP port of this machine.

        Args:
            machine, args: ``emulator.machine`` and ``emulator.args`` of the board's descriptor.
            elf: path of the image.
            port: the TCP port.

        The firmware gets no access to the host but the TCP port, and a reset by the firmware ends the emulator.
        """

    def plugin(self, library: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Further arguments for `command` that load the plugin that counts (emulator/), with its arguments."""


@dataclass(frozen=True)
class Arch:
    """One architecture.

    Attributes:
        id: name in board descriptors (``core.arch``).
        name: name in messages and reports.
        prefix: of the compiler's programs, for example ``riscv64-unknown-elf-``.
        default_cpu: core of reports that are made without a board.
        core_flags: compiler flags that select a core, from its name (``core.cpu``) and its floating-point unit
            (``core.fpu``, empty without one).
        link_flags: flags of the link of a bare-metal image.
        hal: folder below firmware/hal with start-up code, interrupts and timer of every core of the architecture.
        linker_template: linker script in firmware/templates.
        emulator: how its boards are emulated; None where none can be.
        requirements: programs and libraries to install.
        call_relocations: numbers of the ELF relocations that calls have. Any other relocation against a function
            takes its address.
        fault_name: name of an exception, from the number that the core gives it.
        unstated_frame: bytes of stack counted for a function without a figure, such as the C library's assembly.
        compile_flags: flags of every compilation.
        speed_flags: optimization flags of kernels.
        size_flags: optimization flags of everything else.
        callgraph_flag: makes the compiler write a listing of stack use and calls beside each object.
        callgraph_suffix: of the listing's file name, in place of the object's.
        read_callgraph: reads the text of such a listing.
        frame_suffix: assembly states the frame of a function in bytes as an absolute symbol of this name
            (``<function>_frame``).
        no_long_multiply: cores without an instruction for the 64-bit product of two 32-bit numbers.
    """

    id: str
    name: str
    prefix: str
    default_cpu: str
    core_flags: Callable[[str, str], tuple[str, ...]]
    link_flags: tuple[str, ...]
    hal: str
    linker_template: str
    emulator: Emulator | None
    requirements: tuple[Requirement, ...]
    call_relocations: frozenset[int]
    fault_name: Callable[[int], str]
    unstated_frame: int
    compile_flags: tuple[str, ...] = (*WARNINGS, *SECTIONS, *LEAN)
    speed_flags: tuple[str, ...] = ("-O2",)
    #: GCC 12 may repeat the last volatile stores of a loop that also sets a plain static variable (seen on a UART).
    size_flags: tuple[str, ...] = ("-Os", "-fno-move-loop-stores")
    callgraph_flag: str = CALLGRAPH_FLAG
    callgraph_suffix: str = ".ci"
    read_callgraph: Callable[[str], Listing] = read_callgraph
    frame_suffix: str = "_frame"
    no_long_multiply: frozenset[str] = frozenset()

    @property
    def compiler(self) -> str:
        """The C compiler, which also assembles and links."""
        return f"{self.prefix}gcc"

    @property
    def objcopy(self) -> str:
        """Program that converts an ELF file to HEX or raw bytes."""
        return f"{self.prefix}objcopy"

    @property
    def objdump(self) -> str:
        """Program that disassembles an ELF file."""
        return f"{self.prefix}objdump"


class _Archs(Registry[Arch]):
    """Architectures by id. Registration tells `process` how their programs are installed."""

    def add(self, name: str, item: Arch) -> Arch:
        made = super().add(name, item)
        for need in item.requirements:
            if not need.library:
                process.INSTALL_HINTS.setdefault(need.name, need.install)
        return made


ARCHS = _Archs("architecture", builtin=modules_of("mcu_toolkit.targets.arch", [str(Path(__file__).parent)]))


def lacks_long_multiply(cpu: str) -> bool:
    """Whether a core has no instruction for the 64-bit product of two 32-bit numbers, and calls a function instead."""
    return any(cpu in arch.no_long_multiply for arch in ARCHS.values())
