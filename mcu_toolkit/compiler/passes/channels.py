"""Exact elimination of dead channels and dead weights.

A channel whose value is constant (all its weights are zero, or the lower and upper bound of its accumulator give the
same output) folds into the biases of the layers that read it; a channel that no node reads is not computed. Operators
that map channels one to one lose the same channels. A constant other than the zero point does not fold into a
convolution with padding, because the padding has another value.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcu_toolkit.compiler.passes.channel_flow import MOST_CHANNELS, Flow, Mask
from mcu_toolkit.compiler.passes.edit import Editor
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.ir import ABSENT, Array, DType, Graph, Node, Quant, Tensor
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.base import Channels


def run(graph: Graph) -> Graph:
    """Remove every channel that is not needed."""
    if sum(tensor.shape[-1] for tensor in graph.tensors if tensor.shape and not tensor.is_const) > MOST_CHANNELS:
        return graph
    flow = Flow(graph)
    kept = {i: mask for i in flow.bounds if (mask := flow.kept(i)) is not None and not mask.all()}
    if not kept:
        return graph
    editor = Editor(graph)
    for index, mask in kept.items():
        tensor = graph.tensors[index]
        editor.tensors[index] = replace(tensor, shape=(*tensor.shape[:-1], int(mask.sum())))
        editor.changed = True
    for number, node in enumerate(graph.nodes):
        if not any(i in kept for i in (*node.inputs, *node.outputs)):
            continue
        channels = flow.channels_of(node)
        if channels is Channels.DENSE:
            editor.put(number, _dense(graph, flow, editor, node))
        elif channels is Channels.DEPTHWISE:
            editor.put(number, _depthwise(graph, flow, editor, node))
        elif OPERATORS[node.op].elementwise > 1:
            editor.put(number, _elementwise(graph, flow, editor, node))
    return editor.finish()


def _mask(graph: Graph, flow: Flow, index: int) -> Mask:
    mask = flow.kept(index)
    return mask if mask is not None else np.ones(graph.tensors[index].shape[-1], np.bool_)


def _dense(graph: Graph, flow: Flow, editor: Editor, node: Node) -> Node:
    """Move constant inputs into the bias, and drop the rows and columns of the weights of removed channels."""
    p = flow.linear(node)
    keep_in, keep_out = _mask(graph, flow, node.inputs[0]), _mask(graph, flow, node.outputs[0])
    weights = p.weights.astype(np.int64).reshape(p.out_c, -1, keep_in.size)
    bias = p.bias.astype(np.int64)
    gone = ~keep_in & flow.foldable(node)
    values = (
        np.where(gone, flow.bounds[node.inputs[0]].low - p.in_zero_point, 0) if gone.any() else np.zeros(keep_in.size)
    )
    bias = bias + (weights.sum(axis=1) * values).sum(axis=1).astype(np.int64)
    inside = flow.inside(node)
    if inside is not None:
        fixed = inside.outputs.constant
        weights = np.where(fixed[:, np.newaxis, np.newaxis], 0, weights)
        bias = np.where(fixed, inside.low, bias)
    shape = graph.tensors[node.inputs[1]].shape
    small = weights[keep_out][:, :, keep_in].reshape(int(keep_out.sum()), *shape[1:-1], -1)
    return _with_constants(graph, editor, node, small, bias[keep_out], keep_out, axis=0)


def _depthwise(graph: Graph, flow: Flow, editor: Editor, node: Node) -> Node:
    p = flow.linear(node)
    keep = _mask(graph, flow, node.outputs[0])
    weights = graph.tensors[node.inputs[1]].data
    assert weights is not None
    return _with_constants(graph, editor, node, weights[..., keep], p.bias[keep], keep, axis=3)


def _with_constants(
    graph: Graph, editor: Editor, node: Node, weights: Array, bias: Array, keep: Mask, axis: int
) -> Node:
    """The node with new weights and bias, and with the quantization of the remaining channels."""
    old = graph.tensors[node.inputs[1]]
    quant = old.quant
    if quant is not None and quant.per_channel:
        quant = Quant(quant.scale[keep], quant.zero_point[keep], axis)
    data = np.ascontiguousarray(weights, np.int8)
    new_weights = _add(editor, replace(old, shape=data.shape, data=data, quant=quant))
    if len(node.inputs) < 3 or node.inputs[2] == ABSENT:
        if not bias.any():
            return replace(node, inputs=(node.inputs[0], new_weights, *node.inputs[2:]))
        held = Tensor(f"{old.name}_bias", (bias.size,), DType.INT32)
    else:
        held = graph.tensors[node.inputs[2]]
    held_quant = held.quant
    if held_quant is not None and held_quant.per_channel:
        held_quant = Quant(held_quant.scale[keep], held_quant.zero_point[keep], 0)
    values = np.ascontiguousarray(bias, np.int32)
    new_bias = _add(editor, replace(held, shape=values.shape, data=values, quant=held_quant))
    return replace(node, inputs=(node.inputs[0], new_weights, new_bias))


def _elementwise(graph: Graph, flow: Flow, editor: Editor, node: Node) -> Node:
    """A constant operand with one value per channel loses the same channels."""
    keep = _mask(graph, flow, node.outputs[0])
    inputs = []
    for index in node.inputs[: OPERATORS[node.op].elementwise]:
        tensor = graph.tensors[index]
        if tensor.data is not None and tensor.shape[-1:] == (keep.size,) and keep.size > 1:
            data = np.ascontiguousarray(tensor.data[..., keep])
            inputs.append(_add(editor, replace(tensor, shape=data.shape, data=data)))
        else:
            inputs.append(index)
    return replace(node, inputs=(*inputs, *node.inputs[len(inputs) :]))


def _add(editor: Editor, tensor: Tensor) -> int:
    editor.tensors.append(tensor)
    return len(editor.tensors) - 1


PASSES.add("channels", Pass(run, Stage.SIMPLIFY, order=80))
