"""Objects of kernel sources: compiled once per contents of the source, its headers, and flags."""

from __future__ import annotations

import pytest

from mcu_toolkit import process
from mcu_toolkit.errors import ToolFailedError
from mcu_toolkit.host.kernel_objects import kernel_object

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

KERNELS = {
    "one.c": b'#include "one.h"\nint one(void) { return ONE; }\n',
    "one.h": b'#include "deep.h"\n#define ONE DEEP\n',
    "deep.h": b"#define DEEP 1\n",
    "other.h": b"#define OTHER 1\n",
}


def test_the_same_contents_are_compiled_once() -> None:
    first = kernel_object(KERNELS, "one.c", ("-O1",))
    assert first.stat().st_size > 0
    assert kernel_object(dict(KERNELS), "one.c", ("-O1",)) == first
    assert kernel_object({**KERNELS, "other.h": b""}, "one.c", ("-O1",)) == first, "not included"


def test_a_changed_header_or_flag_gives_another_object() -> None:
    first = kernel_object(KERNELS, "one.c", ("-O1",))
    assert kernel_object({**KERNELS, "deep.h": b"#define DEEP 2\n"}, "one.c", ("-O1",)) != first
    assert kernel_object(KERNELS, "one.c", ("-O2",)) != first


def test_a_source_that_does_not_compile() -> None:
    with pytest.raises(ToolFailedError):
        kernel_object({"bad.c": b"int x = ;\n"}, "bad.c", ())
