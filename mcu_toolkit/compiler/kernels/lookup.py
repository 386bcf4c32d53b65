"""Operators that map each byte to a byte: one table of 256 results, made from `Operator.table`."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArg, ConstArray, IntArg, Invocation, TensorArg, in_place
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.base import Operator


def _by_table(operator: Operator) -> bool:
    """Whether the operator has nodes with a table."""
    return type(operator).table is not Operator.table


def _accepts(request: Request) -> bool:
    return request.table is not None


def _call(request: Request) -> Call:
    """``mcutk_lookup_8``, in place if the planner likes."""
    table, count = request.table, request.data.elements
    if request.data.dtype is DType.INT8:
        table = np.roll(np.asarray(table), 128)  # the kernel indexes by the byte, the table begins at -128
    array = ConstArray("table", "uint8_t", (np.asarray(table, np.int64) & 0xFF).astype(np.uint8), is_weights=False)
    tensors = TensorArg(request.input, as_bytes=True), TensorArg(request.output, as_bytes=True)
    return Call(
        invocations=(Invocation("mcutk_lookup_8", (*tensors, ConstArg(array), IntArg(count))),),
        sources=("portable/mcutk_lookup.c",),
        headers=("portable/mcutk_lookup.h",),
        overlaps=in_place(request.input, request.output),
        cost=request.costs.call + request.costs.lookup_byte * count,
    )


KERNELS.add("lookup", Kernel(_by_table, _call, accepts=_accepts, types=()))
