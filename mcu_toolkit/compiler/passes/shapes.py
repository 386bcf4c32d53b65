"""Folds SHAPE: shapes are static, so its output is known whatever its input holds."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.passes.edit import Editor
from mcu_toolkit.graph.ir import Graph


def run(graph: Graph) -> Graph:
    """Turn every SHAPE that is not a model output into a constant."""
    editor = Editor(graph)
    for number, node in enumerate(graph.nodes):
        if node.op == "SHAPE" and node.outputs[0] not in graph.outputs:
            editor.freeze(node.outputs[0], np.asarray(graph.tensors[node.inputs[0]].shape))
            editor.drop(number)
    return editor.finish()
