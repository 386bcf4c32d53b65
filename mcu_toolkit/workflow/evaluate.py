"""Evaluate a model on this machine: three references over the same samples, and statistics."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.split import read_split
from mcu_toolkit.errors import ConfigError, McutkError, ModelError, ToolMissingError
from mcu_toolkit.graph.block import Block, join
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.records import codec
from mcu_toolkit.records.evaluation import EvaluationRecord, ModelSizes
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.report.evaluation.assemble import EvaluationData, evaluation_record
from mcu_toolkit.targets.target import HOST
from mcu_toolkit.workflow.card import model_card
from mcu_toolkit.workflow.compiled import compile_source, read_graph
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import SampleChoice, Samples, folder_testset, open_samples, samples_from
from mcu_toolkit.workflow.sources import ModelSource, pick_model
from mcu_toolkit.workspace import Workspace, atomic_write, sha256_file

REPORT_JSON = "eval.json"
REPORT_HTML = "report.html"


@dataclass(frozen=True)
class EvaluateOptions:
    """Arguments of an evaluation.

    Attributes:
        model: an int8 .tflite file; by default the model trained last, else the one that ships with the package.
        samples: the inputs.
        external: evaluate every image of this folder, which has the same classes, instead.
        margin: differences of accuracy within ± this share count as equivalent.
        threshold_sweep: also report sensitivity, specificity and precision over decision thresholds.
    """

    model: Path | None = None
    samples: SampleChoice = field(default_factory=SampleChoice)
    external: Path | None = None
    margin: float = 0.02
    threshold_sweep: bool = False

    def __post_init__(self) -> None:
        if self.external is not None and self.samples.random is not None:
            raise ConfigError("--random cannot be combined with --external")
        if self.external is not None and self.samples.data is not None:
            raise ConfigError("--external cannot be combined with --data", hint="name one folder")


@dataclass(frozen=True, eq=False)
class _References:
    """All outputs, uint8 [N, bytes], of each reference that ran, the reasons of those that did not, and sizes."""

    outputs: dict[str, Block]
    absent: dict[str, str]
    sizes: ModelSizes


def evaluate(ctx: Context, options: EvaluateOptions) -> EvaluationRecord:
    """Run the references, compare them, and write ``eval.json`` and ``report.html``.

    Returns:
        The record, whether or not the references agree; `require_agreement` refuses one with mismatches.

    Raises:
        DataError: the images; ModelError: the model; ToolError: the C compiler of this machine failed.
    """
    source = pick_model(ctx.workspace, options.model)
    graph = read_graph(source)
    also_in_training = None
    if options.external is None:
        samples = open_samples(ctx, source, graph, options.samples)
    else:
        samples, also_in_training = _external(ctx, source, graph, options.external, options.samples)
    references = _references(ctx, source, graph, samples)
    record = evaluation_record(
        EvaluationData(
            model=source.path.name,
            model_sha256=source.sha256,
            ids=samples.ids,
            outputs=references.outputs,
            absent=references.absent,
            output=graph.tensors[graph.outputs[0]],
            sizes=references.sizes,
            command=ctx.command,
            truth=samples.truth,
            float_logits=samples.float_logits,
            margin=options.margin,
            sweep=options.threshold_sweep,
            random_seed=samples.random_seed,
            recipe=samples.recipe,
            synthetic=samples.synthetic,
            external=str(options.external) if options.external is not None else None,
            also_in_training=also_in_training,
        )
    )
    _write(ctx, record)
    return record


def require_agreement(record: EvaluationRecord) -> None:
    """Fail where two references differ on a sample.

    Raises:
        McutkError: it names the references.
    """
    wrong = {pair: count for pair, count in record.mismatches.items() if count}
    if wrong:
        raise McutkError(
            "the references on this machine differ",
            expected="the same bytes on every sample",
            received=", ".join(f"{pair}: {count} of {record.samples}" for pair, count in wrong.items()),
            hint="this is a defect of mcutk: please report it with the model",
        )


def evaluation_page(workspace: Workspace) -> Path:
    """The HTML report."""
    return workspace.eval_dir / REPORT_HTML


def _references(ctx: Context, source: ModelSource, graph: Graph, samples: Samples) -> _References:
    from mcu_toolkit.host.native import NativeModel
    from mcu_toolkit.host.oracle import Oracle
    from mcu_toolkit.host.tflm import TflmRuntime

    outputs: dict[str, Block] = {}
    absent: dict[str, str] = {}
    ctx.progress("NumPy oracle", 0, 1)
    outputs["oracle"] = join(Oracle(graph).run_all(samples.inputs))
    ctx.progress("TensorFlow Lite Micro", 0, 1)
    try:
        outputs["tflm"] = join(TflmRuntime(source.data).run_all(samples.inputs))
    except ToolMissingError as missing:
        absent["tflm"] = f"{missing.message}; {missing.hint}"
    except ModelError as refused:  # a form that the interpreter does not run; the other two are compared
        absent["tflm"] = f"{refused.message}: {refused.received}"
    ctx.progress("generated C", 0, 1)
    compiled = compile_source(source, HOST)
    try:
        with NativeModel(compiled) as native:
            outputs["c"] = join(native.run_all(samples.inputs))
    except ToolMissingError as missing:
        absent["c"] = f"{missing.message}; {missing.hint}"
    constants = {i for node in graph.nodes for i, tensor in graph.used_inputs(node) if tensor.is_const}
    sizes = ModelSizes(
        file_bytes=len(source.data),
        parameters=sum(graph.tensors[i].elements for i in constants if graph.tensors[i].quant is not None),
        weights_bytes=compiled.report.weights_bytes,
        arena_bytes=compiled.report.arena_bytes,
    )
    return _References(outputs, absent, sizes)


def _external(
    ctx: Context, source: ModelSource, graph: Graph, folder: Path, choice: SampleChoice
) -> tuple[Samples, int]:
    """All images of another folder, preprocessed as in training; and how many of them the network was trained on."""
    card = model_card(source)
    testset = folder_testset(
        ctx,
        folder,
        graph,
        class_names=card.class_names,
        normalization=card.normalization,
        skip_bad=choice.skip_bad,
    )
    known = _training_images(source)
    count = sum(sha256_file(folder / name) in known for name in testset.ids) if known else 0
    if choice.limit is not None:
        testset = testset.subset(choice.limit)
    samples = samples_from(testset, source, graph, float_logits=_float_logits(ctx, source, testset.images))
    return samples, count


def _training_images(source: ModelSource) -> frozenset[str]:
    """SHA-256 of every image that the network was trained on; empty without a run."""
    if source.run_dir is None:
        return frozenset()
    split = read_split(source.run_dir / SPLIT_FILE)
    return frozenset(image.sha256 for image in split.images if image.part != split.held_out)


def _float_logits(ctx: Context, source: ModelSource, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32] | None:
    """Outputs of the run's float network for images without recorded predictions; None without a run."""
    if source.run_dir is None:
        return None
    from mcu_toolkit.train.saved import float_logits

    try:
        return float_logits(source.run_dir, images)
    except McutkError as missing:
        ctx.note(f"without the outputs of the float network: {missing.message}")
        return None


def _write(ctx: Context, record: EvaluationRecord) -> None:
    from mcu_toolkit.report.evaluation.page import evaluation_page as page

    folder = ctx.workspace.eval_dir
    codec.write(folder / REPORT_JSON, record)
    atomic_write(folder / REPORT_HTML, page(record))
    write_manifest(folder, ctx.command, inputs={"model": record.model_sha256})
