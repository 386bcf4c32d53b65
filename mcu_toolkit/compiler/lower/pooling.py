"""What AVERAGE_POOL_2D and MAX_POOL_2D share."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, TensorArg
from mcu_toolkit.compiler.lower.common import params
from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.pooling import prepare
from mcu_toolkit.targets.isa import DSP, MVE, PORTABLE
from mcu_toolkit.targets.target import Target

#: File and suffix of the functions.
_FILES = {
    PORTABLE: ("portable/mcutk_pool", "s8"),
    DSP: ("dsp/mcutk_pool_dsp", "dsp"),
    MVE: ("mve/mcutk_pool_mve", "mve"),
}


def pool_call(graph: Graph, node: Node, target: Target, kind: str, lanes: int) -> Call:
    """A function of mcutk_pool.h, or of its DSP or Helium form; it writes in raster order while it reads.

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
    file, suffix = _FILES[target.isa]
    taps = g.kernel_h * g.kernel_w
    pixels = g.out_h * g.out_w
    costs = {
        PORTABLE: outputs * (25 + 5 * taps),
        DSP: pixels * (60 + -(-channels // 4) * (60 + 12 * g.kernel_h + 6 * taps)),
        MVE: pixels * -(-channels // lanes) * (60 + 6 * taps),
    }
    return Call(
        invocations=(Invocation(f"mcutk_{kind}_pool_{suffix}", (TensorArg(source), TensorArg(result), fields)),),
        sources=(f"{file}.c",),
        headers=(f"{file}.h",),
        overlaps=(Overlap(source, result, raster_slack(g, channels, channels, Reading.BY_CHANNEL)),),
        cost=costs[target.isa],
    )
