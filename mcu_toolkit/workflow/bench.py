"""A bench from the samples to the report: what `bench` and `run` share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mcu_toolkit.boards import Board
from mcu_toolkit.device.types import BenchRun
from mcu_toolkit.errors import McutkError, ModelError, WorkspaceError
from mcu_toolkit.graph.ir import DType, Graph
from mcu_toolkit.records import codec
from mcu_toolkit.records.bench import BenchRecord, LinkUse
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.records.state import read_state
from mcu_toolkit.report.bench.assemble import BenchData, StepLatency, bench_record
from mcu_toolkit.workflow.build import Built, read_built, read_graph
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import Choice, Samples, open_samples
from mcu_toolkit.workspace import Workspace, atomic_write

REPORT_JSON = "bench.json"
REPORT_HTML = "report.html"
#: Images that the HTML report shows.
SHOWN_IMAGES = 24


@dataclass(frozen=True, eq=False)
class Benched:
    """A finished bench: the record that was written, and the path of its page."""

    report: BenchRecord
    html: str


def bench_board(
    ctx: Context,
    board: Board,
    port: str | None,
    choice: Choice,
    *,
    profile: bool = False,
) -> Benched:
    """Stream the samples, compare every answer with the oracle's, and write bench.json and report.html.

    Raises:
        WorkspaceError: nothing built, or another firmware flashed than was built.
        LinkError: the board; DataError: the images; ModelError: the model cannot be streamed to.
    """
    from mcu_toolkit.device.stream import stream
    from mcu_toolkit.host.oracle import Oracle

    workspace = ctx.workspace
    built = read_built(workspace, board)
    require_flashed(workspace, board, built)
    graph = read_graph(built.source.data)
    _require_int8_output(graph)
    samples = open_samples(ctx, built.source, graph, choice)
    run = stream(
        board,
        workspace.device_dir(board.id),
        port,
        samples.inputs.reshape(len(samples.ids), -1),
        model_sha256=built.record.model.sha256,
        profile=profile,
        progress=ctx.progress,
    )
    ctx.progress("host reference", 0, 1)
    host = Oracle(graph).run(samples.inputs).reshape(len(samples.ids), -1)
    ctx.progress("host reference", 1, 1)
    report = bench_record(_bench_data(ctx, board, built, samples, run, host.astype(np.int8, copy=False)))
    return Benched(report, _write(ctx, board, report, samples, run))


def require_flashed(workspace: Workspace, board: Board, built: Built) -> None:
    """Refuse to bench one firmware by the figures of another.

    Raises:
        WorkspaceError: the board was programmed with another firmware than was built last, or (emulated) not at all.
    """
    flashed = read_state(workspace).flashed.get(board.id)
    hint = f"mcutk flash --board {board.id}"
    if flashed is None and board.is_emulated:
        raise WorkspaceError(f"{board.id} was not flashed yet", hint=hint)
    if flashed is not None and flashed != built.record.firmware_sha256:
        raise WorkspaceError(
            f"{board.id} holds another firmware than was built last",
            expected=built.record.firmware_sha256,
            received=str(flashed),
            hint=hint,
        )


def check_outcome(report: BenchRecord) -> None:
    """A bench has done its job only if the device gave the host's answer on every sample.

    Raises:
        McutkError: some output differs.
    """
    if report.mismatches:
        names = ", ".join((report.mismatching_samples or ())[:5])
        raise McutkError(
            f"{report.mismatches} of {report.samples} outputs of the device differ from the host's",
            expected="the same bytes on every sample",
            received=f"differences on {names}" + (" …" if report.mismatches > 5 else ""),
            hint="mcutk verify names the first layer that differs",
        )


def _require_int8_output(graph: Graph) -> None:
    output = graph.tensors[graph.outputs[0]]
    if output.dtype is not DType.INT8:
        raise ModelError(
            f"the model's output '{output.name}' is {output.dtype.value}",
            expected="int8 in and out",
            hint="convert it with full integer quantization: mcutk convert MODEL --data DIR",
        )


def _bench_data(
    ctx: Context, board: Board, built: Built, samples: Samples, run: BenchRun, host: np.ndarray[Any, np.dtype[np.int8]]
) -> BenchData:
    record, link = built.record, run.link
    ram = replace(record.memory.ram, stack_peak=run.device.stack_peak)
    return BenchData(
        board=board.id,
        board_name=board.name,
        runtime=run.device.runtime,
        model=built.source.path.name,
        model_sha256=record.model.sha256,
        firmware_sha256=record.firmware_sha256,
        ids=samples.ids,
        device=run.outputs,
        host=host,
        output_scale=samples.output_scale,
        output_zero_point=samples.output_zero_point,
        latencies=run.latencies,
        unit=run.unit,
        memory=replace(record.memory, ram=ram),
        link=LinkUse(
            bytes_sent=link.bytes_sent,
            bytes_received=link.bytes_received,
            retries=link.retries,
            seconds=round(link.seconds, 3),
            reopened=link.reopened,
            overlap=run.device.overlap,
        ),
        optimize=record.optimize,
        macs=record.macs,
        mcutk=record.mcutk,
        command=ctx.command,
        truth=samples.truth,
        random_seed=samples.random_seed,
        profile=_steps(built, run) if run.profile else None,
        recipe=samples.recipe,
        synthetic=samples.synthetic,
    )


def _steps(built: Built, run: BenchRun) -> tuple[StepLatency, ...]:
    layers = {layer.index: layer for layer in built.record.layers}
    return tuple(
        StepLatency(
            step.index, layers[step.index].operator, layers[step.index].kernel, step.latency, layers[step.index].macs
        )
        for step in run.profile
    )


def _write(ctx: Context, board: Board, record: BenchRecord, samples: Samples, run: BenchRun) -> str:
    """bench.json, report.html and their manifest; returns the path of the page."""
    from mcu_toolkit.report.bench.gallery import choose
    from mcu_toolkit.report.bench.page import bench_page

    folder = ctx.workspace.bench_dir(board.id)
    shots = choose(
        samples.ids,
        samples.images,
        samples.truth,
        run.outputs,
        SHOWN_IMAGES,
        differing=record.mismatching_samples or (),
    )
    codec.write(folder / REPORT_JSON, record)
    atomic_write(folder / REPORT_HTML, bench_page(record, run.latencies, shots))
    write_manifest(folder, ctx.command, inputs={"model": record.model_sha256, "firmware": record.firmware_sha256})
    return str(folder / REPORT_HTML)
