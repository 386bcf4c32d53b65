"""Train, build, flash and bench in a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.records.bench import BenchRecord
from mcu_toolkit.workflow.bench import BenchOptions, bench
from mcu_toolkit.workflow.build import BuildOptions, build
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.flash import flash
from mcu_toolkit.workflow.samples import SampleChoice
from mcu_toolkit.workflow.sources import DEFAULT_BOARD, pick_board
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
    if options.model is None and not options.skip_training:
        train_if_needed(ctx, options.training, retrain=options.retrain)
    built = build(ctx, BuildOptions(board, options.model, options.optimize))
    flash(ctx, board=board, port=options.port)
    # The images of a training run are those that it held out; --data names the images of a model file.
    data = options.training.data if built.model.origin.kind == "file" else None
    choice = SampleChoice(data, options.limit, skip_bad=options.training.skip_bad)
    return bench(ctx, BenchOptions(board, options.port, choice, options.profile))
