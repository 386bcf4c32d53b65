"""Layer-by-layer verification: the tensors that the oracle expects, and where they lie on the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mcu_toolkit.boards import Board
from mcu_toolkit.errors import DataError, WorkspaceError
from mcu_toolkit.records.verify import TensorMismatch, VerifyRecord
from mcu_toolkit.workflow.bench import require_flashed
from mcu_toolkit.workflow.build import Built, compile_source, read_built, read_graph, target_for
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import Choice, open_samples

if TYPE_CHECKING:
    from mcu_toolkit.compiler.pipeline import Compiled
    from mcu_toolkit.device.types import LayerComparison, LayerMismatch, LayerTensor


def verify_board(ctx: Context, board: Board, port: str | None, choice: Choice, sample: int) -> VerifyRecord:
    """Compare every tensor of one inference on the device with the oracle's.

    Raises:
        WorkspaceError: nothing built or flashed, or by another version of the toolkit.
        LinkError: the board; DataError: there is no such sample.
    """
    from mcu_toolkit.device.compare_layers import compare_layers

    workspace = ctx.workspace
    built = read_built(workspace, board)
    require_flashed(workspace, board, built)
    ctx.progress("compile", 0, 0)
    compiled = compile_source(built.source, target_for(board, built.optimize))
    _require_same_code(built, compiled)
    samples = open_samples(ctx, built.source, read_graph(built.source.data), choice)
    chosen = 0 if choice.random is not None else sample
    if chosen >= len(samples.ids):
        raise DataError(f"there is no test image {sample}", expected=f"0 to {len(samples.ids) - 1}")
    values = np.ascontiguousarray(samples.inputs[chosen : chosen + 1])
    tensors = expected_tensors(compiled, values)
    run = compare_layers(
        board,
        workspace.device_dir(board.id),
        port,
        values.reshape(-1),
        tensors,
        model_sha256=built.record.model.sha256,
    )
    return _record(board, built, run, samples.ids[chosen])


def expected_tensors(compiled: Compiled, sample: np.ndarray[Any, np.dtype[np.int8]]) -> tuple[LayerTensor, ...]:
    """What each step of the generated code leaves in the arena, by the oracle.

    Args:
        compiled: as built for the board.
        sample: int8 [1, *input shape without the batch].
    """
    from mcu_toolkit.device.types import LayerTensor
    from mcu_toolkit.host.oracle import Oracle

    graph, schedule = compiled.graph, compiled.schedule
    known = Oracle(graph).run_steps([sample])
    return tuple(
        LayerTensor(
            step=number,
            name=graph.tensors[index].name,
            offset=schedule.address(compiled.plan, index),
            data=np.ascontiguousarray(known[index][0]).tobytes(),
        )
        for number, step in enumerate(schedule.steps)
        for index in graph.nodes[step.node].outputs
    )


def _require_same_code(built: Built, compiled: Compiled) -> None:
    """Offsets are those of the code on the device only if the same code would be generated now."""
    folder = built.folder / "src"
    for name, content in compiled.files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            raise WorkspaceError(
                f"{path} is not what this version of mcutk generates",
                hint="mcutk build && mcutk flash, then verify again",
            )


def _record(board: Board, built: Built, run: LayerComparison, sample: str) -> VerifyRecord:
    return VerifyRecord(
        board=board.id,
        model_sha256=built.record.model.sha256,
        firmware_sha256=built.record.firmware_sha256,
        sample=sample,
        compared=run.compared,
        mismatch=_mismatch(built, run.mismatch) if run.mismatch is not None else None,
    )


def _mismatch(built: Built, wrong: LayerMismatch) -> TensorMismatch:
    layer = next(layer for layer in built.record.layers if layer.index == wrong.step)
    return TensorMismatch(
        step=wrong.step,
        tensor=wrong.name,
        layer=layer.operator,
        kernel=layer.kernel,
        node=layer.node,
        expected_crc32=wrong.expected_crc32,
        received_crc32=wrong.received_crc32,
    )
