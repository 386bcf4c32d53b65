"""The entry point: help, errors, exit codes, and modules that it must not import."""

from __future__ import annotations

import errno
import importlib
import os
import re
import subprocess
import sys

import click
import pytest

from mcu_toolkit.cli import failures, main
from mcu_toolkit.errors import McutkError
from tests.support.cli import ROOT, Mcutk, loaded_modules

HEAVY = ("numpy", "tensorflow", "tf_keras", "rich", "jinja2", "PIL", "serial", "elftools", "tomllib", "asyncio")


def loaded_by(*arguments: str) -> set[str]:
    """Top-level modules in memory after a command."""
    code = "import sys; from mcu_toolkit.cli.main import run; assert run(sys.argv[1:]) == 0"
    return loaded_modules(code, *arguments)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("-h",)])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not loaded_by(*arguments) & set(HEAVY)


@pytest.mark.parametrize("name", [n for n in main.COMMANDS if n not in ("train", "convert", "study")])
def test_help_of_a_command_does_not_import_tensorflow_or_numpy(name: str) -> None:
    assert not loaded_by(name, "--help") & {"tensorflow", "tf_keras", "numpy"}


def test_the_check_of_imports_can_fail() -> None:
    assert "rich" in loaded_by("boards")


@pytest.mark.parametrize("name", list(main.COMMANDS))
def test_every_command_has_a_module_and_says_what_it_does(name: str, mcutk: Mcutk) -> None:
    module = importlib.import_module(f"mcu_toolkit.cli.{main.COMMANDS[name][0]}")
    assert isinstance(module.command, click.Command)
    outcome = mcutk(name, "--help")
    assert outcome.ok
    assert outcome.out.startswith(f"Usage: mcutk {name} ")
    for parameter in module.command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"mcutk {name} {parameter.opts[0]} has no help"


def test_help_lists_every_command_in_one_line_each(mcutk: Mcutk) -> None:
    text = mcutk("--help").out
    for name in main.COMMANDS:
        assert re.search(rf"^  {name}\s+\S", text, re.MULTILINE)


def test_no_arguments_show_the_help(mcutk: Mcutk) -> None:
    outcome = mcutk()
    assert "Commands:" in outcome.out + outcome.err


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (("biuld",), 2, "mcutk build"),
        (("--bogus",), 2, "mcutk --help"),
        (("bench", "--limit", "none"), 2, "mcutk bench --help"),
        (("bench", "--limit", "0"), 2, "--limit"),
        (("bench", "--random", "3", "--limit", "2"), 2, "--random"),
        (("build", "--optimize", "size"), 2, "ram"),
        (("build", "--board", "qemu-m44"), 2, "qemu-m4"),
        (("build", "--board", "qemu-m4", "--model", "missing.tflite"), 1, "missing.tflite"),
        (("flash",), 1, "mcutk build"),
        (("bench",), 1, "mcutk build"),
        (("flash", "--board", "qemu-m4"), 1, "mcutk build --board qemu-m4"),
        (("bench", "--board", "qemu-m4"), 1, "mcutk build --board qemu-m4"),
        (("verify", "--board", "qemu-m4"), 1, "mcutk build --board qemu-m4"),
        (("run", "--model", "x.tflite", "--retrain"), 2, "--model"),
        (("run", "--recipe", "brain"), 2, "brain"),
        (("run", "--set", "student"), 2, "KEY=VALUE"),
        (("run", "--set", "student.widht=1"), 2, "student.width"),
        (("eval", "--random", "1", "--external", "."), 2, "--external"),
        (("inspect", "missing.tflite"), 1, "missing.tflite"),
        (("inspect", "."), 1, ".tflite"),
        (("boards", "--json", "."), 1, "is a folder"),
        (("boards", "--json", "/proc/no/file.json"), 1, "cannot write"),
        (("init", "--recipe", "nothing"), 2, "phantom"),
        (("completion", "tcsh"), 2, "bash"),
        (("boards", "--json"), 2, "mcutk boards --help"),
        (("boards", "--json", "no-folder/x.json"), 1, "mkdir -p no-folder"),
        (("help", "exit-code"), 2, "exit-codes"),
    ],
)
def test_wrong_command_lines_say_what_to_try(arguments: tuple[str, ...], code: int, said: str, mcutk: Mcutk) -> None:
    outcome = mcutk(*arguments)
    assert outcome.code == code
    assert outcome.err.startswith("error: ")
    assert said in outcome.err
    assert "Traceback" not in outcome.err
    assert "defect" not in outcome.err


def test_help_lists_the_exit_codes_and_shows_a_command(mcutk: Mcutk) -> None:
    listed = mcutk("help", "exit-codes").out.splitlines()
    assert {int(line.split()[0]) for line in listed} == set(failures.EXIT_CODES)
    assert mcutk("help", "build").out.startswith("Usage: mcutk build")
    assert "Commands:" in mcutk("help").out


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make `mcutk boards` raise."""

    def raises(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("mcu_toolkit.workflow.boards.list_boards", raises)


@pytest.mark.parametrize(
    "error, code, said",
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (McutkError("it is blue", expected="red", received="blue", hint="paint it"), 1, "try: paint it"),
        (OSError(errno.ENOSPC, "No space left on device", "file"), 1, "free disk space"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (ZeroDivisionError("division"), 70, "-v shows the traceback"),
    ],
)
def test_errors_have_exit_codes_and_no_traceback(
    error: BaseException, code: int, said: str, mcutk: Mcutk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "drop_stdout", lambda: None)
    failing(monkeypatch, error)
    outcome = mcutk("boards")
    assert outcome.code == code
    assert said in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("arguments", [("-v", "boards"), ("boards", "-v")])
@pytest.mark.parametrize("error", [ZeroDivisionError("division"), McutkError("it is blue")])
def test_verbose_shows_the_traceback(
    arguments: tuple[str, ...], error: Exception, mcutk: Mcutk, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, error)
    assert "Traceback" in mcutk(*arguments).err


def test_a_closed_pipe_is_not_an_error() -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m mcu_toolkit inspect | head -c 1 >/dev/null"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 141), done.stderr
    assert not done.stderr
