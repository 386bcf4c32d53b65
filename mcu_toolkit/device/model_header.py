"""``mcutk_model.h``: a generated model of any prefix under the names that the bench application uses."""

from __future__ import annotations

import struct
from typing import Any

from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.graph.ir import Tensor
from mcu_toolkit.templates import c_bytes, render_firmware

FILE = "mcutk_model.h"


def model_header(compiled: CompiledModel) -> bytes:
    """The header: names of the model's functions, its hash, and its inputs and outputs for the HELLO_REPLY."""
    graph = compiled.graph
    return render_firmware(
        "mcutk_model.h.j2",
        prefix=compiled.name,
        upper=compiled.name.upper(),
        sha256=c_bytes(bytes.fromhex(graph.sha256)),
        sides=(
            _side("input", [graph.tensors[i] for i in graph.inputs], "uint8_t *"),
            _side("output", [graph.tensors[i] for i in graph.outputs], "const uint8_t *"),
        ),
    )


def _side(word: str, tensors: list[Tensor], pointer: str) -> dict[str, Any]:
    """Inputs or outputs for the template: several are one block of bytes with the quantization of the first."""
    scale, zero_point = tensors[0].border_quant
    (bits,) = struct.unpack("<I", struct.pack("<f", scale))
    total = sum(tensor.bytes for tensor in tensors)
    shape = (tensors[0].shape or (1,)) if len(tensors) == 1 else (total,)
    functions = [word if number == 1 else f"{word}{number}" for number in range(1, len(tensors) + 1)]
    return {
        "name": word.upper(),
        "title": f"{word.capitalize()}s",
        "pointer": pointer,
        "parts": [{"function": f, "bytes": t.bytes} for f, t in zip(functions, tensors, strict=True)],
        "bytes": total,
        "scale_bits": f"0x{bits:08x}",
        "scale": repr(scale),
        "zero_point": zero_point,
        "rank": len(shape),
        "shape": "{" + ", ".join(f"{dim}u" for dim in shape) + "}",
    }
