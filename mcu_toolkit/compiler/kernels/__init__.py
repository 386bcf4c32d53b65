"""The kernel variants for convolution-like layers: one module a family and instruction set.

``<family>_<isa>.py`` (``conv_portable``, ``conv_dsp``, ``fc_mve`` …) holds a tuple ``KERNELS`` of objects that keep
the protocol `mcu_toolkit.compiler.layer.ConvKernel`. A family is imported when a target first needs its instruction
set; which families exist is found by looking.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from mcu_toolkit.compiler.layer import ConvKernel
from mcu_toolkit.targets.isa import Isa


@cache
def all_kernels(isa: Isa) -> tuple[ConvKernel, ...]:
    """Every variant that a core with this instruction set can run, in the order of module names."""
    return tuple(variant for each in isa.runs for variant in _kernels_of(each))


@cache
def _kernels_of(isa: str) -> tuple[ConvKernel, ...]:
    found: list[ConvKernel] = []
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        if module.endswith(f"_{isa}"):
            loaded = importlib.import_module(f"{__name__}.{module}")
            found.extend(getattr(loaded, "KERNELS", ()))
    return tuple(found)
