"""`mcutk doctor`."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from mcu_toolkit.cli.console import common_options, console, write_json
from mcu_toolkit.errors import McutkError, ToolError
from mcu_toolkit.process import INSTALL_HINTS, find_tool, run
from mcu_toolkit.workspace import Workspace

#: program → (what it is for, whether the line with emulated boards needs it)
_PROGRAMS: dict[str, tuple[str, bool]] = {
    "arm-none-eabi-gcc": ("firmware for Cortex-M boards", True),
    "qemu-system-arm": ("the emulated boards", True),
    "gcc": ("mcutk eval: generated C on this machine", False),
    "make": ("building a generated folder by itself", False),
    "arduino-cli": ("Arduino sketches (nano33); without it a bare-metal image is made", False),
    "pyocd": ("flashing over SWD", False),
}
#: importable module → (distribution, what it is for, install command)
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
_ROOM = 2 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked for.

    Attributes:
        name: program, package or property.
        needed_for: what works only with it.
        required: whether the line from a model to an emulated board needs it.
        found: version or description; None where it is lacking.
        remedy: command that mends it; empty where nothing is to be done.
    """

    name: str
    needed_for: str
    required: bool
    found: str | None
    remedy: str = ""


def _version(program: str) -> str | None:
    """Version number that a program states, None where it is not installed or does not start."""
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


def _programs() -> list[Finding]:
    return [
        Finding(name, purpose, required, found, "" if found else INSTALL_HINTS.get(name, f"install {name}"))
        for name, (purpose, required) in _PROGRAMS.items()
        for found in [_version(name)]
    ]


def _newlib() -> Finding:
    """The C library for Cortex-M comes apart from its compiler on Debian; the compiler then names a bare file."""
    found = None
    if find_tool("arm-none-eabi-gcc") is not None:
        try:
            name = run(["arm-none-eabi-gcc", "-print-file-name=libc.a"], timeout=20).stdout.strip()
        except ToolError:
            name = ""
        if Path(name).is_absolute():
            found = "installed"
    remedy = "" if found else "sudo apt-get install libnewlib-arm-none-eabi"
    return Finding("newlib", "firmware for Cortex-M boards", True, found, remedy)


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


def _room() -> Finding:
    folder = Workspace.find().root
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:.1f} GiB free at {folder}"
    return Finding("disk", "training runs and firmware", False, text, "" if free > _ROOM else "free disk space")


def _serial_ports() -> list[Finding]:
    """Serial ports that are there, and whether this user may open them."""
    from serial.tools import list_ports

    findings = []
    for port in sorted(list_ports.comports(), key=lambda p: str(p.device)):
        if port.vid is None:
            continue  # built-in UARTs of a PC, mostly not wired
        allowed = os.access(port.device, os.R_OK | os.W_OK)
        found = f"{port.description}" if allowed else None
        remedy = "" if allowed else "sudo usermod -aG dialout $USER, then log in again"
        findings.append(Finding(str(port.device), "flash, bench on hardware", False, found, remedy))
    return findings


@click.command()
@common_options
def command(json_path: str | None) -> None:
    """Say what this machine lacks and the command that installs it.

    Exit code 1 where something is lacking that building for and running on the emulated boards needs.
    """
    from rich.markup import escape
    from rich.table import Table

    findings = [_python(), *_programs(), _newlib(), *_modules(), _room(), *_serial_ports()]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "what", "found", "needed for", "to mend it"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        good = finding.found is not None and not finding.remedy
        mark = "[green]ok[/green]" if good else ("[red]lacks[/red]" if finding.required else "[yellow]-[/yellow]")
        cells = (finding.name, finding.found or "", finding.needed_for, finding.remedy)
        table.add_row(mark, *(escape(cell) for cell in cells))
    console(json_path).print(table)
    lacking = [f for f in findings if f.required and f.found is None]
    document = {"schema": "mcutk.doctor/1", "ready": not lacking, "findings": [vars(f) for f in findings]}
    write_json(json_path, document)
    if lacking:
        raise McutkError(
            "this machine lacks " + ", ".join(f.name for f in lacking), hint="; ".join(f.remedy for f in lacking)
        )
