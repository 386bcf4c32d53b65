"""Folds shape arithmetic: shapes are static, so what SHAPE gives is known, and RESHAPE need not read its shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcu_toolkit.compiler.passes.edit import Editor
from mcu_toolkit.graph.ir import Graph


def run(graph: Graph) -> Graph:
    """Turn every SHAPE that is not a model output into a constant; let RESHAPE read its data only."""
    editor = Editor(graph)
    for number, node in enumerate(graph.nodes):
        if node.op == "SHAPE" and node.outputs[0] not in graph.outputs:
            editor.freeze(node.outputs[0], np.asarray(graph.tensors[node.inputs[0]].shape))
            editor.drop(number)
        elif node.op == "RESHAPE" and len(node.inputs) > 1:
            editor.put(number, replace(node, inputs=node.inputs[:1]))
    return editor.finish()
