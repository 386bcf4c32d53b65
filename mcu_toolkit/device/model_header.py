"""``mcutk_model.h``: a generated model of any prefix under the names that the bench application uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcu_toolkit import wire
from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.graph.ir import Tensor
from mcu_toolkit.templates import c_bytes, render_firmware
from mcu_toolkit.wire import TensorInfo

FILE = "mcutk_model.h"


def model_header(compiled: CompiledModel) -> bytes:
    """The header: names of the model's functions, its hash, and its inputs and outputs for the HELLO_REPLY."""
    graph = compiled.graph
    inputs, outputs = ([graph.tensors[i] for i in side] for side in (graph.inputs, graph.outputs))
    infos = tuple(tuple(tensor_info(tensor) for tensor in side) for side in (inputs, outputs))
    return render_firmware(
        "mcutk_model.h.j2",
        prefix=compiled.name,
        upper=compiled.name.upper(),
        sha256=c_bytes(bytes.fromhex(graph.sha256)),
        tensors=[
            {"comment": "number of inputs, number of outputs", "lines": c_bytes(bytes(map(len, infos)))},
            *(_described("input", number, info) for number, info in enumerate(infos[0], 1)),
            *(_described("output", number, info) for number, info in enumerate(infos[1], 1)),
        ],
        sides=(_side("input", inputs, "uint8_t *"), _side("output", outputs, "const uint8_t *")),
    )


def tensor_info(tensor: Tensor) -> TensorInfo:
    """An input or output as the HELLO_REPLY describes it."""
    return TensorInfo(tensor.dtype.value, tensor.bytes, *tensor.border_quant, tensor.shape)


def _described(word: str, number: int, info: TensorInfo) -> dict[str, Any]:
    shape = "x".join(map(str, info.shape)) or "scalar"
    quant = f", scale {info.scale!r}, zero point {info.zero_point}" if info.dtype != "float32" else ""
    return {"comment": f"{word} {number}: {info.dtype} {shape}{quant}", "lines": c_bytes(wire.build_tensor(info))}


def _side(word: str, tensors: Sequence[Tensor], pointer: str) -> dict[str, Any]:
    """Inputs or outputs for the template."""
    functions = [word if number == 1 else f"{word}{number}" for number in range(1, len(tensors) + 1)]
    return {
        "name": word.upper(),
        "title": f"{word.capitalize()}s",
        "pointer": pointer,
        "parts": [{"function": f, "bytes": t.bytes} for f, t in zip(functions, tensors, strict=True)],
        "bytes": sum(tensor.bytes for tensor in tensors),
    }
