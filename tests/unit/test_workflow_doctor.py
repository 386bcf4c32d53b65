"""Programs and packages that this machine has or lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.errors import McutkError
from mcu_toolkit.targets.arch import ARCHS
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
