"""Fixtures of all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workspace import Workspace
from tests.support.cli import Mcutk

# The same examples in every run, on every machine; nightly runs try more. No deadline: machines differ in speed.
settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=1000)
settings.load_profile("nightly" if os.environ.get("MCUTK_NIGHTLY") else "default")


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, a wide terminal without colours, and no configuration of the user."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    return tmp_path


@pytest.fixture
def mcutk(project: Path, capfd: pytest.CaptureFixture[str]) -> Mcutk:
    """The command line, run in this process in an empty folder."""
    return Mcutk(capfd)


@pytest.fixture
def workspace(project: Path) -> Workspace:
    """An empty project folder."""
    return Workspace(project)


@pytest.fixture
def notes() -> list[str]:
    """Notes of the use cases that run with `ctx`."""
    return []


@pytest.fixture
def ctx(workspace: Workspace, notes: list[str]) -> Context:
    """The context of a use case in an empty project folder."""
    return Context(workspace, note=notes.append)
