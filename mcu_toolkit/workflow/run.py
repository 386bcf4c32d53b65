"""Train, build, flash and bench in a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.records.bench import BenchRecord
from mcu_toolkit.workflow.bench import BenchOptions, bench
from mcu_toolkit.workflow.build import BuildOptions, build
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.flash import flash
from mcu_toolkit.workflow.samples import SampleChoice
from mcu_toolkit.workflow.sources import DEFAULT_BOARD, describe, pick_board, pick_model
from mcu_toolkit.workflow.train import TrainOptions, train_if_needed


@dataclass(frozen=True)
class RunOptions:
    """Arguments of a run.

    Attributes:
        board: id, or path of a board descriptor; by default the project's, else qemu-m4.
        training: the recipe, its images and its overrides.
        model: an int8 .tflite file to use instead of training.
        skip_training: use the model trained last, else the one that ships with the package.
        retrain: train even where the recipe was trained already.
        optimize: optimization goal.
        port: serial port; by default the project's; not needed by emulated boards.
        limit: only so many test images, in the same proportions of the classes.
        profile: also measure every layer.
        names: name samples by their files instead of their numbers; `training.images` is for all reports.
    """

    board: str | None = None
    training: TrainOptions = field(default_factory=TrainOptions)
    model: Path | None = None
    skip_training: bool = False
    retrain: bool = False
    optimize: str = "balanced"
    port: str | None = None
    limit: int | None = None
    profile: bool = False
    names: bool = False

    def __post_init__(self) -> None:
        trains = self.retrain or self.training.recipe is not None or self.training.overrides
        for option, given in (("--no-train", self.skip_training), ("--model", self.model is not None)):
            if given and trains:
                raise ConfigError(f"{option} cannot be combined with --recipe, --set or --retrain")


def run(ctx: Context, options: RunOptions) -> BenchRecord:
    """Train unless that was done already, build, flash, and bench; the record is that of the bench.

    Raises:
        As `train`, `build`, `flash` and `bench`.
    """
    board = pick_board(ctx, options.board, default=DEFAULT_BOARD).key
    if options.model is None and not options.skip_training and not _cannot_train(ctx, options):
        train_if_needed(ctx, options.training, retrain=options.retrain)
    built = build(ctx, BuildOptions(board, options.model, options.optimize))
    flash(ctx, board=board, port=options.port)
    # The images of a training run are those that it held out; --data names the images of a model file.
    data = options.training.data if built.model.origin.kind == "file" else None
    choice = SampleChoice(data, options.limit, skip_bad=options.training.skip_bad)
    shown = {"images": options.training.images, "names": options.names}
    return bench(ctx, BenchOptions(board, options.port, choice, options.profile, **shown))


def _cannot_train(ctx: Context, options: RunOptions) -> bool:
    """Whether the run goes on with a model that is there, since TensorFlow is not and nobody asked for a training."""
    asked = options.retrain or options.training.recipe is not None or options.training.overrides
    if asked or find_spec("tensorflow") is not None:
        return False
    ctx.note(
        f"TensorFlow is not installed, so nothing is trained: {describe(pick_model(ctx.workspace).origin)} is used\n"
        "  try: pip install 'mcu_toolkit[train]', then the same command again"
    )
    return True
