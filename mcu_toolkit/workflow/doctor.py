"""Find what this machine has and lacks, with the command that installs it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from mcu_toolkit.boards import Board
from mcu_toolkit.device.flashers import FLASHERS, Flasher, flashers_of
from mcu_toolkit.device.ports import ports_of, serial_ports
from mcu_toolkit.errors import McutkError, ToolError
from mcu_toolkit.process import INSTALL_HINTS, find_tool, run
from mcu_toolkit.records.doctor import DoctorRecord, Finding
from mcu_toolkit.targets.arch import ARCHS, Arch, Requirement
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.sources import DEFAULT_BOARD, pick_board

#: program → what needs it; the emulated boards need none of them
_PROGRAMS: dict[str, str] = {
    "gcc": "mcutk eval: generated C on this machine",
    "make": "building a generated folder by itself",
}
#: importable module → (distribution, what needs it, install command)
_MODULES: dict[str, tuple[str, str, str]] = {
    "tensorflow": ("tensorflow", "train, convert", "pip install 'mcu_toolkit[train]'"),
    "tf_keras": ("tf-keras", "train, convert", "pip install 'mcu_toolkit[train]'"),
    "tensorflow_model_optimization": (
        "tensorflow-model-optimization",
        "quantization-aware training",
        "pip install 'mcu_toolkit[train]'",
    ),
    "tflite_micro": ("tflite-micro", "eval: TensorFlow Lite Micro's own runtime", "pip install 'mcu_toolkit[verify]'"),
}
#: Free disk space in bytes that training runs and firmware should have.
_FREE_SPACE = 2 << 30


def doctor(ctx: Context, board: str | None = None) -> DoctorRecord:
    """Look for programs, packages, disk space and serial ports.

    Args:
        ctx: the project folder, whose board decides which compiler and emulator are required (else that of qemu-m4).
        board: id, or path of a descriptor: look only for what is needed to build for, program and measure this board.

    Raises:
        ConfigError: there is no such board.
    """
    chosen = pick_board(ctx, board, default=DEFAULT_BOARD).board
    if board is None:
        findings = (
            _python(),
            *_toolchains(required=chosen.core.arch),
            *_programs(_PROGRAMS, FLASHERS.values()),
            *_modules(),
            _disk(ctx.workspace.root),
            *_serial_ports(),
        )
    else:
        findings = (
            _python(),
            *_toolchains(required=chosen.core.arch, only=True),
            *_programs({}, flashers_of(chosen), needed="programming this board"),
            _disk(ctx.workspace.root),
            *_serial_ports(chosen),
        )
    return DoctorRecord(ready=not _missing(findings), findings=findings)


def require_ready(record: DoctorRecord) -> None:
    """Fail where something is missing that the emulated boards need.

    Raises:
        McutkError: with the commands that install it.
    """
    missing = _missing(record.findings)
    if missing:
        raise McutkError(
            "this machine lacks " + ", ".join(finding.name for finding in missing),
            hint="; ".join(finding.remedy for finding in missing),
        )


def _missing(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.required and finding.found is None]


def _version(program: str) -> str | None:
    """Version number that a program prints; None where it is not installed or does not start."""
    path = find_tool(program)
    if path is None:
        return None
    argument = "version" if program == "arduino-cli" else "--version"
    try:
        text = run([program, argument], timeout=20).stdout
    except ToolError:
        return None
    # Distributions add their own revision in parentheses: gcc (Debian 12.2.0-14) 12.2.0
    number = re.search(r"\d+(?:\.\d+)+", re.sub(r"\([^)]*\)", "", text))
    return number.group() if number else str(path)


def _programs(programs: Mapping[str, str], flashers: Iterable[Flasher], *, needed: str | None = None) -> list[Finding]:
    """Programs, and those of flashers, of which one that is installed is enough for a board."""
    needs = {name: needed or each.summary for each in flashers for name in each.programs}
    return [
        _program(name, purpose, INSTALL_HINTS.get(name, f"install {name}"), required=False)
        for name, purpose in {**programs, **needs}.items()
    ]


def _program(name: str, purpose: str, install: str, *, required: bool) -> Finding:
    found = _version(name)
    return Finding(name, purpose, required, found, "" if found else install)


def _toolchains(*, required: str, only: bool = False) -> list[Finding]:
    """Compilers, their libraries and emulators of all architectures, or of the required one only."""
    return [
        _library(arch, need, arch.id == required)
        if need.library
        else _program(need.name, need.needed_for, need.install, required=arch.id == required)
        for arch in ARCHS.values()
        if arch.id == required or not only
        for need in arch.requirements
    ]


def _library(arch: Arch, need: Requirement, required: bool) -> Finding:
    """A library that Debian packages apart from its compiler; the compiler then prints a bare file name."""
    found = None
    if find_tool(arch.compiler) is not None:
        try:
            name = run([arch.compiler, f"-print-file-name={need.name}"], timeout=20).stdout.strip()
        except ToolError:
            name = ""
        if Path(name).is_absolute():
            found = "installed"
    return Finding(f"{need.name} of {arch.compiler}", need.needed_for, required, found, "" if found else need.install)


def _modules() -> list[Finding]:
    findings = []
    for module, (distribution, purpose, remedy) in _MODULES.items():
        found = None
        if importlib.util.find_spec(module) is not None:
            found = _distribution_version(distribution) or "installed"
        findings.append(Finding(distribution, purpose, False, found, "" if found else remedy))
    return findings


def _distribution_version(distribution: str) -> str | None:
    for name in (distribution, f"{distribution}-cpu"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 10) <= sys.version_info[:2] < (3, 13)
    return Finding("python", "everything", True, version if fits else None, "" if fits else "use Python 3.10 to 3.12")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:.1f} GiB free at {folder}"
    remedy = "" if free > _FREE_SPACE else "free disk space"
    return Finding("disk", "training runs and firmware", False, text, remedy)


def port_names() -> list[str]:
    """Names of the serial ports of this machine, USB adapters first."""
    return serial_ports()


def _serial_ports(board: Board | None = None) -> list[Finding]:
    """Serial ports, and whether this user may open them; those of a board are named as such."""
    from serial.tools import list_ports

    its = ports_of(board) if board is not None else []
    findings = []
    for port in sorted(list_ports.comports(), key=lambda p: (p.vid is None, str(p.device))):
        name = str(port.device)
        if port.vid is None:
            kind = "built-in port, mostly not connected to a board"
        else:
            kind = f"{port.description}{', the USB identity of this board' if name in its else ''}"
        allowed = os.access(name, os.R_OK | os.W_OK)
        remedy = "" if allowed else "sudo usermod -aG dialout $USER, then log in again"
        findings.append(Finding(name, "flash, bench on hardware", False, kind if allowed else None, remedy))
    return findings
