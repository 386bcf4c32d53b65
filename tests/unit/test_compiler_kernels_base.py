"""The kernel registry: every operator has a portable variant, and variants follow the order of the instruction sets."""

from __future__ import annotations

import pytest

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.targets.isa import DSP, ISAS, MVE, PORTABLE, Isa


def no_call(request: Request) -> Call:
    raise AssertionError("not called")


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_every_operator_has_a_portable_variant(operator: str) -> None:
    assert KERNELS.variants(operator, PORTABLE)


def test_every_variant_has_a_known_instruction_set_and_an_operator() -> None:
    for name, kernel in KERNELS.items():
        assert kernel.isa in ISAS, name
        assert any(kernel.serves_operator(operator) for operator in OPERATORS.values()), name


@pytest.mark.parametrize("isa", [PORTABLE, DSP, MVE])
def test_variants_of_the_cores_own_instruction_set_come_first(isa: Isa) -> None:
    ids = [kernel.isa for kernel in KERNELS.variants("AVERAGE_POOL_2D", isa)]
    ids = [kernel.isa for kernel in KERNELS.variants("AVERAGE_POOL_2D", isa)]
    assert list(dict.fromkeys(ids)) == list(isa.runs) and ids == sorted(ids, key=isa.runs.index)


def test_a_variant_from_outside_the_package_is_used_for_its_operators_only() -> None:
    extra = Kernel(("ADD",), no_call, isa="mve")
    with KERNELS.added("extra", extra):
        assert extra in KERNELS.variants("ADD", MVE)
        assert extra not in KERNELS.variants("ADD", DSP)
        assert extra not in KERNELS.variants("MUL", MVE)
        with pytest.raises(ConfigError, match="registered twice"):
            KERNELS.add("extra", extra)
    assert extra not in KERNELS.variants("ADD", MVE)
