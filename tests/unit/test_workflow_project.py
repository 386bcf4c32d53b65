"""`mcu_toolkit.Project`: modules that it imports, and methods that do the same as the commands without printing."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest

import mcu_toolkit as mcutk
from mcu_toolkit.cli.main import COMMANDS
from mcu_toolkit.errors import ConfigError, WorkspaceError
from tests.support.cli import ROOT, loaded_modules
from tests.support.models import tiny_model, write_images

HEAVY = {"numpy", "jinja2", "tensorflow", "tf_keras", "serial", "rich", "click", "PIL", "elftools"}
#: Commands without a method, or with another name.
OTHER = {"completion": None, "eval": "evaluate", "help": None, "keygen": None}


def test_importing_the_package_and_making_a_project_loads_no_large_package(tmp_path: Path) -> None:
    code = "import mcu_toolkit as mcutk\nproject = mcutk.Project('folder')"
    assert not loaded_modules(code, folder=tmp_path) & HEAVY
    assert (tmp_path / "folder").is_dir()


def test_the_check_of_imports_can_fail(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(tiny_model())
    assert "numpy" in loaded_modules(
        "import mcu_toolkit; mcu_toolkit.Project('.').inspect('m.tflite')", folder=tmp_path
    )


def test_every_command_has_a_method() -> None:
    for command in COMMANDS:
        name = OTHER.get(command, command)
        assert name is None or inspect.isfunction(getattr(mcutk.Project, name))


def test_every_method_is_typed_and_documented() -> None:
    for name, method in inspect.getmembers(mcutk.Project, inspect.isfunction):
        signature = inspect.signature(method)
        assert method.__doc__ or name.startswith("_"), name
        assert signature.return_annotation is not inspect.Signature.empty, name
        for parameter in list(signature.parameters.values())[1:]:
            assert parameter.annotation is not inspect.Parameter.empty, f"{name}({parameter.name})"
    assert (ROOT / "mcu_toolkit" / "py.typed").is_file()


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    assert "Project" in dir(mcutk)
    with pytest.raises(AttributeError, match="Projekt"):
        mcutk.Projekt  # noqa: B018


def test_methods_print_nothing_and_stay_in_the_current_folder(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made = mcutk.Project(project / "deep" / "folder")
    model = project / "m.tflite"
    model.write_bytes(tiny_model())
    images = write_images(project / "images")
    assert made.init(board="qemu-m7").root == made.folder
    assert made.inspect("m.tflite").supported
    assert {row.id for row in made.boards().boards} > {"qemu-m4", "nano33"}
    assert made.doctor().findings
    record = made.evaluate(str(model), data=images)
    assert not any(record.mismatches.values())
    assert record.samples == 12
    assert record.command == "mcu_toolkit.Project.evaluate"
    assert Path.cwd() == project
    out, err = capfd.readouterr()
    assert out + err == ""


def test_notes_and_progress_reach_the_caller(project: Path) -> None:
    notes: list[str] = []
    stages: list[str] = []
    made = mcutk.Project(project, note=notes.append, progress=lambda stage, _done, _total: stages.append(stage))
    (project / "m.tflite").write_bytes(tiny_model())
    record = made.evaluate("m.tflite")
    assert record.random_seed == 1 and len(notes) == 1 and "random inputs" in notes[0]
    assert "NumPy oracle" in stages


def test_records_are_frozen(project: Path) -> None:
    record = mcutk.Project(project).boards()
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.boards = ()  # type: ignore[misc]


def test_errors_have_a_hint_and_are_mcutk_errors(project: Path) -> None:
    made = mcutk.Project(project)
    with pytest.raises(mcutk.McutkError, match="qemu-m44") as caught:
        made.build(board="qemu-m44")
    assert "qemu-m4" in str(caught.value)
    with pytest.raises(ConfigError, match="there is no optimization goal 'sped'") as caught:
        made.build(board="qemu-m4", optimize="sped")
    assert "did you mean 'speed'" in str(caught.value)
    with pytest.raises(WorkspaceError, match="nothing was built for qemu-m4"):
        made.flash(board="qemu-m4")
    with pytest.raises(ConfigError, match="cannot be combined"):
        made.bench(random=2, limit=3)
    with pytest.raises(ConfigError, match="--external cannot be combined with --data"):
        made.evaluate(data="a", external="b")
    with pytest.raises(ConfigError, match="--model cannot be combined"):
        made.run(model="m.tflite", set={"student.width": 0.5})


def test_a_folder_that_cannot_be_made_is_an_mcutk_error(project: Path) -> None:
    (project / "file").write_text("", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="cannot write"):
        mcutk.Project(project / "file" / "folder")
