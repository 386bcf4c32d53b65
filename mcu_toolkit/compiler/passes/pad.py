"""Folds PAD into the convolutions that read it: their own padding is the input's zero point, as PAD's is."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.passes.edit import Editor, same_quantization
from mcu_toolkit.graph.attrs import Conv2D, DepthwiseConv2D, Padding
from mcu_toolkit.graph.geometry import window_geometry
from mcu_toolkit.graph.ir import Graph, Node

#: Position of the weights' (height, width) in their shape is the same for both: axes 1 and 2.
_CONVOLUTIONS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D"})


def run(graph: Graph) -> Graph:
    """Fold each PAD or PADV2 all of whose readers are convolutions."""
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
    """(top, bottom, left, right) of a PAD of image rows and columns by the zero point, else None."""
    if node.op not in {"PAD", "PADV2"}:
        return None
    source, result = graph.tensors[node.inputs[0]], graph.tensors[node.outputs[0]]
    amounts = graph.tensors[node.inputs[1]].data
    if amounts is None or source.is_const or source.variable or len(source.shape) != 4 or source.quant is None:
        return None
    if not same_quantization(source, result):
        return None
    (n0, n1), (top, bottom), (left, right), (c0, c1) = amounts.reshape(4, 2).tolist()
    if n0 or n1 or c0 or c1:
        return None
    if node.op == "PADV2":
        value = graph.tensors[node.inputs[2]].data
        if value is None or int(value.reshape(-1)[0]) != int(source.quant.zero_point[0]):
            return None
    return top, bottom, left, right


def _fold(graph: Graph, reader: Node, pad: Node, pads: tuple[int, int, int, int]) -> Node | None:
    """The reader with the PAD's border added to its own, or None where that is not the same."""
    attrs = reader.attrs
    if reader.op not in _CONVOLUTIONS or not isinstance(attrs, Conv2D | DepthwiseConv2D):
        return None
    if reader.inputs[0] != pad.outputs[0] or pad.outputs[0] in reader.inputs[1:]:
        return None
    image = graph.tensors[pad.outputs[0]].shape[1:3]
    kernel = graph.tensors[reader.inputs[1]].shape[1:3]
    g = window_geometry(
        attrs, (image[0], image[1]), (kernel[0], kernel[1]), dilation=(attrs.dilation_h, attrs.dilation_w)
    )
    own = (g.pad_top, g.pad_bottom, g.pad_left, g.pad_right)
    top, bottom, left, right = (a + b for a, b in zip(own, pads, strict=True))
    reach_h, reach_w = (g.kernel_h - 1) * g.dilation_h + 1, (g.kernel_w - 1) * g.dilation_w + 1
    if max(top, bottom) >= reach_h or max(left, right) >= reach_w:
        return None  # windows that see nothing but border: kernels are not asked to handle them
    folded = replace(attrs, padding=Padding.EXPLICIT, pad=(top, bottom, left, right))
    return replace(reader, inputs=(pad.inputs[0], *reader.inputs[1:]), attrs=folded)
