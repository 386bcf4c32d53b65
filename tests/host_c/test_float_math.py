"""exp and log of float32: the C kernels against the C library of this machine and against NumPy.

Every seventh float32 of the range is compared with the library; ``MCUTK_EVERY_FLOAT=1`` compares all.
"""

from __future__ import annotations

import ctypes
import os
import platform

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.graph import floatmath
from mcu_toolkit.host.native import STRICT_FLAGS

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

STRIDE = 1 if os.environ.get("MCUTK_EVERY_FLOAT") else 7
#: The only float32 from -105 to -0 of which glibc's expf gives another result with fused multiply-add than without.
FUSED = np.float32(float.fromhex("-0x1.f8cbb2p+5"))

_SOURCE = """#include <math.h>
#include <stdint.h>
#include <string.h>
#include "mcutk_float_math.h"

/* Results of own[which] for count floats. */
void many(int which, const float *x, float *y, uint32_t count);
void many(int which, const float *x, float *y, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        y[i] = which == 0 ? mcutk_expf(x[i]) : mcutk_logf(x[i]);
    }
}

/* Number of float32 with bits first..last, in steps, for which the library gives another result; the last in *where. */
uint32_t differing(int which, uint32_t first, uint32_t last, uint32_t step, float *where);
uint32_t differing(int which, uint32_t first, uint32_t last, uint32_t step, float *where) {
    uint32_t found = 0;
    for (uint64_t bits = first; bits <= last; bits += step) {
        const uint32_t low = (uint32_t)bits;
        float x;
        memcpy(&x, &low, sizeof x);
        const float a = which == 0 ? mcutk_expf(x) : mcutk_logf(x);
        const float b = which == 0 ? expf(x) : logf(x);
        if (memcmp(&a, &b, sizeof a) != 0) {
            *where = x;
            found++;
        }
    }
    return found;
}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("float")
    (folder / "many.c").write_text(_SOURCE, encoding="utf-8")
    kernels = asset_dir("firmware") / "kernels" / "portable"
    sources = [str(folder / "many.c"), str(kernels / "mcutk_float_math.c")]
    flags = [*STRICT_FLAGS, "-O2", "-shared", "-fPIC", f"-I{kernels}"]
    process.run(["gcc", *flags, "-o", str(folder / "many.so"), *sources, "-lm"])
    library = ctypes.CDLL(str(folder / "many.so"))
    library.differing.restype = ctypes.c_uint32
    library.differing.argtypes = [ctypes.c_int, *3 * [ctypes.c_uint32], ctypes.POINTER(ctypes.c_float)]
    return library


def bits(value: float) -> int:
    return int(np.float32(value).view(np.uint32))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the interpreter's exp is that of glibc")
@pytest.mark.parametrize(
    ("which", "first", "last"), [(0, -0.0, -105.0), (0, 0.0, 17.0), (1, 1.0, 65536.0)], ids=["exp-", "exp+", "log"]
)
def test_results_equal_the_librarys(made: ctypes.CDLL, which: int, first: float, last: float) -> None:
    where = ctypes.c_float()
    count = made.differing(which, bits(first), bits(last), STRIDE, ctypes.byref(where))
    assert count == 0 or (count == 1 and where.value == FUSED)


def test_numpy_equals_c(made: ctypes.CDLL) -> None:
    generator = np.random.default_rng(3)
    below = np.concatenate(
        [generator.uniform(-110, 17, 300_000), -np.exp(generator.uniform(-90, 5, 100_000)), [0, -0.0]]
    )
    above = np.exp(generator.uniform(0, 11, 300_000))
    for which, (own, values) in enumerate(((floatmath.exp, below), (floatmath.log, np.concatenate([above, [1.0]])))):
        x = values.astype(np.float32)
        y = np.empty_like(x)
        made.many(which, *(a.ctypes.data_as(ctypes.POINTER(ctypes.c_float)) for a in (x, y)), len(x))
        np.testing.assert_array_equal(own(x).view(np.uint32), y.view(np.uint32))
