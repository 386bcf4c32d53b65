"""Programs and packages that this machine has or lacks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from mcu_toolkit.errors import McutkError
from mcu_toolkit.targets.arch import ARCHS, Requirement
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.doctor import doctor, require_ready


def test_requirements_of_the_architectures_are_looked_for(ctx: Context) -> None:
    names = " ".join(finding.name for finding in doctor(ctx).findings)
    for arch in ARCHS.values():
        assert all(need.name in names for need in arch.requirements)


def test_without_programs_the_machine_is_not_ready(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    record = doctor(ctx)
    assert not record.ready
    missing = [finding for finding in record.findings if finding.required and finding.found is None]
    assert all(finding.remedy for finding in missing)
    with pytest.raises(McutkError, match="qemu-system-arm") as caught:
        require_ready(record)
    assert "apt-get install" in str(caught.value)


def test_an_installed_requirement_has_no_install_command(ctx: Context) -> None:
    found = {finding.name: finding for finding in doctor(ctx).findings}
    assert found["python"].found is not None and not found["python"].remedy
    assert str(ctx.workspace.root) in str(found["disk"].found)


def test_one_board_needs_its_compiler_and_its_tools_only(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    port = SimpleNamespace(device="/dev/null", vid=0x2341, pid=0x805A, description="Nano")
    monkeypatch.setattr(list_ports, "comports", lambda: [port])
    names = {finding.name: finding for finding in doctor(ctx, "nano33").findings}
    assert {"arduino-cli", "bossac", "pyocd", "arm-none-eabi-gcc"} <= names.keys()
    assert not {"openocd", "tensorflow", "gcc"} & names.keys()
    assert "the USB identity of this board" in str(names["/dev/null"].found)


def test_only_the_architecture_of_the_board_is_required(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(ARCHS.find("arm"), id="other", requirements=(Requirement("no-such-gcc", "x", "y"),))
    with ARCHS.added("other", other):
        record = doctor(ctx)
        assert record.ready
        assert not next(finding for finding in record.findings if finding.name == "no-such-gcc").required


def test_built_in_ports_are_listed_as_such_after_those_of_usb(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    built_in = SimpleNamespace(device="/dev/null", vid=None, pid=None, description="ttyS0")
    usb = SimpleNamespace(device="/dev/zero", vid=1, pid=2, description="adapter")
    monkeypatch.setattr(list_ports, "comports", lambda: [built_in, usb])
    ports = [finding for finding in doctor(ctx).findings if finding.name.startswith("/dev/")]
    assert [port.name for port in ports] == ["/dev/zero", "/dev/null"]
    assert "built-in" in str(ports[1].found)
