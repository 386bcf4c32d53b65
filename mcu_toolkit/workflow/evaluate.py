"""An evaluation on this machine: three references over the same samples, and the statistics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.split import read_split
from mcu_toolkit.errors import McutkError, ToolMissingError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.recipe import Recipe, load, shipped
from mcu_toolkit.records.codec import write
from mcu_toolkit.records.evaluation import EvaluationRecord, ModelSizes
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.report.evaluation.assemble import EvaluationData, evaluation_record
from mcu_toolkit.workflow.build import HOST_TARGET, compile_source, read_graph
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import Choice, Samples, folder_testset, open_samples, samples_from
from mcu_toolkit.workflow.sources import SHIPPED_RECIPE, ModelSource
from mcu_toolkit.workspace import atomic_write, sha256_file

REPORT_JSON = "eval.json"
REPORT_HTML = "report.html"


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A finished evaluation: the record that was written, and the path of its page."""

    report: EvaluationRecord
    html: str


def evaluate(
    ctx: Context,
    source: ModelSource,
    choice: Choice,
    *,
    external: Path | None = None,
    margin: float = 0.02,
    sweep: bool = False,
) -> Evaluated:
    """Run the references, compare them, and write eval.json and report.html.

    Raises:
        DataError: the images; ModelError: the model; ToolError: the host's C compiler failed.
    """
    graph = read_graph(source.data)
    also_in_training = None
    if external is None:
        samples = open_samples(ctx, source, graph, choice)
    else:
        samples, also_in_training = _external(ctx, source, graph, external, choice)
    outputs, absent, sizes = _references(ctx, source, graph, samples)
    report = evaluation_record(
        EvaluationData(
            model=source.path.name,
            model_sha256=source.sha256,
            ids=samples.ids,
            outputs=outputs,
            absent=absent,
            output_scale=samples.output_scale,
            output_zero_point=samples.output_zero_point,
            sizes=sizes,
            truth=samples.truth,
            float_logits=samples.float_logits,
            margin=margin,
            sweep=sweep,
            random_seed=samples.random_seed,
            recipe=samples.recipe,
            synthetic=samples.synthetic,
            external=str(external) if external is not None else None,
            also_in_training=also_in_training,
            command=ctx.command,
        )
    )
    return Evaluated(report, _write(ctx, report))


def check_agreement(report: EvaluationRecord) -> None:
    """An evaluation has done its job only if the references agree.

    Raises:
        McutkError: two of them differ on some sample.
    """
    wrong = {pair: count for pair, count in report.mismatches.items() if count}
    if wrong:
        raise McutkError(
            "the references on this machine differ",
            expected="the same bytes on every sample",
            received=", ".join(f"{pair}: {count} of {report.samples}" for pair, count in wrong.items()),
            hint="this is a defect of mcutk: please report it with the model",
        )


def _references(
    ctx: Context, source: ModelSource, graph: Graph, samples: Samples
) -> tuple[dict[str, npt.NDArray[np.int8]], dict[str, str], ModelSizes]:
    """Outputs of each reference that can run here, why others cannot, and sizes."""
    from mcu_toolkit.host.native import NativeModel
    from mcu_toolkit.host.oracle import Oracle
    from mcu_toolkit.host.tflm import TflmRuntime

    count = len(samples.ids)
    outputs: dict[str, npt.NDArray[np.int8]] = {}
    absent: dict[str, str] = {}
    ctx.progress("NumPy oracle", 0, 1)
    outputs["oracle"] = Oracle(graph).run(samples.inputs).reshape(count, -1).astype(np.int8, copy=False)
    ctx.progress("TensorFlow Lite Micro", 0, 1)
    try:
        outputs["tflm"] = TflmRuntime(source.data).run(samples.inputs).reshape(count, -1).astype(np.int8, copy=False)
    except ToolMissingError as lacking:
        absent["tflm"] = f"{lacking.message}; {lacking.hint}"
    ctx.progress("generated C", 0, 1)
    compiled = compile_source(source, HOST_TARGET)
    try:
        with NativeModel(compiled) as native:
            outputs["c"] = native.run(samples.inputs).reshape(count, -1).astype(np.int8, copy=False)
    except ToolMissingError as lacking:
        absent["c"] = f"{lacking.message}; {lacking.hint}"
    constants = {i for node in graph.nodes for i, tensor in graph.used_inputs(node) if tensor.is_const}
    sizes = ModelSizes(
        file_bytes=len(source.data),
        parameters=sum(graph.tensors[i].elements for i in constants if graph.tensors[i].quant is not None),
        weights_bytes=compiled.report.weights_bytes,
        arena_bytes=compiled.report.arena_bytes,
    )
    return outputs, absent, sizes


def _external(ctx: Context, source: ModelSource, graph: Graph, folder: Path, choice: Choice) -> tuple[Samples, int]:
    """All images of another folder, and how many of them are equal to a training image."""
    recipe, classes, known = _training(source)
    testset = folder_testset(
        ctx,
        folder,
        graph,
        class_names=classes,
        normalization=recipe.input.normalization if recipe is not None else "unit",
        skip_bad=choice.skip_bad,
    )
    seen = sum(sha256_file(folder / name) in known for name in testset.ids) if known else 0
    if choice.limit is not None:
        testset = testset.subset(choice.limit)
    samples = samples_from(testset, source, graph, float_logits=_float_logits(ctx, source, testset.images))
    return samples, seen


def _float_logits(ctx: Context, source: ModelSource, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32] | None:
    """What the run's float network says about images that it has no recorded predictions of; None without a run."""
    if source.run_dir is None:
        return None
    from mcu_toolkit.train.saved import float_logits

    try:
        return float_logits(source.run_dir, images)
    except McutkError as lacking:
        ctx.note(f"without the float network's answers: {lacking.message}")
        return None


def _training(source: ModelSource) -> tuple[Recipe | None, tuple[str, ...], frozenset[str]]:
    """Recipe, classes in the order of the outputs, and SHA-256 of every image that the network learned from."""
    if source.run_dir is not None:
        split = read_split(source.run_dir / SPLIT_FILE)
        learned = frozenset(image.sha256 for image in split.images if image.part != split.held_out)
        return load(source.run_dir / "recipe.toml"), tuple(split.classes), learned
    if source.kind == "shipped":
        recipe = load(shipped()[SHIPPED_RECIPE])
        from mcu_toolkit.data.phantom import CLASSES

        return recipe, tuple(CLASSES), frozenset()
    return None, (), frozenset()


def _write(ctx: Context, report: EvaluationRecord) -> str:
    from mcu_toolkit.report.evaluation.page import evaluation_page

    folder = ctx.workspace.eval_dir
    write(folder / REPORT_JSON, report)
    atomic_write(folder / REPORT_HTML, evaluation_page(report))
    write_manifest(folder, ctx.command, inputs={"model": report.model_sha256})
    return str(folder / REPORT_HTML)
