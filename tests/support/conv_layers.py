"""Convolution layers with random weights, and their exact outputs in int64."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.targets.target import Target

Pair = tuple[int, int]

#: Convolutions of many geometries: input shape, output channels, kernel, strides, SAME padding, dilation.
CONV_SHAPES: tuple[tuple[tuple[int, int, int], int, Pair, Pair, bool, Pair], ...] = (
    ((5, 5, 16), 8, (3, 3), (1, 1), True, (1, 1)),
    ((6, 7, 3), 5, (3, 3), (2, 2), True, (1, 1)),
    ((4, 4, 32), 4, (1, 1), (1, 1), True, (1, 1)),
    ((5, 3, 37), 7, (1, 1), (1, 1), True, (1, 1)),
    ((5, 6, 9), 3, (1, 1), (2, 2), True, (1, 1)),
    ((11, 6, 1), 12, (6, 4), (2, 2), True, (1, 1)),
    ((7, 7, 5), 4, (3, 3), (1, 1), False, (2, 2)),
    ((3, 2, 19), 1, (2, 2), (1, 1), False, (1, 1)),
    ((9, 1, 2), 6, (5, 1), (1, 1), True, (2, 1)),
)


def make_layer(
    kind: ConvKind,
    in_shape: tuple[int, int, int],
    out_c: int,
    kernel: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    same: bool = True,
    dilation: tuple[int, int] = (1, 1),
    rounding: str = "relu",
    seed: int = 0,
    sparse: float = 0.0,
    lowest: int = -127,
) -> ConvLayer:
    """Random weights. `rounding`: relu (zero point -128), linear, or any (odd clamp, shifts of both signs)."""
    rng = np.random.default_rng(seed)
    in_h, in_w, in_c = in_shape
    kh, kw = kernel
    reach_h, reach_w = (kh - 1) * dilation[0] + 1, (kw - 1) * dilation[1] + 1
    if same:
        out_h, out_w = -(-in_h // stride[0]), -(-in_w // stride[1])
        pad_top = max((out_h - 1) * stride[0] + reach_h - in_h, 0) // 2
        pad_left = max((out_w - 1) * stride[1] + reach_w - in_w, 0) // 2
    else:
        out_h, out_w = (in_h - reach_h) // stride[0] + 1, (in_w - reach_w) // stride[1] + 1
        pad_top = pad_left = 0
    depthwise = kind is ConvKind.DEPTHWISE
    shape = (kh, kw, out_c) if depthwise else (out_c, kh, kw, in_c)
    weights = rng.integers(lowest, 128, shape).astype(np.int8)
    weights[rng.random(shape) < sparse] = 0
    bias = rng.integers(-20000, 20000, out_c).astype(np.int32)
    depth = kh * kw * (1 if depthwise else in_c)
    scale = 60.0 / (74 * 74 * depth**0.5) * rng.uniform(0.5, 2.0, out_c)
    mantissa, exponent = np.frexp(scale)
    multiplier = np.minimum(np.round(mantissa * 2.0**31), 2**31 - 1).astype(np.int32)
    shift = exponent.astype(np.int32)
    if rounding == "any":
        shift = rng.integers(-12, 4, out_c).astype(np.int32)
        multiplier[0] = 0
    zero = int(rng.integers(-128, 128))
    in_zero = int(rng.integers(-128, 128))
    zero = -128 if rounding == "relu" else zero
    low, high = (zero, min(127, zero + 90)) if rounding == "any" else (-128, 127)
    return ConvLayer(
        kind, in_h, in_w, in_c, out_h, out_w, out_c, kh, kw, *stride, *dilation, pad_top, pad_left, weights, bias,
        multiplier, shift, in_zero, zero, low, high, depth_multiplier=out_c // in_c if depthwise else 1,
    )  # fmt: skip


def fc_layer(rows: int, in_c: int, out_c: int, rounding: str = "relu", seed: int = 0, lowest: int = -127) -> ConvLayer:
    """A fully connected layer of `rows` rows, which kernels compute as a 1x1 convolution over as many pixels."""
    layer = make_layer(ConvKind.CONV, (1, rows, in_c), out_c, (1, 1), rounding=rounding, seed=seed, lowest=lowest)
    return replace(layer, kind=ConvKind.FULLY_CONNECTED)


def jobs_for(
    kernels: Sequence[ConvKernel], layers: Sequence[ConvLayer], *targets: Target
) -> list[tuple[ConvKernel, ConvLayer]]:
    """Every kernel that accepts each layer on one of the targets; fails if no kernel accepts a layer."""
    jobs = [(k, layer) for layer in layers for k in kernels if any(k.accepts(layer, target) for target in targets)]
    assert {id(layer) for _, layer in jobs} == {id(layer) for layer in layers}
    return jobs


def requantize(x: np.ndarray, multiplier: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Double rounding as gemmlowp writes it; a left shift wraps at 32 bits."""
    left, right = np.maximum(shift, 0).astype(np.int64), np.maximum(-shift, 0).astype(np.int64)
    x = ((x.astype(np.int64) << left) + 2**31) % 2**32 - 2**31
    product = x * multiplier.astype(np.int64)
    nudge = np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    total = product + nudge
    high = np.where(total >= 0, total >> 31, -((-total) >> 31))
    mask = (np.int64(1) << right) - 1
    remainder = high & mask
    return (high >> right) + (remainder > (mask >> 1) + (high < 0))


def reference(layer: ConvLayer, x: np.ndarray) -> np.ndarray:
    """int8 [out_h, out_w, out_c] of int8 [in_h, in_w, in_c]."""
    tall = (layer.out_h - 1) * layer.stride_h + (layer.kernel_h - 1) * layer.dilation_h + 1
    wide = (layer.out_w - 1) * layer.stride_w + (layer.kernel_w - 1) * layer.dilation_w + 1
    padded = np.full(
        (max(tall, layer.in_h + layer.pad_top), max(wide, layer.in_w + layer.pad_left), layer.in_c), 0, np.int64
    )
    padded[:] = layer.in_zero_point
    padded[layer.pad_top : layer.pad_top + layer.in_h, layer.pad_left : layer.pad_left + layer.in_w] = x
    acc = np.zeros((layer.out_h, layer.out_w, layer.out_c), np.int64) + layer.bias
    for ky in range(layer.kernel_h):
        for kx in range(layer.kernel_w):
            y0, x0 = ky * layer.dilation_h, kx * layer.dilation_w
            part = padded[y0 : y0 + layer.out_h * layer.stride_h : layer.stride_h]
            part = part[: layer.out_h, x0 : x0 + layer.out_w * layer.stride_w : layer.stride_w][:, : layer.out_w]
            if layer.kind is ConvKind.DEPTHWISE:
                acc += np.repeat(part, layer.depth_multiplier, axis=2) * layer.weights[ky, kx].astype(np.int64)
            else:
                acc += part @ layer.weights[:, ky, kx].T.astype(np.int64)
    out = requantize(acc, layer.multiplier, layer.shift) + layer.out_zero_point
    return np.clip(out, layer.act_min, layer.act_max).astype(np.int8)
