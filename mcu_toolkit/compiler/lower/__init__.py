"""How each operator becomes C: one module an operator, named after it, with a function ``lower``.

The numbers come from ``graph/ops/<op>.py``, which also says what they mean; the functions called are those of
``firmware/kernels``.
"""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache

from mcu_toolkit.compiler.call import Lower


@cache
def lowering(op: str) -> Lower | None:
    """The lowering of an operator, or None where it has none.

    Args:
        op: TFLite builtin name, for example ``CONV_2D``.
    """
    module = f"{__name__}.{op.lower()}"
    if not op.isidentifier() or importlib.util.find_spec(module) is None:
        return None
    found: Lower | None = getattr(importlib.import_module(module), "lower", None)
    return found
