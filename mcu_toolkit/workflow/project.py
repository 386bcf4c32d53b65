"""The public Python interface: `mcu_toolkit.Project`.

Each method is one use case of `mcu_toolkit.workflow`, imported when it is called: importing this module is quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mcu_toolkit.workflow.arguments import Overrides, overrides, path, text
from mcu_toolkit.workflow.project_folder import ProjectFolder

if TYPE_CHECKING:
    from mcu_toolkit.records.bench import BenchRecord
    from mcu_toolkit.records.build import BuildRecord
    from mcu_toolkit.records.evaluation import EvaluationRecord
    from mcu_toolkit.records.flash import FlashRecord
    from mcu_toolkit.records.inspect import InspectRecord
    from mcu_toolkit.records.seeds import SeedsRecord
    from mcu_toolkit.records.study import StudyRecord
    from mcu_toolkit.records.train import TrainRecord
    from mcu_toolkit.records.verify import VerifyRecord
    from mcu_toolkit.workflow.init import NewProject


class Project(ProjectFolder):
    """A project folder: training, firmware, flashing and measurement of models.

    Every method does the work of the command of its name, writes the same files below ``mcutk-out/`` in the folder, and
    returns a frozen record. Nothing is printed and the current folder is not changed. Relative paths in arguments are
    relative to the current folder. An argument that is left out is what was done last, else the value in ``mcutk.toml``
    of the folder. Every error is a `McutkError`.

    Args:
        folder: the project folder; made if absent.
        progress: called with the stage, the part done and the total of long work; the total is 0 where it is not known.
        note: called with remarks that are not part of a result, for example images that were left out.
        trust: use board descriptors in the project folder, and record that they are trusted. Without it, one that was
            not trusted before is refused.

    Raises:
        WorkspaceError: the folder cannot be made.
    """

    def init(self, recipe: str = "phantom", *, board: str = "qemu-m4", overwrite: bool = False) -> NewProject:
        """Write ``mcutk.toml`` with defaults and ``recipe.toml``, a copy of a shipped recipe to edit.

        Raises:
            ConfigError: no such recipe or board; WorkspaceError: the files are there already.
        """
        from mcu_toolkit.workflow.init import init

        return init(self._context("init"), recipe=recipe, board=board, overwrite=overwrite)

    def train(
        self,
        recipe: str | Path | None = None,
        data: str | Path | None = None,
        *,
        set: Overrides | None = None,
        resume: bool = False,
        skip_bad: bool = False,
    ) -> TrainRecord:
        """Train a distilled int8 student; `build` then uses its model.

        Args:
            recipe: file or id of a shipped recipe; by default the project's recipe, else the synthetic phantom.
            data: folder of images, ``DIR/<class>/*.png``.
            set: keys of the recipe and their values, for example ``{"student.width": 0.5}``.
            resume: go on from the checkpoints of an interrupted run.
            skip_bad: leave out images that cannot be read, and count them.

        Raises:
            ConfigError: the recipe; DataError: the images; TrainError: TensorFlow is missing or the training failed.
        """
        from mcu_toolkit.workflow.train import TrainOptions, train

        options = TrainOptions(text(recipe), path(data), overrides(set), resume, skip_bad=skip_bad)
        return train(self._context("train"), options).best

    def train_seeds(
        self,
        seeds: int,
        recipe: str | Path | None = None,
        data: str | Path | None = None,
        *,
        set: Overrides | None = None,
        resume: bool = False,
        skip_bad: bool = False,
    ) -> SeedsRecord:
        """Train the same recipe from several seeds, the recipe's own first; `build` then uses the best model.

        The other arguments and the errors are those of `train`.
        """
        from mcu_toolkit.workflow.train import TrainOptions, train

        options = TrainOptions(text(recipe), path(data), overrides(set), resume, seeds, skip_bad)
        return train(self._context("train_seeds"), options).seeds

    def convert(
        self,
        model: str | Path,
        data: str | Path | None = None,
        *,
        normalization: str = "unit",
        calibration_images: int = 256,
        seed: int = 1,
        compare: bool = False,
        skip_bad: bool = False,
    ) -> TrainRecord:
        """Quantize a Keras model to int8 and measure the loss of accuracy; `build` then uses the result.

        Args:
            model: a Keras 2 ``.h5`` or ``.keras`` file, or a SavedModel folder; images in, class scores out.
            data: folder of images that calibrate and compare.
            normalization: preprocessing of pixels p that the model was trained with: ``unit`` p/255, ``signed``
                p/127.5 - 1, ``raw`` p.
            calibration_images: training images that set the ranges of activations.
            seed: of the division of the images.
            compare: also measure float32, float16, dynamic-range and int16x8 models.
            skip_bad: leave out images that cannot be read.

        Raises:
            ModelError: the model; DataError: the images; TrainError: TensorFlow is missing or cannot convert it.
        """
        from mcu_toolkit.workflow.convert import ConvertOptions, convert

        options = ConvertOptions(Path(model), path(data), normalization, calibration_images, seed, compare, skip_bad)
        return convert(self._context("convert"), options)

    def build(
        self,
        board: str | Path | None = None,
        model: str | Path | None = None,
        *,
        optimize: str = "balanced",
        name: str = "model",
        model_data: bool = False,
    ) -> BuildRecord:
        """Compile a model to C and build firmware for a board.

        Args:
            board: id, or path of a board descriptor.
            model: an int8 .tflite file; by default the model trained last, else the one that ships with the package.
            optimize: optimization goal: ``ram``, ``speed``, ``flash`` or ``balanced``.
            name: prefix of the generated files and symbols.
            model_data: also write the .tflite file as a C array.

        Raises:
            ConfigError: no such board or goal; ModelError: the model; UnsupportedError: it cannot be compiled.
            FitError: it needs more flash or RAM than the board has; ToolError: the cross compiler.
        """
        from mcu_toolkit.workflow.build import BuildOptions, build

        options = BuildOptions(text(board), path(model), optimize, name, model_data)
        return build(self._context("build"), options)

    def flash(
        self, board: str | Path | None = None, *, port: str | None = None, tool: str | None = None
    ) -> FlashRecord:
        """Program a board with what was built for it last.

        Args:
            board: id, or path of a board descriptor; by default the board built for last.
            port: serial port; not needed by emulated boards.
            tool: flasher; by default the first of the board's flashers that is installed.

        Raises:
            WorkspaceError: nothing was built; ToolError: the flasher; PortError: the port.
        """
        from mcu_toolkit.workflow.flash import flash

        return flash(self._context("flash"), board=text(board), port=port, tool=tool)

    def bench(
        self,
        board: str | Path | None = None,
        *,
        port: str | None = None,
        data: str | Path | None = None,
        limit: int | None = None,
        random: int | None = None,
        seed: int = 1,
        profile: bool = False,
        stream: bool = False,
        wait_states: int = 0,
        skip_bad: bool = False,
        images: bool = False,
        names: bool = False,
    ) -> BenchRecord:
        """Stream test images to a board, compare every output with the oracle's, and measure accuracy and latency.

        Args:
            board: id, or path of a board descriptor; by default the board flashed last.
            port: serial port; not needed by emulated boards.
            data, limit: the folder that the model was trained on, where it has moved, or images for a model file;
                only so many of them, in the same proportions of the classes.
            random, seed: number of random inputs to stream instead of images, and the seed of the first one.
            profile: also measure every layer.
            stream: keep the model's variables between samples, and compare with TensorFlow Lite Micro too.
            wait_states: of flash, assumed for estimated cycles; 0 stands for a cache.
            skip_bad: leave out images that cannot be read.
            images: show some images in report.html. names: name samples by their files, instead of by their numbers.

        Returns:
            The record, whether or not outputs differ: check `BenchRecord.mismatches`.

        Raises:
            WorkspaceError: nothing was built or flashed; DataError: the images; LinkError: the board.
        """
        from mcu_toolkit.workflow.bench import BenchOptions, bench
        from mcu_toolkit.workflow.samples import SampleChoice

        samples = SampleChoice(path(data), limit, random, seed, skip_bad)
        options = BenchOptions(text(board), port, samples, profile, stream, wait_states, images, names)
        return bench(self._context("bench"), options)

    def run(
        self,
        board: str | Path | None = None,
        recipe: str | Path | None = None,
        data: str | Path | None = None,
        *,
        model: str | Path | None = None,
        set: Overrides | None = None,
        skip_training: bool = False,
        retrain: bool = False,
        optimize: str = "balanced",
        port: str | None = None,
        limit: int | None = None,
        profile: bool = False,
        skip_bad: bool = False,
        images: bool = False,
        names: bool = False,
    ) -> BenchRecord:
        """Train, build, flash and bench in a row; a recipe that was trained already is not trained again.

        Args:
            board: as `build`; without any, qemu-m4.
            recipe, data, set, skip_bad: as `train`.
            model: an int8 .tflite file to use instead of training.
            skip_training: use the model trained last, else the one that ships with the package.
            retrain: train even where this recipe was trained already.
            optimize: as `build`.
            port, limit, profile, images, names: as `bench`.

        The errors are those of `train`, `build`, `flash` and `bench`.
        """
        from mcu_toolkit.workflow.run import RunOptions, run
        from mcu_toolkit.workflow.train import TrainOptions

        training = TrainOptions(text(recipe), path(data), overrides(set), skip_bad=skip_bad, images=images)
        options = RunOptions(
            text(board), training, path(model), skip_training, retrain, optimize, port, limit, profile, names
        )
        return run(self._context("run"), options)

    def evaluate(
        self,
        model: str | Path | None = None,
        *,
        data: str | Path | None = None,
        external: str | Path | None = None,
        limit: int | None = None,
        random: int | None = None,
        seed: int = 1,
        margin: float = 0.02,
        threshold_sweep: bool = False,
        skip_bad: bool = False,
    ) -> EvaluationRecord:
        """Evaluate a model on this machine with the NumPy oracle, TensorFlow Lite Micro and the generated C.

        Args:
            model: as `build`.
            data, limit, random, seed, skip_bad: as `bench`.
            external: evaluate every image of another folder with the same classes.
            margin: differences of accuracy within ± this share count as equivalent.
            threshold_sweep: also report sensitivity, specificity and precision over decision thresholds.

        Returns:
            The record, whether or not the references agree: check `EvaluationRecord.mismatches`.

        Raises:
            DataError: the images; ModelError: the model; ToolError: the C compiler failed.
        """
        from mcu_toolkit.workflow.evaluate import EvaluateOptions, evaluate
        from mcu_toolkit.workflow.samples import SampleChoice

        choice = SampleChoice(path(data), limit, random, seed, skip_bad)
        options = EvaluateOptions(path(model), choice, path(external), margin, threshold_sweep)
        return evaluate(self._context("evaluate"), options)

    def verify(
        self,
        board: str | Path | None = None,
        *,
        port: str | None = None,
        data: str | Path | None = None,
        sample: int = 0,
        random_seed: int | None = None,
    ) -> VerifyRecord:
        """Run a model layer by layer on a board and compare every tensor with the oracle's.

        Args:
            board, port, data: as `bench`.
            sample: number of the test image.
            random_seed: seed of a random input to use instead of an image.

        `VerifyRecord.mismatch` is None where all tensors are equal. The errors are those of `bench`.
        """
        from mcu_toolkit.workflow.verify import VerifyOptions, verify

        options = VerifyOptions(text(board), port, path(data), sample, random_seed)
        return verify(self._context("verify"), options)

    def inspect(
        self,
        model: str | Path,
        *,
        board: str | Path | None = None,
        optimize: str = "balanced",
        modes: bool = False,
    ) -> InspectRecord:
        """Operators, MACs and memory plan of a model, and what is not supported.

        Args:
            model: a .tflite file.
            board: use the kernels and cost table of this board; by default a core without SIMD instructions.
            optimize: as `build`.
            modes: also report the figures of every optimization goal.

        Raises:
            WorkspaceError: the file cannot be read; ModelError: it is not a usable .tflite file.
        """
        from mcu_toolkit.workflow.inspect import inspect

        return inspect(self._context("inspect"), Path(model), board=text(board), optimize=optimize, modes=modes)

    def study(
        self,
        kind: str,
        recipe: str | Path | None = None,
        data: str | Path | None = None,
        *,
        set: Overrides | None = None,
        teacher: bool = False,
        storage: str | None = None,
        fresh: bool = False,
    ) -> StudyRecord:
        """Fill a table over one recipe; an interrupted study is resumed.

        Args:
            kind: ``quantization``, ``distillation`` or ``saliency``.
            recipe, data, set: as `train`.
            teacher: quantize the recipe's first teacher instead of the student (``quantization`` only).
            storage: Optuna storage that machines share; by default a SQLite file in the study's folder.
            fresh: delete the results of this study so far (its default storage only).

        The errors are those of `train`.
        """
        from mcu_toolkit.workflow.study import StudyOptions, study

        options = StudyOptions(kind, text(recipe), path(data), overrides(set), teacher, storage, fresh)
        return study(self._context("study"), options)
