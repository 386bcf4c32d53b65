"""The report of ``mcutk doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Finding:
    """One program, package or property of this machine.

    Attributes:
        name: of the program, package or property.
        needed_for: what works only with it.
        required: whether building for and running on the emulated boards needs it.
        found: version or description; None where it is missing.
        remedy: command that installs or corrects it; empty where nothing is to be done.
    """

    name: str
    needed_for: str
    required: bool
    found: str | None
    remedy: str = ""


@dataclass(frozen=True)
class DoctorRecord:
    """What this machine has and lacks.

    Attributes:
        ready: whether nothing that is required is missing.
        findings: in the order of the table.
    """

    SCHEMA: ClassVar[str] = "mcutk.doctor/1"

    ready: bool
    findings: tuple[Finding, ...]
