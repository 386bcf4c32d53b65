"""The model, board and port that a use case uses when its arguments do not name them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit.boards import load_board
from mcu_toolkit.errors import ConfigError, WorkspaceError
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow import sources
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.sources import ModelSource
from mcu_toolkit.workflow.trust import trust_file
from mcu_toolkit.workspace import Workspace
from tests.support.models import tiny_model


def test_without_training_the_shipped_model_is_used(workspace: Workspace) -> None:
    assert sources.pick_model(workspace).kind == "shipped"


def test_after_training_the_trained_model_is_used(workspace: Workspace) -> None:
    run_dir = workspace.train_dir("brain")
    run_dir.mkdir(parents=True)
    (run_dir / "model.tflite").write_bytes(tiny_model())
    write_manifest(run_dir, "mcutk train")
    remember(workspace, train="brain")
    found = sources.pick_model(workspace)
    assert (found.kind, found.recipe, found.run_dir) == ("train", "brain", run_dir)


def test_a_trained_model_that_was_changed_is_refused(workspace: Workspace) -> None:
    run_dir = workspace.train_dir("brain")
    run_dir.mkdir(parents=True)
    (run_dir / "model.tflite").write_bytes(tiny_model())
    write_manifest(run_dir, "mcutk train")
    remember(workspace, train="brain")
    (run_dir / "model.tflite").write_bytes(tiny_model() + b"x")
    with pytest.raises(WorkspaceError, match="not what its manifest recorded") as caught:
        sources.pick_model(workspace)
    assert "mcutk train" in str(caught.value)


def test_an_unfinished_training_is_an_error(workspace: Workspace) -> None:
    remember(workspace, train="brain")
    with pytest.raises(WorkspaceError, match="no model yet") as caught:
        sources.pick_model(workspace)
    assert "--resume" in str(caught.value)


def test_the_shipped_model_is_recognized_by_its_contents(workspace: Workspace) -> None:
    copy = workspace.root / "copy.tflite"
    copy.write_bytes(sources.shipped_model().read_bytes())
    assert sources.pick_model(workspace, copy).kind == "shipped"


def trained(workspace: Workspace, model: bytes) -> ModelSource:
    """A finished run of the recipe `brain`."""
    run_dir = workspace.train_dir("brain")
    run_dir.mkdir(parents=True, exist_ok=True)
    (run_dir / "model.tflite").write_bytes(model)
    return ModelSource("train", run_dir / "model.tflite", model, run_dir=run_dir, recipe="brain")


def test_the_origin_of_a_source_is_read_back_from_the_build(workspace: Workspace) -> None:
    before = trained(workspace, b"x")
    after = sources.source_of(workspace, before.origin, b"x")
    assert (after.kind, after.path, after.run_dir, after.recipe) == ("train", before.path, before.run_dir, "brain")


def test_a_moved_project_finds_its_run(workspace: Workspace) -> None:
    origin = replace(trained(workspace, b"x").origin, run_dir="/nowhere/mcutk-out/train/brain")
    assert sources.source_of(workspace, origin, b"x").run_dir == workspace.train_dir("brain")


def test_a_run_trained_again_after_the_build_is_refused(workspace: Workspace) -> None:
    """Its split may differ: images that were held out may now be training images."""
    origin = trained(workspace, b"old").origin
    trained(workspace, b"new")
    with pytest.raises(WorkspaceError, match="trained again") as caught:
        sources.source_of(workspace, origin, b"old")
    assert "mcutk build" in str(caught.value)


def test_the_board_given_has_priority_over_the_last_one_and_the_project(ctx: Context, workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match="no board was named"):
        sources.pick_board(ctx, None)
    assert sources.pick_board(ctx, None, default="qemu-m7").board.id == "qemu-m7"
    (workspace.root / "mcutk.toml").write_text('board = "qemu-m3"\n', encoding="utf-8")
    assert sources.pick_board(ctx, None, default="qemu-m7").board.id == "qemu-m3"
    remember(workspace, build="qemu-m33")
    assert sources.pick_board(ctx, None, last=("flash", "build")).board.id == "qemu-m33"
    remember(workspace, flash="qemu-m55")
    assert sources.pick_board(ctx, None, last=("flash", "build")).board.id == "qemu-m55"
    assert sources.pick_board(ctx, "qemu-m4", last=("flash", "build")).board.id == "qemu-m4"


def test_the_projects_port_is_not_for_emulated_boards(workspace: Workspace) -> None:
    (workspace.root / "mcutk.toml").write_text('port = "/dev/ttyACM0"\n', encoding="utf-8")
    assert sources.pick_port(workspace, load_board("nano33"), None) == "/dev/ttyACM0"
    assert sources.pick_port(workspace, load_board("qemu-m4"), None) is None
    assert sources.pick_port(workspace, load_board("qemu-m4"), "socket://x") == "socket://x"


def own_board(folder: Path, note: str = "") -> Path:
    """A descriptor outside the package."""
    text = (sources.asset_dir("boards") / "qemu-m4.toml").read_text(encoding="utf-8")
    (folder / "own.toml").write_text(text + f"# {note}\n", encoding="utf-8")
    return folder / "own.toml"


def test_a_descriptor_outside_the_package_is_found_again_by_its_absolute_path(ctx: Context, project: Path) -> None:
    own = own_board(project)
    chosen = sources.pick_board(replace(ctx, trust=lambda _: True), "own.toml")
    assert chosen.key == str(own)
    assert sources.pick_board(ctx, "qemu-m4").key == "qemu-m4"


def test_a_descriptor_of_the_project_is_used_only_after_a_question(ctx: Context, project: Path) -> None:
    own = own_board(project)
    asked: list[Path] = []

    def agree(path: Path) -> bool:
        asked.append(path)
        return True

    with pytest.raises(ConfigError, match="is not trusted") as caught:
        sources.pick_board(ctx, "own.toml")
    assert "--trust" in str(caught.value)
    sources.pick_board(replace(ctx, trust=agree), "own.toml")
    sources.pick_board(replace(ctx, trust=agree), "own.toml")
    assert asked == [own]
    assert sources.pick_board(ctx, "own.toml").key == str(own)
    assert not trust_file().is_relative_to(project)
    own_board(project, "changed since")
    with pytest.raises(ConfigError, match="is not trusted"):
        sources.pick_board(ctx, "own.toml")


def test_a_descriptor_named_by_the_project_file_is_not_trusted_wherever_it_is(
    ctx: Context, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = own_board(tmp_path_factory.mktemp("elsewhere"))
    (project / "mcutk.toml").write_text(f'board = "{own}"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="is not trusted"):
        sources.pick_board(ctx, None)
    assert sources.pick_board(ctx, str(own)).key == str(own)  # the user names a file outside the project
    assert sources.pick_board(ctx, None).key == str(own)


def test_a_board_of_the_project_is_known_by_its_id_whatever_its_file_is_called(
    ctx: Context, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    agreed = replace(ctx, trust=lambda _: True)
    text = (sources.asset_dir("boards") / "qemu-m4.toml").read_text(encoding="utf-8")
    inside = workspace.root / "some name.toml"
    inside.write_text(text.replace('id = "qemu-m4"', 'id = "mine"'), encoding="utf-8")
    assert sources.pick_board(agreed, "mine").key == str(inside)
    outside = tmp_path_factory.mktemp("elsewhere") / "x.toml"
    outside.write_text(text.replace('id = "qemu-m4"', 'id = "other"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="there is no board 'other'"):
        sources.pick_board(ctx, "other")
    remember(workspace, build=sources.pick_board(ctx, str(outside)).key)
    assert sources.pick_board(ctx, "other").key == str(outside)
