"""Stream samples to a board, compare every output with the oracle's, and report accuracy and latency."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from mcu_toolkit.device.types import BenchRun
from mcu_toolkit.errors import ConfigError, McutkError, ModelError, ToolMissingError
from mcu_toolkit.graph.block import Block, join
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.records import codec
from mcu_toolkit.records.bench import BenchRecord, LinkUse, StreamCheck
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.records.memory import Memory
from mcu_toolkit.report.bench.assemble import BenchData, StepLatency, bench_record
from mcu_toolkit.report.outputs import mismatching, predictions
from mcu_toolkit.workflow.built import Built, read_built, require_flashed
from mcu_toolkit.workflow.compiled import read_graph
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.cycles import Cycles, estimate_cycles
from mcu_toolkit.workflow.samples import SampleChoice, Samples, open_samples
from mcu_toolkit.workflow.sources import pick_board, pick_port
from mcu_toolkit.workspace import Workspace, atomic_dir, atomic_write

REPORT_JSON = "bench.json"
REPORT_HTML = "report.html"
#: Images that the HTML report shows.
SHOWN_IMAGES = 24


@dataclass(frozen=True)
class BenchOptions:
    """Arguments of a bench.

    Attributes:
        board: id, or path of a board descriptor; by default the board flashed last.
        port: serial port; by default the project's; not needed by emulated boards.
        samples: the inputs.
        profile: also measure every layer.
        stream: the samples are a sequence: the model's variables are reset before the first only.
        wait_states: of flash, assumed for estimated cycles; 0 stands for a cache.
        images: show some images in report.html, which then only its owner can read.
        names: name samples by their files instead of their numbers.
    """

    board: str | None = None
    port: str | None = None
    samples: SampleChoice = field(default_factory=SampleChoice)
    profile: bool = False
    stream: bool = False
    wait_states: int = 0
    images: bool = False
    names: bool = False


def bench(ctx: Context, options: BenchOptions) -> BenchRecord:
    """Run every sample on the board and write ``bench.json`` and ``report.html``.

    Returns:
        The record, whether or not outputs differ; `require_no_mismatches` refuses one with mismatches.

    Raises:
        WorkspaceError: nothing was built, or another firmware was flashed than was built.
        LinkError: the board; DataError: the images; ConfigError: `stream` for a model without variables.
    """
    from mcu_toolkit.device.connect import patience_for
    from mcu_toolkit.device.stream import stream
    from mcu_toolkit.host.oracle import Oracle

    workspace = ctx.workspace
    board = pick_board(ctx, options.board, last=("flash", "build")).board
    built = read_built(workspace, board)
    require_flashed(workspace, built)
    graph = read_graph(built.source)
    if options.stream:
        _require_variables(graph)
    samples = open_samples(ctx, built.source, graph, options.samples)
    run = stream(
        board,
        workspace.device_dir(board.id),
        pick_port(workspace, board, options.port),
        samples.block,
        firmware=built.record.firmware_id,
        keep_variables=options.stream,
        profile=options.profile,
        progress=ctx.progress,
        patience=patience_for(board, sum(layer.cost for layer in built.record.layers)),
    )
    ctx.progress("host reference", 0, 1)
    host = join(Oracle(graph).run_all(samples.inputs, keep_state=options.stream))
    checked = _stream_check(ctx, built, samples, run.outputs) if options.stream else None
    ctx.progress("host reference", 1, 1)
    cycles = _cycles(ctx, built, samples, run, options)
    names = samples.names(real=options.names)
    data = _data(ctx, built, graph, samples, names, run, host, checked, cycles)
    record = bench_record(data)
    _write(ctx, record, samples, data, images=options.images)
    return record


def require_no_mismatches(record: BenchRecord) -> None:
    """Fail where an output of the device differs from the host's, or from TensorFlow Lite Micro's in a sequence.

    Raises:
        McutkError: it names the first samples that differ.
    """
    if record.stream is not None and record.stream.tflm_mismatches and not record.mismatches:
        raise McutkError(
            f"{record.stream.tflm_mismatches} of {record.samples} outputs differ from TensorFlow Lite Micro's",
            expected="the same bytes at every step of the sequence",
            received="outputs of the device that equal the oracle's",
            hint="this is a defect of mcutk: please report it with the model",
        )
    if record.mismatches:
        names = ", ".join((record.mismatching_samples or ())[:5])
        raise McutkError(
            f"{record.mismatches} of {record.samples} outputs of the device differ from the host's",
            expected="the same bytes on every sample",
            received=f"differences on {names}" + (" …" if record.mismatches > 5 else ""),
            hint="mcutk verify names the first layer that differs",
        )


def bench_page(workspace: Workspace, board: str) -> Path:
    """The HTML report of a board."""
    return workspace.bench_dir(board) / REPORT_HTML


def _require_variables(graph: Graph) -> None:
    if not any(tensor.variable for tensor in graph.tensors):
        raise ConfigError(
            "--stream is for models that keep variables between calls, and this model has none",
            expected="SVDF, UNIDIRECTIONAL_SEQUENCE_LSTM or ASSIGN_VARIABLE",
            hint="the same command without --stream",
        )


def _stream_check(ctx: Context, built: Built, samples: Samples, device: Block) -> StreamCheck:
    """Compare a sequence with TensorFlow Lite Micro's interpreter, which keeps its variables too."""
    from mcu_toolkit.host.tflm import TflmRuntime

    try:
        tflm = join(TflmRuntime(built.source.data).run_all(samples.inputs, keep_state=True))
    except ToolMissingError as missing:
        ctx.note(f"not compared with TensorFlow Lite Micro: {missing.message}; {missing.hint}")
        return StreamCheck(None)
    except ModelError as refused:
        ctx.note(f"not compared with TensorFlow Lite Micro, which refuses the model: {refused.received}")
        return StreamCheck(None)
    return StreamCheck(len(mismatching(device, tflm)))


def _cycles(ctx: Context, built: Built, samples: Samples, run: BenchRun, options: BenchOptions) -> Cycles:
    """Estimated cycles of the sample with the median latency."""
    count = len(run.latencies)
    if not count:
        return Cycles()
    middle = int(run.latencies.argsort(kind="stable")[(count - 1) // 2])
    sample = samples.block[middle].tobytes()
    return estimate_cycles(ctx, built, sample, steps=options.profile, wait_states=options.wait_states)


def _data(
    ctx: Context,
    built: Built,
    graph: Graph,
    samples: Samples,
    names: tuple[str, ...],
    run: BenchRun,
    host: Block,
    checked: StreamCheck | None,
    cycles: Cycles,
) -> BenchData:
    record = built.record
    return BenchData(
        board=built.board.id,
        board_name=built.board.name,
        runtime=run.device.runtime,
        model=built.source.path.name,
        model_sha256=record.model.sha256,
        firmware_sha256=record.firmware_sha256,
        build_sha256=run.device.build_sha256,
        ids=names,
        device=run.outputs,
        host=host,
        output=graph.tensors[graph.outputs[0]],
        latencies=run.latencies,
        unit=run.unit,
        memory=_memory(record.memory, run),
        link=LinkUse(
            bytes_sent=run.link.bytes_sent,
            bytes_received=run.link.bytes_received,
            retries=run.link.retries,
            seconds=round(run.link.seconds, 3),
            reopened=run.link.reopened,
            overlap=run.device.overlap,
        ),
        optimize=record.optimize,
        macs=record.macs,
        mcutk=record.mcutk,
        command=ctx.command,
        truth=samples.truth,
        random_seed=samples.random_seed,
        profile=_profile(built, run, cycles) if run.profile else None,
        estimated_cycles=cycles.inference,
        estimate_missing=cycles.missing,
        recipe=samples.recipe,
        synthetic=samples.synthetic,
        stream=checked,
    )


def _memory(memory: Memory, run: BenchRun) -> Memory:
    """Memory of the image with the high-water mark of the stack on the device."""
    return replace(memory, ram=replace(memory.ram, stack_peak=run.device.stack_peak))


def _profile(built: Built, run: BenchRun, cycles: Cycles) -> tuple[StepLatency, ...]:
    layers = {layer.index: layer for layer in built.record.layers}
    return tuple(
        StepLatency(
            index=entry.index,
            layer=layers[entry.index].operator,
            kernel=layers[entry.index].kernel,
            latency=entry.latency,
            macs=layers[entry.index].macs,
            estimated_cycles=cycles.steps[entry.index] if cycles.steps else None,
        )
        for entry in run.profile
    )


def _write(ctx: Context, record: BenchRecord, samples: Samples, data: BenchData, *, images: bool) -> None:
    """bench.json, report.html and their manifest, all at once; a statement about the report before goes with it."""
    from mcu_toolkit.report.bench.gallery import Shot, choose
    from mcu_toolkit.report.bench.page import bench_page as page

    folder = ctx.workspace.bench_dir(record.board)
    shots: tuple[Shot, ...] = ()
    if images and samples.images is not None and samples.truth is not None:
        predicted = predictions(data.output, data.device, len(samples.truth.class_names))
        differing = record.mismatching_samples or ()
        shots = choose(data.ids, samples.images, samples.truth, predicted, SHOWN_IMAGES, differing=differing)
    inputs = {"model": record.model_sha256, "firmware": record.firmware_sha256}
    with atomic_dir(folder) as staging:
        codec.write(staging / REPORT_JSON, record)
        atomic_write(staging / REPORT_HTML, page(record, data.latencies, shots), private=bool(shots))
        write_manifest(staging, ctx.command, inputs=inputs)
