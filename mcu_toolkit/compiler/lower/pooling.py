"""What AVERAGE_POOL_2D and MAX_POOL_2D share."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, TensorArg
from mcu_toolkit.compiler.lower.common import params
from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.compiler.site import Isa, Target
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.pooling import prepare


def pool_call(graph: Graph, node: Node, target: Target, kind: str, lanes: int) -> Call:
    """A function of mcutk_pool.h or mcutk_pool_mve.h; it writes in raster order while it reads.

    Args:
        kind: ``average`` or ``max``.
        lanes: channels that the Helium kernel computes at a time.
    """
    source, result = node.inputs[0], node.outputs[0]
    p = prepare(graph, node)
    g = p.geometry
    channels = graph.tensors[source].shape[3]
    fields = params(
        "mcutk_pool",
        in_h=g.in_h,
        in_w=g.in_w,
        channels=channels,
        out_h=g.out_h,
        out_w=g.out_w,
        kernel_h=g.kernel_h,
        kernel_w=g.kernel_w,
        stride_h=g.stride_h,
        stride_w=g.stride_w,
        pad_top=g.pad_top,
        pad_left=g.pad_left,
        act_min=p.act_min,
        act_max=p.act_max,
    )
    outputs = graph.tensors[result].elements
    vector = target.isa is Isa.MVE
    file = "mve/mcutk_pool_mve" if vector else "portable/mcutk_pool"
    function = f"mcutk_{kind}_pool_{'mve' if vector else 's8'}"
    taps = g.kernel_h * g.kernel_w
    groups = g.out_h * g.out_w * -(-channels // lanes)
    return Call(
        invocations=(Invocation(function, (TensorArg(source), TensorArg(result), fields)),),
        sources=(f"{file}.c",),
        headers=(f"{file}.h",),
        overlaps=(Overlap(source, result, raster_slack(g, channels, channels, Reading.BY_CHANNEL)),),
        cost=groups * (60 + 6 * taps) if vector else outputs * (25 + 5 * taps),
    )
