"""Run a model layer by layer on a board and compare every tensor with the oracle's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mcu_toolkit.errors import DataError, McutkError, WorkspaceError
from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.ir import Array
from mcu_toolkit.records.verify import TensorMismatch, VerifyRecord
from mcu_toolkit.workflow.built import Built, read_built, require_flashed
from mcu_toolkit.workflow.compiled import compile_source, read_graph
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import SampleChoice, open_samples
from mcu_toolkit.workflow.sources import pick_board, pick_port

if TYPE_CHECKING:
    from mcu_toolkit.compiler.pipeline import Compiled
    from mcu_toolkit.device.types import LayerMismatch, LayerTensor


@dataclass(frozen=True)
class VerifyOptions:
    """Arguments of a verification.

    Attributes:
        board: id, or path of a board descriptor; by default the board flashed last.
        port: serial port; by default the project's; not needed by emulated boards.
        data: the folder that the model was trained on, where it has moved; or images for a model file.
        sample: number of the test image.
        random_seed: seed of a random input to use instead of an image.
        names: name the sample by its file instead of its number.
    """

    board: str | None = None
    port: str | None = None
    data: Path | None = None
    sample: int = 0
    random_seed: int | None = None
    names: bool = False

    @property
    def choice(self) -> SampleChoice:
        """The inputs that the sample is taken from."""
        if self.random_seed is None:
            return SampleChoice(self.data)
        return SampleChoice(random=1, seed=self.random_seed)


def verify(ctx: Context, options: VerifyOptions) -> VerifyRecord:
    """Compare every tensor of one inference on the device with the oracle's, up to the first that differs.

    Returns:
        The record; `require_equal` refuses one with a mismatch.

    Raises:
        WorkspaceError: nothing was built or flashed, or by another version of the toolkit.
        LinkError: the board; DataError: there is no such sample.
    """
    from mcu_toolkit.device.compare_layers import compare_layers
    from mcu_toolkit.device.connect import patience_for

    workspace = ctx.workspace
    board = pick_board(ctx, options.board, last=("flash", "build")).board
    built = read_built(workspace, board)
    require_flashed(workspace, built)
    ctx.progress("compile", 0, 0)
    compiled = compile_source(built.source, built.target, name=built.record.name)
    _require_same_code(built, compiled)
    samples = open_samples(ctx, built.source, read_graph(built.source), options.choice)
    chosen = 0 if options.random_seed is not None else options.sample
    if chosen >= len(samples.ids):
        raise DataError(f"there is no test image {chosen}", expected=f"0 to {len(samples.ids) - 1}")
    values = [array[chosen : chosen + 1] for array in samples.inputs]
    run = compare_layers(
        board,
        workspace.device_dir(board.id),
        pick_port(workspace, board, options.port),
        join(values).tobytes(),
        expected_tensors(compiled, values),
        firmware=built.record.firmware_id,
        progress=ctx.progress,
        patience=patience_for(board, sum(layer.cost for layer in built.record.layers)),
    )
    return VerifyRecord(
        board=board.id,
        model_sha256=built.record.model.sha256,
        firmware_sha256=built.record.firmware_sha256,
        sample=samples.names(real=options.names)[chosen],
        compared=run.compared,
        mismatch=_mismatch(built, run.mismatch) if run.mismatch is not None else None,
    )


def require_equal(record: VerifyRecord) -> None:
    """Fail where a tensor of the device differs from the host's.

    Raises:
        McutkError: it names the layer and the tensor.
    """
    wrong = record.mismatch
    if wrong is not None:
        raise McutkError(
            f"step {wrong.step} ({wrong.layer}, {wrong.kernel}) differs from the host's reference",
            expected=f"CRC-32 {wrong.expected_crc32} of tensor {wrong.tensor}",
            received=f"CRC-32 {wrong.received_crc32}; the {record.compared - 1} tensors before it agree",
            hint="flash again; if the mismatch remains, report it with the model and this text",
        )


def expected_tensors(compiled: Compiled, sample: Sequence[Array]) -> tuple[LayerTensor, ...]:
    """The tensor that each step of the generated code leaves in the arena, by the oracle.

    Args:
        compiled: as built for the board.
        sample: one array [1, *shape without the batch] per input of the model.
    """
    from mcu_toolkit.device.types import LayerTensor
    from mcu_toolkit.host.oracle import Oracle

    graph, schedule = compiled.graph, compiled.schedule
    known = Oracle(graph).run_steps(sample)
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
    """The offsets are those of the code on the device only if the same code would be generated now."""
    folder = built.folder / "src"
    for name, content in compiled.files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            raise WorkspaceError(
                f"{path} is not what this version of mcutk generates",
                hint="mcutk build && mcutk flash, then verify again",
            )


def _mismatch(built: Built, found: LayerMismatch) -> TensorMismatch:
    layer = next(each for each in built.record.layers if each.index == found.step)
    return TensorMismatch(
        step=found.step,
        tensor=found.name,
        layer=layer.operator,
        kernel=layer.kernel,
        node=layer.node,
        expected_crc32=found.expected_crc32,
        received_crc32=found.received_crc32,
    )
