"""``mcutk_model.h``: the bench application's names for a generated model of any prefix."""

from __future__ import annotations

from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.templates import render_firmware

FILE = "mcutk_model.h"


def model_header(compiled: CompiledModel) -> bytes:
    """The header that maps ``MCUTK_MODEL_…`` and ``mcutk_model_…`` to the model's own names."""
    inputs = border_functions("input", len(compiled.graph.inputs))
    outputs = border_functions("output", len(compiled.graph.outputs))
    return render_firmware(
        "mcutk_model.h.j2", prefix=compiled.name, upper=compiled.name.upper(), borders=inputs + outputs
    )


def border_functions(word: str, count: int) -> tuple[str, ...]:
    """Names of the generated functions of all inputs or outputs, without prefix: ``input``, ``input2``, …"""
    return tuple(word if number == 1 else f"{word}{number}" for number in range(1, count + 1))
