"""scripts/setup.sh: what it finds missing, and its messages where it cannot install."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import ROOT


def setup(snippet: str, path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Source the script with another PATH and run a snippet that uses its functions."""
    return subprocess.run(
        ["/bin/bash", "-c", f"source {ROOT}/scripts/setup.sh; {snippet}"],
        env={"PATH": str(path), "HOME": str(path), "VENV": str(path / "venv"), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def tools(folder: Path, *names: str, **stubs: str) -> Path:
    """A folder with links to real programs, and scripts in place of others."""
    folder.mkdir()
    for name in (*names, "dirname", "cat", "id"):
        real = shutil.which(name)
        if real is None:
            pytest.skip(f"needs {name}")
        (folder / name).symlink_to(real)
    for name, body in stubs.items():
        stub = folder / name.replace("_", "-")
        stub.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        stub.chmod(0o755)
    return folder


PYTHON = "exit 0"  # the answer to every question of the script is yes


def test_on_a_bare_machine_everything_is_missing(tmp_path: Path) -> None:
    done = setup("missing_packages", tools(tmp_path / "bin"))
    assert done.stdout.split() == [
        "gcc", "libc6-dev", "make", "gcc-arm-none-eabi", "libnewlib-arm-none-eabi", "qemu-system-arm", "python3",
        "python3-venv",
    ]  # fmt: skip


def test_on_a_complete_machine_nothing_is_missing(tmp_path: Path) -> None:
    path = tools(
        tmp_path / "bin", "make", python3=PYTHON, gcc="cat >/dev/null", qemu_system_arm="exit 0",
        arm_none_eabi_gcc="echo /usr/lib/libc.a",
    )  # fmt: skip
    assert setup("missing_packages", path).stdout == ""


def test_tests_need_two_more_programs(tmp_path: Path) -> None:
    path = tools(
        tmp_path / "bin", "make", python3=PYTHON, gcc="cat >/dev/null", qemu_system_arm="exit 0",
        arm_none_eabi_gcc="echo /usr/lib/libc.a",
    )  # fmt: skip
    assert setup("missing_packages", path, FOR_TESTS="1").stdout.split() == ["g++", "cppcheck"]


def test_the_c_library_of_cortex_m_is_a_separate_package(tmp_path: Path) -> None:
    path = tools(
        tmp_path / "bin", "make", python3=PYTHON, gcc="cat >/dev/null", qemu_system_arm="exit 0",
        arm_none_eabi_gcc="echo libc.a",
    )  # fmt: skip
    assert setup("missing_packages", path).stdout.split() == ["libnewlib-arm-none-eabi"]


def test_packages_are_named_before_they_are_installed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    path = tools(tmp_path / "bin", "env", apt_get=f'echo "$@" >> {log}', sudo=f'echo sudo >> {log}; exec "$@"')
    done = setup("install_packages make gcc", path)
    assert done.returncode == 0, done.stderr
    assert "make gcc" in done.stdout
    lines = log.read_text(encoding="utf-8").splitlines()
    assert any("install" in line and line.endswith("make gcc") for line in lines)
    assert ("sudo" in lines) == (os.geteuid() != 0)


def test_without_apt_the_packages_are_named(tmp_path: Path) -> None:
    done = setup("install_packages qemu-system-arm", tools(tmp_path / "bin"))
    assert done.returncode == 1
    assert "qemu-system-arm" in done.stderr and "package manager" in done.stderr


def test_a_failing_installation_names_the_command(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", "env", apt_get="exit 100", sudo='exec "$@"')
    done = setup("install_packages qemu-system-arm", path)
    assert done.returncode == 1
    assert "apt-get install qemu-system-arm" in done.stderr


@pytest.mark.parametrize("extra", ["core", "train", "train-bare", "dev", "verify"])
def test_requirements_come_from_pyproject(extra: str) -> None:
    import sys

    done = subprocess.run(
        [sys.executable, "scripts/requirements.py", extra], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = done.stdout.split()
    assert lines or extra == "verify"
    bare = {"tf-keras", "tensorflow-model-optimization"}
    names = {line.split("=")[0].split(">")[0].split("<")[0] for line in lines}
    assert names == bare if extra == "train-bare" else not names & bare
