"""exp and log of float32, equal to what TensorFlow Lite Micro's interpreter calls on the host, and to the C kernels.

The interpreter calls ``expf`` and ``logf`` of glibc, which are those of Arm Optimized Routines (S. Nagy, math/expf.c
and math/logf.c): tables and polynomials in double. Here and in firmware/kernels/portable/mcutk_float_math.c the same
operations are done in the same order, each rounded to double, so that the results do not depend on a C library. On
processors with fused multiply-add glibc rounds fewer times. Of all 1,121,058,817 float32 from -105 to -0 that changes
the result of exp for one, -63.09946, and of all from 1 to 65,536 the result of log for none
(`tests/host_c/test_float_math.py`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]

_STEPS = 32  # powers of 2 in the table of exp
_SHIFT = float.fromhex("0x1.8p+52")  # adding it to a double rounds it to an integer, which is then in the low bits
_LEAST = np.float32(float.fromhex("-0x1.9fe368p+6"))  # exp is 0 below
_LN2 = float.fromhex("0x1.62e42fefa39efp-1")
#: Exact powers rounded to double: bits of 2^(i / 32) less i << 47, as in the routine's table.
_POWERS = np.array(
    [
        0x3FF0000000000000, 0x3FEFD9B0D3158574, 0x3FEFB5586CF9890F, 0x3FEF9301D0125B51, 0x3FEF72B83C7D517B,
        0x3FEF54873168B9AA, 0x3FEF387A6E756238, 0x3FEF1E9DF51FDEE1, 0x3FEF06FE0A31B715, 0x3FEEF1A7373AA9CB,
        0x3FEEDEA64C123422, 0x3FEECE086061892D, 0x3FEEBFDAD5362A27, 0x3FEEB42B569D4F82, 0x3FEEAB07DD485429,
        0x3FEEA47EB03A5585, 0x3FEEA09E667F3BCD, 0x3FEE9F75E8EC5F74, 0x3FEEA11473EB0187, 0x3FEEA589994CCE13,
        0x3FEEACE5422AA0DB, 0x3FEEB737B0CDC5E5, 0x3FEEC49182A3F090, 0x3FEED503B23E255D, 0x3FEEE89F995AD3AD,
        0x3FEEFF76F2FB5E47, 0x3FEF199BDD85529C, 0x3FEF3720DCEF9069, 0x3FEF5818DCFBA487, 0x3FEF7C97337B9B5F,
        0x3FEFA4AFA2A490DA, 0x3FEFD0765B6E4540,
    ],
    np.uint64,
)  # fmt: skip
#: 1 / c and log c of the sixteen intervals of log.
_INVERSES, _LOGS = (
    np.array([float.fromhex(text) for text in column.split()])
    for column in (
        """0x1.661ec79f8f3bep+0 0x1.571ed4aaf883dp+0 0x1.49539f0f010bp+0 0x1.3c995b0b80385p+0
        0x1.30d190c8864a5p+0 0x1.25e227b0b8eap+0 0x1.1bb4a4a1a343fp+0 0x1.12358f08ae5bap+0
        0x1.0953f419900a7p+0 0x1p+0 0x1.e608cfd9a47acp-1 0x1.ca4b31f026aap-1
        0x1.b2036576afce6p-1 0x1.9c2d163a1aa2dp-1 0x1.886e6037841edp-1 0x1.767dcf5534862p-1""",
        """-0x1.57bf7808caadep-2 -0x1.2bef0a7c06ddbp-2 -0x1.01eae7f513a67p-2 -0x1.b31d8a68224e9p-3
        -0x1.6574f0ac07758p-3 -0x1.1aa2bc79c81p-3 -0x1.a4e76ce8c0e5ep-4 -0x1.1973c5a611cccp-4
        -0x1.252f438e10c1ep-5 0x0p+0 0x1.aa5aa5df25984p-5 0x1.c5e53aa362eb4p-4
        0x1.526e57720db08p-3 0x1.bc2860d22477p-3 0x1.1058bc8a07ee1p-2 0x1.4043057b6ee09p-2""",
    )
)
_EXP = tuple(float.fromhex(t) for t in ("0x1.c6af84b912394p-20", "0x1.ebfce50fac4f3p-13", "0x1.62e42ff0c52d6p-6"))
_LOG = tuple(float.fromhex(t) for t in ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2"))


def exp(x: Float32) -> Float32:
    """e^x of float32 values of at most 88, rounded to float32."""
    with np.errstate(invalid="ignore", under="ignore"):
        scaled = np.maximum(x, _LEAST).astype(np.float64) * (float.fromhex("0x1.71547652b82fep+0") * _STEPS)
        shifted = scaled + _SHIFT
        number = shifted.view(np.uint64)
        r = scaled - (shifted - _SHIFT)
        power = (_POWERS[number % np.uint64(_STEPS)] + (number << np.uint64(47))).view(np.float64)
        high, low = _EXP[0] * r + _EXP[1], _EXP[2] * r + 1.0
        result = ((high * (r * r) + low) * power).astype(np.float32)
    return np.asarray(np.where(x < _LEAST, np.float32(0), result))


def log(x: Float32) -> Float32:
    """Natural logarithm of finite float32 values of at least 1, rounded to float32."""
    bits = np.ascontiguousarray(x).view(np.uint32)
    above = bits - np.uint32(0x3F330000)
    entry = (above >> np.uint32(19)) & np.uint32(15)
    exponent = above & np.uint32(0xFF800000)
    k = (exponent.view(np.int32) >> 23).astype(np.float64)
    r = (bits - exponent).view(np.float32).astype(np.float64) * _INVERSES[entry] - 1.0
    square = r * r
    rest = _LOG[0] * square + (_LOG[1] * r + _LOG[2])
    return np.asarray(rest * square + ((_LOGS[entry] + k * _LN2) + r), np.float32)
