"""A bench from the samples to the report: what `bench` and `run` share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mcu_toolkit.boards import Board
from mcu_toolkit.device.types import BenchRun
from mcu_toolkit.errors import McutkError, ModelError, WorkspaceError
from mcu_toolkit.graph.ir import DType, Graph
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.records.state import read_state
from mcu_toolkit.report.bench import BenchData, Layer, Memory, document
from mcu_toolkit.workflow.build import Built, read_built, read_graph
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import Choice, Samples, open_samples
from mcu_toolkit.workspace import Workspace, atomic_write, to_json

REPORT_JSON = "bench.json"
REPORT_HTML = "report.html"
#: Images that the HTML report shows.
SHOWN_IMAGES = 24


@dataclass(frozen=True, eq=False)
class Benched:
    """A finished bench: the document that was written, and where."""

    report: Mapping[str, Any]
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
    report = document(_bench_data(board, built, samples, run, host.astype(np.int8, copy=False), ctx.command))
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


def check_outcome(report: Mapping[str, Any]) -> None:
    """A bench has done its job only if the device gave the host's answer on every sample.

    Raises:
        McutkError: some output differs.
    """
    if report["mismatches"]:
        names = ", ".join(report["mismatching_samples"][:5])
        raise McutkError(
            f"{report['mismatches']} of {report['samples']} outputs of the device differ from the host's",
            expected="the same bytes on every sample",
            received=f"differences on {names}" + (" …" if report["mismatches"] > 5 else ""),
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
    board: Board, built: Built, samples: Samples, run: BenchRun, host: np.ndarray[Any, Any], command: str
) -> BenchData:
    return BenchData(
        board=board.id,
        board_name=board.name,
        runtime=run.device.runtime,
        model_sha256=built.record.model.sha256,
        firmware_sha256=built.record.firmware_sha256,
        ids=samples.ids,
        device=run.outputs,
        host=host,
        output_scale=samples.output_scale,
        output_zero_point=samples.output_zero_point,
        latencies=run.latencies,
        unit=run.unit,
        memory=_memory(built, run),
        link={
            "bytes_sent": run.link.bytes_sent,
            "bytes_received": run.link.bytes_received,
            "retries": run.link.retries,
            "seconds": round(run.link.seconds, 3),
            "reopened": run.link.reopened,
            "overlap": run.device.overlap,
        },
        truth=samples.truth,
        random_seed=samples.random_seed,
        profile=_layers(built, run),
        facts={
            **samples.facts,
            "optimize": built.optimize.value,
            "macs": built.record.macs,
            "model": built.source.path.name,
            "mcutk": built.record.mcutk,
            "command": command,
        },
    )


def _memory(built: Built, run: BenchRun) -> Memory:
    flash, ram = built.record.memory.flash, built.record.memory.ram
    return Memory(
        flash_total=flash.total,
        flash_engine=flash.engine,
        flash_weights=flash.weights,
        flash_other=flash.other,
        flash_limit=flash.limit,
        ram_total=ram.total,
        ram_arena=ram.arena,
        ram_no_overlap=ram.no_overlap,
        ram_static=ram.static,
        ram_stack=ram.stack,
        ram_stack_peak=run.device.stack_peak,
        ram_limit=ram.limit,
        ram_stack_bound=ram.stack_bound,
    )


def _layers(built: Built, run: BenchRun) -> tuple[Layer, ...]:
    known = {layer.index: layer for layer in built.record.layers}
    return tuple(
        Layer(
            index=entry.index,
            name=known[entry.index].operator,
            kernel=known[entry.index].kernel,
            latency=entry.latency,
            macs=known[entry.index].macs,
        )
        for entry in run.profile
    )


def _write(
    ctx: Context,
    board: Board,
    report: Mapping[str, Any],
    samples: Samples,
    run: BenchRun,
) -> str:
    """bench.json, report.html and their manifest; returns the path of the page."""
    from mcu_toolkit.report import html
    from mcu_toolkit.report.gallery import choose

    folder = ctx.workspace.bench_dir(board.id)
    shots = choose(report, samples.ids, samples.images, samples.truth, run.outputs, SHOWN_IMAGES)
    page = html.bench(report, run.latencies, shots)
    atomic_write(folder / REPORT_JSON, to_json(report))
    atomic_write(folder / REPORT_HTML, page)
    write_manifest(
        folder,
        ctx.command,
        inputs={"model": str(report["model_sha256"]), "firmware": str(report["firmware_sha256"])},
    )
    return str(folder / REPORT_HTML)
