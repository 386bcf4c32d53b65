"""Which model, board, port and images a command works on where its options leave that open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.boards import load_board
from mcu_toolkit.errors import ConfigError, DataError, McutkError, ModelError, WorkspaceError
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow import samples, sources
from mcu_toolkit.workflow.build import read_graph
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import Choice
from mcu_toolkit.workflow.settings import load_settings
from mcu_toolkit.workflow.sources import ModelSource
from mcu_toolkit.workspace import Workspace
from tests.support.cli import Mcutk, tiny_model, write_images
from tests.support.tflite_writer import SubgraphSpec, write_model


@pytest.fixture
def workspace(project: Path) -> Workspace:
    """An empty project."""
    return Workspace(project)


@pytest.fixture
def remarks() -> list[str]:
    """What use cases told the user beside their results."""
    return []


@pytest.fixture
def ctx(workspace: Workspace, remarks: list[str]) -> Context:
    """The context of a use case in the empty project."""
    return Context(workspace, note=remarks.append)


def source(path: Path | None = None, **shape: int) -> ModelSource:
    """A small model of the user's own."""
    return ModelSource("file", path or Path("tiny.tflite"), tiny_model(**shape))


# Model ---------------------------------------------------------------------------------------------------------------


def test_without_training_the_shipped_model_is_taken(workspace: Workspace) -> None:
    assert sources.pick_model(workspace).kind == "shipped"


def test_after_training_the_trained_model_is_taken(workspace: Workspace) -> None:
    run_dir = workspace.train_dir("brain")
    run_dir.mkdir(parents=True)
    (run_dir / "model.tflite").write_bytes(tiny_model())
    remember(workspace, train="brain")
    found = sources.pick_model(workspace)
    assert (found.kind, found.recipe, found.run_dir) == ("train", "brain", run_dir)


def test_an_unfinished_training_is_not_passed_over_in_silence(workspace: Workspace) -> None:
    remember(workspace, train="brain")
    with pytest.raises(WorkspaceError, match="no model yet") as caught:
        sources.pick_model(workspace)
    assert "--resume" in str(caught.value)


def test_the_shipped_model_is_known_by_its_contents(workspace: Workspace) -> None:
    copy = workspace.root / "copy.tflite"
    copy.write_bytes(sources.shipped_model().read_bytes())
    assert sources.pick_model(workspace, copy).kind == "shipped"


def trained(workspace: Workspace, model: bytes) -> ModelSource:
    """A finished run of the recipe `brain`."""
    run_dir = workspace.train_dir("brain")
    run_dir.mkdir(parents=True, exist_ok=True)
    (run_dir / "model.tflite").write_bytes(model)
    return ModelSource("train", run_dir / "model.tflite", model, run_dir=run_dir, recipe="brain")


def test_the_origin_of_a_source_survives_the_build(workspace: Workspace) -> None:
    before = trained(workspace, b"x")
    after = sources.source_of(workspace, before.origin, b"x")
    assert (after.kind, after.path, after.run_dir, after.recipe) == ("train", before.path, before.run_dir, "brain")


def test_a_moved_project_finds_its_run(workspace: Workspace) -> None:
    origin = replace(trained(workspace, b"x").origin, run_dir="/nowhere/mcutk-out/train/brain")
    assert sources.source_of(workspace, origin, b"x").run_dir == workspace.train_dir("brain")


def test_a_run_trained_again_is_not_the_one_that_was_built(workspace: Workspace) -> None:
    """Its split may be another: what was held out then may have been learned from now."""
    origin = trained(workspace, b"old").origin
    trained(workspace, b"new")
    with pytest.raises(WorkspaceError, match="trained again") as caught:
        sources.source_of(workspace, origin, b"old")
    assert "mcutk build" in str(caught.value)


# Board and port ------------------------------------------------------------------------------------------------------


def test_the_board_given_goes_before_what_was_done_last_and_the_project(workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match="no board was named"):
        sources.pick_board(workspace, None)
    assert sources.pick_board(workspace, None, default="qemu-m7").id == "qemu-m7"
    (workspace.root / "mcutk.toml").write_text('board = "qemu-m3"\n', encoding="utf-8")
    assert sources.pick_board(workspace, None, default="qemu-m7").id == "qemu-m3"
    remember(workspace, build="qemu-m33")
    assert sources.pick_board(workspace, None, "flash", "build").id == "qemu-m33"
    remember(workspace, flash="qemu-m55")
    assert sources.pick_board(workspace, None, "flash", "build").id == "qemu-m55"
    assert sources.pick_board(workspace, "qemu-m4", "flash", "build").id == "qemu-m4"


def test_the_projects_port_is_not_for_emulated_boards(workspace: Workspace) -> None:
    (workspace.root / "mcutk.toml").write_text('port = "/dev/ttyACM0"\n', encoding="utf-8")
    assert sources.pick_port(workspace, load_board("nano33"), None) == "/dev/ttyACM0"
    assert sources.pick_port(workspace, load_board("qemu-m4"), None) is None
    assert sources.pick_port(workspace, load_board("qemu-m4"), "socket://x") == "socket://x"


@pytest.mark.parametrize(
    "text, said",
    [
        ('bord = "qemu-m4"', "did you mean 'board'"),
        ("board = 3", "wrong type"),
        ('board = ""', "wrong type"),
        ("board = ", "not valid TOML"),
    ],
)
def test_a_wrong_project_file_is_refused(text: str, said: str, workspace: Workspace) -> None:
    (workspace.root / "mcutk.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(workspace)
    assert said in str(caught.value)


# Samples -------------------------------------------------------------------------------------------------------------


def test_random_inputs_are_those_of_the_public_generator(ctx: Context) -> None:
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model.data), Choice(random=2, seed=5))
    state, expected = 6, []
    for _ in range(64):
        state = (state * 1664525 + 1013904223) % 2**32
        expected.append(np.int8(np.uint8(state >> 24)))
    assert found.inputs.shape == (2, 8, 8, 1)
    assert found.inputs[1].reshape(-1).tolist() == expected
    assert (found.ids, found.random_seed, found.truth) == (("seed 5", "seed 6"), 5, None)


def test_a_model_file_without_images_gets_random_inputs_and_a_remark(ctx: Context, remarks: list[str]) -> None:
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model.data), Choice())
    assert found.random_seed == 1 and len(found.ids) == samples.DEFAULT_RANDOM
    assert "--data DIR" in "\n".join(remarks)


def test_the_projects_images_serve_a_model_file(ctx: Context) -> None:
    write_images(ctx.workspace.root / "images")
    (ctx.workspace.root / "mcutk.toml").write_text('data = "images"\n', encoding="utf-8")
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model.data), Choice())
    assert found.truth is not None and found.truth.class_names == ("a", "b", "c")
    assert found.inputs.shape == (12, 8, 8, 1)


def test_pixels_reach_the_model_by_its_quantization(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "images", side=8)
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model.data), Choice(data=folder))
    assert found.images is not None
    assert (found.inputs.astype(int) == found.images.astype(int) - 128).all()


def test_another_number_of_classes_is_refused(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "images", classes=("a", "b"))
    model = source()
    with pytest.raises(DataError, match="2 classes, the model has 3 outputs"):
        samples.open_samples(ctx, model, read_graph(model.data), Choice(data=folder))


def test_an_unreadable_image_is_named_and_skipped_only_when_asked(ctx: Context, remarks: list[str]) -> None:
    folder = write_images(ctx.workspace.root / "images")
    (folder / "b" / "1.png").write_bytes(b"not an image")
    model = source()
    graph = read_graph(model.data)
    with pytest.raises(DataError, match=r"1\.png"):
        samples.open_samples(ctx, model, graph, Choice(data=folder))
    found = samples.open_samples(ctx, model, graph, Choice(data=folder, skip_bad=True))
    assert len(found.ids) == 11
    assert "1.png" in "\n".join(remarks)


def border_model(dtype: str) -> bytes:
    """A model whose input is of another type than int8."""
    g = SubgraphSpec()
    quant = {} if dtype == "float32" else {"scale": [0.1], "zero_point": [0]}
    image, output = g.tensor((1, 4), dtype, **quant), g.tensor((1, 4), scale=[0.1], zero_point=[0])
    g.node("QUANTIZE", [image], [output])
    g.inputs, g.outputs = [image], [output]
    return write_model(g)


def test_a_float_input_cannot_be_streamed_to() -> None:
    with pytest.raises(ModelError, match="float32") as caught:
        samples.input_tensor(read_graph(border_model("float32")))
    assert "mcutk convert" in str(caught.value)


def test_a_model_that_takes_no_images_says_so(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "images")
    model = ModelSource("file", Path("m.tflite"), border_model("int8"))
    with pytest.raises(DataError, match="takes no images") as caught:
        samples.open_samples(ctx, model, read_graph(model.data), Choice(data=folder))
    assert "--random" in str(caught.value)


# Commands that need no tools -----------------------------------------------------------------------------------------


def test_init_makes_a_project_that_loads_and_does_not_overwrite_one(mcutk: Mcutk, project: Path) -> None:
    assert mcutk("init", "brain", "--recipe", "phantom").ok
    assert load_settings(Workspace(project / "brain")).board == "qemu-m4"
    again = mcutk("init", "brain", "--recipe", "phantom")
    assert again.code == 1 and "--force" in again.err
    assert mcutk("init", "brain", "--recipe", "phantom", "--force").ok


def test_inspect_reports_a_model_by_the_keys_that_others_read(mcutk: Mcutk, project: Path) -> None:
    (project / "m.tflite").write_bytes(tiny_model())
    report = mcutk.json("inspect", "m.tflite")
    assert report["schema"] == "mcutk.inspect/1"
    assert report["macs"] == {"model": 192, "after_passes": 192}
    assert report["ram"]["arena"] <= report["ram"]["no_overlap"] + 64
    assert report["unsupported"] == []
    assert [node["operator"] for node in report["nodes"]] == ["RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]
    assert "FULLY_CONNECTED" in mcutk("inspect", "m.tflite", "--modes", "--board", "qemu-m55").out


def test_inspect_names_what_is_unsupported_and_does_its_job(mcutk: Mcutk, project: Path) -> None:
    g = SubgraphSpec()
    a, b = (g.tensor((1, 4), scale=[0.1], zero_point=[0]) for _ in range(2))
    g.node("FLOOR", [a], [b])
    g.inputs, g.outputs = [a], [b]
    (project / "floor.tflite").write_bytes(write_model(g))
    report = mcutk.json("inspect", "floor.tflite")
    assert [(p["node"], p["operator"]) for p in report["unsupported"]] == [(0, "FLOOR")]
    assert report["ram"]["arena"] is None
    outcome = mcutk("build", "--board", "qemu-m4", "--model", "floor.tflite")
    assert outcome.code == 1 and "node 0: FLOOR" in outcome.err
    assert not (project / "mcutk-out").exists()


def test_inspect_without_a_model_lists_the_operators(mcutk: Mcutk) -> None:
    rows = mcutk.json("inspect")["operators"]
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "SOFTMAX"} <= {row["operator"] for row in rows}
    assert all(row["forms"] for row in rows)


def test_doctor_says_what_is_lacking_and_how_to_mend_it(
    mcutk: Mcutk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    outcome = mcutk("doctor")
    assert outcome.code == 1
    assert "qemu-system-arm" in outcome.err and "apt-get install" in outcome.err


def test_eval_of_a_model_file_compares_the_references(mcutk: Mcutk, project: Path) -> None:
    (project / "m.tflite").write_bytes(tiny_model())
    report = mcutk.json("eval", "--model", "m.tflite", "--data", write_images(project / "images"), "--threshold-sweep")
    assert set(report["references"]) | set(report["absent"]) == {"oracle", "tflm", "c"}
    assert not any(report["mismatches"].values())
    assert report["accuracy"]["int8"] is not None
    assert len(report["threshold_sweep"]) == 3


def test_eval_of_an_external_folder_wants_the_same_classes(mcutk: Mcutk, project: Path) -> None:
    outcome = mcutk("eval", "--external", write_images(project / "images"))
    assert outcome.code == 1
    assert "lacks class folders" in outcome.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(shell: str, mcutk: Mcutk) -> None:
    outcome = mcutk("completion", shell)
    assert outcome.ok
    assert "_MCUTK_COMPLETE" in outcome.out


def test_every_error_is_of_the_one_tree() -> None:
    from mcu_toolkit import errors

    for name in dir(errors):
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert issubclass(kind, McutkError)
            assert name in (errors.__doc__ or "")
