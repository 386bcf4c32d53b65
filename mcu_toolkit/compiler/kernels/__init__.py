"""Kernel variants for every operator: one module per family of operators and instruction set.

``<family>.py`` holds the variants in portable C, ``<family>_<isa>.py`` those of an instruction set; importing a module
registers its variants in `mcu_toolkit.compiler.kernels.base.KERNELS`. The C functions are in firmware/kernels, the
exact meaning of an operator in ``graph/ops``.
"""
