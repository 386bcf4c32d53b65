"""ADD, SUB, MUL, DIV, MAXIMUM and MINIMUM of int32 in portable C."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.binary import binary_call
from mcu_toolkit.graph.ir import DType

_KINDS = ("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM")
#: Instructions per element.
_ELEMENT = 25


def _call(request: Request) -> Call:
    numbers = params("mcutk_integers", operation=f"MCUTK_INTEGER_{request.node.op}")
    return binary_call(request, "mcutk_integers_s32", numbers, _ELEMENT, "mcutk_integers")


KERNELS.add("mcutk_integers_s32", Kernel(_KINDS, _call, types=(DType.INT32,)))
