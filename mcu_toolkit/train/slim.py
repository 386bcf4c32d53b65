"""Shorter .tflite files with the same numbers: tensor names cut to their layer, converter's metadata dropped.

TensorFlow's converter names a tensor after all scopes that it was fused from (hundreds of bytes each). The short names
are those that a reader of the generated C needs: ``block0_dw``, ``block0_dw_weights``, ``block0_dw_bias``.
"""

from __future__ import annotations

import re
from typing import Any

from mcu_toolkit.train.backend import backend

_IDENTIFIER = b"TFL3"
#: Inputs of an operator that are weights and bias, in this order.
_SLOTS = {1: "_weights", 2: "_bias"}


def slim(content: bytes) -> bytes:
    """The same model with short names and no metadata; operators, shapes, quantization and buffers are untouched."""
    backend()
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    graph = model.subgraphs[0]
    names = _names(graph)
    for index, tensor in enumerate(graph.tensors):
        tensor.name = names[index]
    graph.name = b"main"
    model.description = b"mcutk"
    model.metadata, model.signatureDefs, model.metadataBuffer = None, None, None
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def _names(graph: Any) -> list[str]:
    """A short name for each tensor, all different."""
    wanted = [_layer(_text(tensor.name)) for tensor in graph.tensors]
    for operator in graph.operators:
        outputs = [int(i) for i in operator.outputs]
        for slot, suffix in _SLOTS.items():
            index = int(operator.inputs[slot]) if slot < len(operator.inputs) else -1
            if index >= 0 and graph.tensors[index].buffer and _is_constant(graph, index):
                wanted[index] = wanted[outputs[0]] + suffix
    for index in graph.inputs:
        wanted[int(index)] = "image"
    seen: dict[str, int] = {}
    result = []
    for name in wanted:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result


def _is_constant(graph: Any, index: int) -> bool:
    produced = {int(i) for operator in graph.operators for i in operator.outputs}
    return index not in produced and index not in {int(i) for i in graph.inputs}


def _text(name: Any) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)


def _layer(name: str) -> str:
    """``model_1/quant_block0_dw/Relu;…`` → ``block0_dw``."""
    parts = [part for part in re.split(r"[/;:]", name.split(";", maxsplit=1)[0]) if part]
    scopes = [part for part in parts if part.startswith("quant_")]
    if scopes:
        return scopes[0].removeprefix("quant_")
    if len(parts) > 1 and re.fullmatch(r"model(_\d+)?", parts[0]):
        return parts[1]
    return re.sub(r"\W+", "_", parts[-1]) if parts else "tensor"
