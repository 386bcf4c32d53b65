"""Estimated cycles of an inference on an emulated board."""

from __future__ import annotations

from dataclasses import dataclass

from mcu_toolkit.errors import LinkError, ToolError
from mcu_toolkit.records.latency import EstimatedCycles
from mcu_toolkit.targets.core import CORES
from mcu_toolkit.workflow.built import Built
from mcu_toolkit.workflow.context import Context


@dataclass(frozen=True)
class Cycles:
    """Estimates of one inference.

    Attributes:
        inference: the whole inference; None where it could not be estimated.
        steps: each layer, where they were asked for.
        missing: why there is no estimate; None on a chip, which counts its cycles itself.
    """

    inference: EstimatedCycles | None = None
    steps: tuple[int, ...] = ()
    missing: str | None = None


def estimate_cycles(ctx: Context, built: Built, sample: bytes, *, steps: bool, wait_states: int) -> Cycles:
    """Run one input again with the emulator's plugin that counts, and apply the cost table of the board's core.

    A machine without a C compiler cannot build the plugin; the reason is returned then, because a bench is complete
    without estimates.

    Args:
        ctx: project folder and progress.
        built: what the board runs.
        sample: bytes of the inputs.
        steps: also estimate every layer.
        wait_states: of flash, see `device.counting.estimate.estimate`.
    """
    from mcu_toolkit.device.counting.run import count

    board = built.board
    if not board.is_emulated:
        return Cycles()
    core = CORES.get(board.core.cpu)
    if core is None:
        return Cycles(missing=f"there is no cost table of {board.core.cpu}")
    ctx.progress("estimated cycles", 0, 1)
    workspace = ctx.workspace
    try:
        counted = count(board, workspace.device_dir(board.id), sample, cache=workspace.cache_dir("plugin"), steps=steps)
        whole = counted.estimate(core, wait_states)
        layers = counted.step_estimates(core, wait_states)
    except (ToolError, LinkError) as bad:
        return Cycles(missing=str(bad))
    ctx.progress("estimated cycles", 1, 1)
    inference = EstimatedCycles(
        core=core.id,
        median=whole.cycles,
        wait_states=wait_states,
        instructions=whole.instructions,
        taken_branches=whole.taken,
        flash_accesses=whole.flash_accesses,
        flash_lines=whole.flash_lines,
        classes=whole.classes,
    )
    return Cycles(inference, tuple(layer.cycles for layer in layers))
