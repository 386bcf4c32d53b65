"""Folds padding nodes (PAD) into the convolutions that read them, whose own padding is the input's zero point too."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.passes.edit import Editor, same_quantization
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.attrs import Padding, Window
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import OPERATORS


def run(graph: Graph) -> Graph:
    """Fold each padding node whose readers all take explicit padding."""
    editor = Editor(graph)
    consumers = graph.consumers()
    for node in graph.nodes:
        pads = _border(graph, node)
        if pads is None or node.outputs[0] in graph.outputs:
            continue
        readers = consumers.get(node.outputs[0], ())
        folded = {number: _fold(graph, graph.nodes[number], node, pads) for number in readers}
        for number, reader in folded.items():
            if reader is not None and None not in folded.values():
                editor.put(number, reader)
    return editor.finish()


def _border(graph: Graph, node: Node) -> tuple[int, int, int, int] | None:
    """(top, bottom, left, right) of a node that pads the rows and columns of an image by the zero point, else None."""
    border = OPERATORS[node.op].border(graph, node)
    if border is None:
        return None
    source, result = graph.tensors[node.inputs[0]], graph.tensors[node.outputs[0]]
    if source.is_const or source.variable or len(source.shape) != 4 or source.quant is None:
        return None
    if not same_quantization(source, result) or border.value != int(source.quant.zero_point[0]):
        return None
    batch, (top, bottom), (left, right), channels = border.amounts
    return (top, bottom, left, right) if batch == channels == (0, 0) else None


def _fold(graph: Graph, reader: Node, pad: Node, pads: tuple[int, int, int, int]) -> Node | None:
    """The reader with the border added to its own padding, or None where that is not the same."""
    kind, attrs = OPERATORS[reader.op], reader.attrs
    if not kind.explicit_padding or not isinstance(attrs, Window):
        return None
    if reader.inputs[0] != pad.outputs[0] or pad.outputs[0] in reader.inputs[1:]:
        return None
    g = kind.window(graph, reader)
    if g is None:
        return None
    own = (g.pad_top, g.pad_bottom, g.pad_left, g.pad_right)
    top, bottom, left, right = (a + b for a, b in zip(own, pads, strict=True))
    reach_h, reach_w = (g.kernel_h - 1) * g.dilation_h + 1, (g.kernel_w - 1) * g.dilation_w + 1
    if max(top, bottom) >= reach_h or max(left, right) >= reach_w:
        return None  # kernels do not handle windows that lie in the border alone
    folded = replace(attrs, padding=Padding.EXPLICIT, pad=(top, bottom, left, right))
    return replace(reader, inputs=(pad.inputs[0], *reader.inputs[1:]), attrs=folded)


PASSES.add("pad", Pass(run, Stage.SIMPLIFY, order=60))
