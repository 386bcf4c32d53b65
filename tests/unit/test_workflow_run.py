"""The chain of training, build, flash and bench: order of the steps, and their arguments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.workflow import run as module
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.run import RunOptions, run
from mcu_toolkit.workflow.train import TrainOptions


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Names of the steps in the order of their calls; each step is replaced by a function that does nothing."""
    made: list[tuple[str, Any]] = []

    def build(_ctx: Context, options: Any) -> Any:
        made.append(("build", options))
        return SimpleNamespace(model=SimpleNamespace(origin=SimpleNamespace(kind="file" if options.model else "train")))

    monkeypatch.setattr(module, "train_if_needed", lambda _ctx, options, retrain: made.append(("train", retrain)))
    monkeypatch.setattr(module, "build", build)
    monkeypatch.setattr(module, "flash", lambda _ctx, board, port: made.append(("flash", (board, port))))
    monkeypatch.setattr(module, "bench", lambda _ctx, options: made.append(("bench", options)))
    return made


def test_the_steps_run_in_order_on_the_default_board(ctx: Context, calls: list[tuple[str, Any]]) -> None:
    run(ctx, RunOptions(retrain=True, limit=4))
    steps = dict(calls)
    assert [name for name, _ in calls] == ["train", "build", "flash", "bench"]
    assert steps["train"] is True
    assert steps["build"].board == steps["flash"][0] == steps["bench"].board == "qemu-m4"
    assert steps["bench"].samples.limit == 4


@pytest.mark.parametrize("options", [RunOptions(skip_training=True), RunOptions(model=Path("m.tflite"))])
def test_an_existing_model_is_not_trained(options: RunOptions, ctx: Context, calls: list[tuple[str, Any]]) -> None:
    run(ctx, options)
    assert [name for name, _ in calls] == ["build", "flash", "bench"]


def test_the_images_given_are_those_of_the_training_or_of_the_model_file(
    ctx: Context, calls: list[tuple[str, Any]]
) -> None:
    images = TrainOptions(data=Path("images"))
    run(ctx, RunOptions(training=images))
    assert dict(calls)["bench"].samples.data is None  # the run records the images that it held out
    run(ctx, RunOptions(training=images, model=Path("m.tflite")))
    assert calls[-1][1].samples.data == Path("images")


@pytest.mark.parametrize("source", [{"skip_training": True}, {"model": Path("m.tflite")}])
@pytest.mark.parametrize(
    "training",
    [{"retrain": True}, {"training": TrainOptions("phantom")}, {"training": TrainOptions(overrides={"seed": "2"})}],
)
def test_training_arguments_without_a_training_are_refused(source: dict[str, Any], training: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="cannot be combined with --recipe, --set or --retrain"):
        RunOptions(**source, **training)


def test_without_tensorflow_a_run_takes_the_model_that_is_there_and_says_so(
    ctx: Context, calls: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    run(replace(ctx, note=notes.append), RunOptions())
    assert [name for name, _ in calls] == ["build", "flash", "bench"]
    assert "ships with mcutk" in notes[0] and "pip install" in notes[0]
    calls.clear()
    run(ctx, RunOptions(retrain=True))  # a training that was asked for is tried, and its error says what is missing
    assert calls[0][0] == "train"
