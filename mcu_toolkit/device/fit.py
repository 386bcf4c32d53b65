"""Whether an image fits its board: flash, RAM and stack; the errors name need, limit and the largest symbols."""

from __future__ import annotations

from mcu_toolkit.boards import Board
from mcu_toolkit.device.footprint import Footprint
from mcu_toolkit.errors import FitError

#: Bytes of stack for everything but the model: frames of the application, and one interrupt on top of them, saved
#: registers included.
STACK_BESIDE_MODEL = 384


def stack_need(model: int | None) -> int | None:
    """Bytes of stack that an image can need at most; None where the model has no bound."""
    return None if model is None else model + STACK_BESIDE_MODEL


def check_stack(board: Board, model: int | None) -> None:
    """Refuse a model that needs more stack than the board reserves.

    Args:
        model: bound on the stack of one inference in bytes; None where there is no bound, which passes.

    Raises:
        FitError: the reserved stack is too small.
    """
    need = stack_need(model)
    if model is not None and need is not None and need > board.memory.stack_bytes:
        raise FitError(
            f"the stack of {board.id} is too small for the model",
            expected=f"at least {need:,} bytes: {model:,} for the model, {STACK_BESIDE_MODEL} for the application",
            received=f"memory.stack_bytes = {board.memory.stack_bytes:,}",
            hint="raise it in the board's descriptor",
        )


def unfit(board: Board, footprint: Footprint) -> FitError:
    """The error for an image that the linker could not place in the board's memory."""
    memory = board.memory
    problems, regions = [], set()
    for what, need, limit in (
        ("flash", footprint.flash, memory.flash_bytes),
        ("RAM", footprint.ram, memory.ram_bytes),
    ):
        if need > limit:
            problems.append(f"{need:,} bytes of {what} where there are {limit:,}")
            regions |= {what.lower(), "both"}
    largest = [item for item in footprint.contributors if item.region in regions][:8]
    rows = "\n".join(f"    {item.bytes:>10,}  {item.region:<5}  {item.part:<7}  {item.name}" for item in largest)
    return FitError(
        f"the model does not fit on {board.id}: it needs {' and '.join(problems)}; the largest parts are\n{rows}",
        expected=f"at most {memory.flash_bytes:,} bytes of flash and {memory.ram_bytes:,} of RAM",
        received=f"{footprint.flash:,} bytes of flash and {footprint.ram:,} of RAM",
        hint=("mcutk build --optimize ram, " if "ram" in regions else "")
        + "a smaller student, or a larger board (mcutk boards)",
    )
