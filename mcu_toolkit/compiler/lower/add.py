"""ADD, and SUB, which differs by a sign.

Two tensors of one shape that is worth a table take the table kernel; everything else takes the general one.
"""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.call import Call, IntArg, Invocation, Overlap, ParamsArg, ScratchArg, TensorArg
from mcu_toolkit.compiler.lower.binary import binary_call
from mcu_toolkit.compiler.lower.common import in_place, params
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.add import LEFT_SHIFT, Sum, prepare
from mcu_toolkit.graph.requantize import Multiplier
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

#: Factor of the input of the larger scale.
_HALF = Multiplier(1 << 30, 0)
#: Elements from which filling the table pays.
_TABLE_PAYS = 200
#: The same with Helium.
_VECTOR_TABLE_PAYS = 1024


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Both inputs to one scale, summed, and to the output's scale."""
    p = prepare(graph, node)
    if target.isa is MVE:
        vector = _vector_call(graph, node, p)
        if vector is not None:
            return vector
    a, b = graph.tensors[node.inputs[0]], graph.tensors[node.inputs[1]]
    plain = not a.is_const and not b.is_const and node.inputs[0] != node.inputs[1] and p.out.shift < 0
    if plain and a.shape == b.shape and a.elements >= _TABLE_PAYS:
        return _by_table(graph, node, p)
    return binary_call(graph, node, "mcutk_add_s8", _numbers(p), 55)


def _numbers(p: Sum) -> ParamsArg:
    return params(
        "mcutk_add",
        a_zero_point=p.a_zero_point,
        b_zero_point=p.b_zero_point,
        out_zero_point=p.out_zero_point,
        left_shift=p.left_shift,
        a_multiplier=p.a.multiplier,
        a_shift=p.a.shift,
        b_multiplier=p.b.multiplier,
        b_shift=p.b.shift,
        out_multiplier=p.out.multiplier,
        out_shift=p.out.shift,
        b_sign=p.sign,
        act_min=p.act_min,
        act_max=p.act_max,
    )


def _vector_call(graph: Graph, node: Node, p: Sum) -> Call | None:
    """Helium's ADD of two tensors of one shape, the input of the larger scale first; None where it does not apply."""
    a, b, result = node.inputs[0], node.inputs[1], node.outputs[0]
    if p.a != _HALF:
        a, b, p = b, a, replace(p, a=p.b, b=p.a, a_zero_point=p.b_zero_point, b_zero_point=p.a_zero_point)
    exact = p.a == _HALF and p.left_shift == LEFT_SHIFT == 20 and p.b.shift <= 0 and p.out.shift < 0 and p.sign == 1
    out = graph.tensors[result]
    if not exact or any(graph.tensors[index].elements != out.elements for index in (a, b)):
        return None
    table = out.elements >= _VECTOR_TABLE_PAYS
    scratch = (ScratchArg(),) if table else ()
    arguments = (TensorArg(a), TensorArg(b), TensorArg(result), *scratch, _numbers(p), IntArg(out.elements))
    groups = -(-out.elements // 4)
    return Call(
        invocations=(Invocation("mcutk_add_table_mve" if table else "mcutk_add_mve", arguments),),
        sources=("mve/mcutk_elementwise_mve.c",),
        headers=("mve/mcutk_elementwise_mve.h",),
        scratch_bytes=1024 if table else 0,
        overlaps=tuple(Overlap(i, result, 0) for i in dict.fromkeys((a, b)) if not graph.tensors[i].is_const),
        cost=700 + 14 * groups if table else 40 + 21 * groups,
    )


def _by_table(graph: Graph, node: Node, p: Sum) -> Call:
    """One input has the factor one half; the other goes through a table."""
    a_is_near = p.a == _HALF
    near, far = node.inputs[:2] if a_is_near else node.inputs[1::-1]
    far_factor = p.b if a_is_near else p.a
    numbers = params(
        "mcutk_add_table",
        near_zero_point=p.a_zero_point if a_is_near else p.b_zero_point,
        far_zero_point=p.b_zero_point if a_is_near else p.a_zero_point,
        out_zero_point=p.out_zero_point,
        near_sign=1 if a_is_near else p.sign,
        far_sign=p.sign if a_is_near else 1,
        far_multiplier=far_factor.multiplier,
        far_shift=far_factor.shift,
        multiplier=p.out.multiplier,
        shift=p.out.shift,
        act_min=p.act_min,
        act_max=p.act_max,
    )
    result = node.outputs[0]
    count = graph.tensors[result].elements
    arguments = (TensorArg(near), TensorArg(far), TensorArg(result), ScratchArg(), numbers, IntArg(count))
    return Call(
        invocations=(Invocation("mcutk_add_table_s8", arguments),),
        sources=("portable/mcutk_add.c",),
        headers=("portable/mcutk_add.h",),
        scratch_bytes=1024,
        overlaps=(*in_place(near, result), *in_place(far, result)),
        cost=5500 + 15 * count,
    )
