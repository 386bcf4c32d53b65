"""Makers of random models for the operators that only move elements, int8 or int16."""

from __future__ import annotations

import numpy as np

from tests.support.randmodels import RandomModel, Skip, makes


@makes("SPLIT_V")
def split_v(model: RandomModel) -> None:
    data = model.pick_any(lambda shape: len(shape) <= 4 and any(d > 1 for d in shape))
    shape = model.shape(data)
    axis = model.choice([a for a, d in enumerate(shape) if d > 1])
    count = model.between(1, min(4, shape[axis]))
    ends = sorted(int(e) for e in model.rng.choice(np.arange(1, shape[axis]), count - 1, replace=False))
    sizes = [b - a for a, b in zip([0, *ends], [*ends, shape[axis]], strict=True)]
    outs = [model.like(data, (*shape[:axis], size, *shape[axis + 1 :])) for size in sizes]
    # TensorFlow Lite Micro takes sizes from the outputs, and only axes counted from the front.
    inputs = [data, model.graph.const(sizes, "int32"), model.graph.const(axis, "int32")]
    model.graph.node("SPLIT_V", inputs, outs, (0, "i32", count))


@makes("UNPACK")
def unpack(model: RandomModel) -> None:
    data = model.pick_any(lambda shape: 2 <= len(shape) <= 5 and min(shape) <= 8)
    shape = model.shape(data)
    axis = model.choice([a for a, d in enumerate(shape) if d <= 8])
    outs = [model.like(data, shape[:axis] + shape[axis + 1 :]) for _ in range(shape[axis])]
    given = axis - len(shape) if model.chance(0.3) else axis
    model.graph.node("UNPACK", [data], outs, (0, "i32", len(outs)), (1, "i32", given))


@makes("PACK")
def pack(model: RandomModel) -> None:
    data = model.pick_any(lambda shape: len(shape) <= 3)
    shape, quant = model.shape(data), model.quant(data)
    parts = [data]
    for _ in range(model.between(0, 3)):
        if model.chance(0.4):
            parts.append(data)
        else:
            parts.append(model.constant_like(data, shape))
    axis = model.between(0, len(shape))
    out = model.like(data, (*shape[:axis], len(parts), *shape[axis:]))
    assert model.quant(out) == quant
    given = axis - len(shape) - 1 if model.chance(0.3) else axis
    model.graph.node("PACK", parts, [out], (0, "i32", len(parts)), (1, "i32", given))


@makes("TILE")
def tile(model: RandomModel) -> None:
    data = model.pick_any(lambda shape: len(shape) <= 4)
    times = [model.choice((1, 1, 2, 3)) for _ in model.shape(data)]
    out = model.like(data, [d * n for d, n in zip(model.shape(data), times, strict=True)])
    model.graph.node("TILE", [data, model.graph.const(times, "int32")], [out])


@makes("BROADCAST_TO")
def broadcast_to(model: RandomModel) -> None:
    data = model.pick_any(lambda shape: len(shape) <= 4 and 1 in shape)
    shape = [model.between(1, 4) if d == 1 else d for d in model.shape(data)]
    if model.chance(0.3):
        shape.insert(0, model.between(1, 3))
    model.graph.node("BROADCAST_TO", [data, model.graph.const(shape, "int32")], [model.like(data, shape)])


@makes("FILL")
def fill(model: RandomModel) -> None:
    """One value in the shape of an activation, and the larger of the two."""
    data = model.pick()
    filled, out = model.like(data), model.like(data)
    value = model.constant_like(data, ())
    model.graph.node("FILL", [model.graph.const(model.shape(data), "int32"), value], [filled])
    model.graph.node("MAXIMUM", [data, filled], [out])


@makes("GATHER")
def gather(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    shape = model.shape(data)
    axis = model.between(0, len(shape) - 1)
    indices = model.rng.integers(0, shape[axis], model.choice(((3,), (1,), (5,), (2, 2))))
    if len(shape) + indices.ndim - 1 > 5:
        raise Skip
    out = model.like(data, (*shape[:axis], *indices.shape, *shape[axis + 1 :]))
    given = axis - len(shape) if model.chance(0.3) else axis
    model.graph.node("GATHER", [data, model.graph.const(indices, "int32")], [out], (0, "i32", given), (1, "i32", 0))


@makes("GATHER_ND")
def gather_nd(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    shape = model.shape(data)
    depth = model.between(1, len(shape))
    count = model.between(1, 5)
    indices = np.stack([model.rng.integers(0, d, count) for d in shape[:depth]], axis=-1)
    out = model.like(data, (count, *shape[depth:]))
    model.graph.node("GATHER_ND", [data, model.graph.const(indices, "int32")], [out])


@makes("SPACE_TO_DEPTH", "DEPTH_TO_SPACE")
def blocks(model: RandomModel, op: str) -> None:
    data = model.image()
    _, h, w, c = model.shape(data)
    b = model.choice((1, 2, 3))
    if op == "SPACE_TO_DEPTH":
        if h % b or w % b:
            raise Skip
        shape = (1, h // b, w // b, c * b * b)
    else:
        if c % (b * b):
            raise Skip
        shape = (1, h * b, w * b, c // (b * b))
    model.graph.node(op, [data], [model.like(data, shape)], (0, "i32", b))


@makes("SPACE_TO_BATCH_ND", "PADDED_SPACE_TO_BATCH_ND")
def space_to_batch(model: RandomModel, op: str) -> None:
    """Only without padding has the reference defined results."""
    data = model.image()
    shape = model.shape(data)
    block = [model.choice((1, 2, 3)) for _ in range(2)]
    before = [model.between(0, 2) for _ in range(2)] if op.startswith("PADDED") else [0, 0]
    after = [-(side + left) % b for side, left, b in zip(shape[1:3], before, block, strict=True)]
    if any(after) and not op.startswith("PADDED"):
        raise Skip
    sides = [(s + p + q) // b for s, p, q, b in zip(shape[1:3], before, after, block, strict=True)]
    out = model.like(data, (block[0] * block[1], *sides, shape[3]))
    pads = np.stack([before, after], axis=1)
    model.graph.node(
        "SPACE_TO_BATCH_ND", [data, model.graph.const(block, "int32"), model.graph.const(pads, "int32")], [out]
    )


@makes("BATCH_TO_SPACE_ND")
def batch_to_space(model: RandomModel) -> None:
    """A PACK of constants and the data gives batches."""
    source = model.image()
    _, h, w, c = model.shape(source)
    block = [model.choice((1, 2)) for _ in range(2)]
    count = block[0] * block[1]
    data = model.like(source, (count, h, w, c))
    parts = [source, *(model.constant_like(source, (1, h, w, c)) for _ in range(count - 1))]
    model.graph.node("CONCATENATION", parts, [data], (0, "i32", 0), (1, "i8", 0))
    crops = [[0, 0], [0, 0]]
    for number, (side, b) in enumerate(zip((h, w), block, strict=True)):
        before = model.between(0, side * b - 1)
        crops[number] = [before, model.between(0, side * b - 1 - before)]
    sides = [s * b - sum(crop) for s, b, crop in zip((h, w), block, crops, strict=True)]
    out = model.like(data, (1, *sides, c))
    model.graph.node(
        "BATCH_TO_SPACE_ND", [data, model.graph.const(block, "int32"), model.graph.const(crops, "int32")], [out]
    )


@makes("BATCHED_CONV_2D", "BATCHED_DEPTHWISE_CONV_2D", "BATCHED_WIDE_CONV_2D")
def batched(model: RandomModel, name: str) -> None:
    """A convolution of several images."""
    source = model.image()
    shape = model.shape(source)
    if name == "BATCHED_WIDE_CONV_2D":
        model.graph.inputs.append(source := model.activation_tensor(shape, dtype="int16"))
    count = model.between(2, 4)
    data = model.like(source, (count, *shape[1:]))
    parts = [source, *(model.constant_like(source, shape) for _ in range(count - 1))]
    model.graph.node("CONCATENATION", parts, [data], (0, "i32", 0), (1, "i8", 0))
    units = shape[3] if "DEPTHWISE" in name else model.channels()
    weights = (1, 1, 1, units) if "DEPTHWISE" in name else (units, 1, 1, shape[3])
    held = model.graph.const(model.int8_values(weights), "int8", scale=[model.scale()], zero_point=[0])
    scale = float(np.float32(model.quant(source)[0] * model.quant(held)[0] * 60))
    out = model.activation_tensor((count, *shape[1:3], units), scale, dtype=model.dtype(source))
    first = [(0, "i8", 0), (1, "i32", 1), (2, "i32", 1)]
    last = [(3, "i32", 1), (4, "i8", 0), (5, "i32", 1), (6, "i32", 1)]
    options = last if "DEPTHWISE" in name else [(3, "i8", 0), (4, "i32", 1), (5, "i32", 1)]
    op = "DEPTHWISE_CONV_2D" if "DEPTHWISE" in name else "CONV_2D"
    model.graph.node(op, [data, held], [out], *first, *options)


@makes("MIRROR_PAD")
def mirror_pad(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    shape, symmetric = model.shape(data), model.chance(0.5)
    pads = [[model.between(0, min(3, d - (not symmetric))) for _ in range(2)] for d in shape]
    out = model.like(data, [d + sum(p) for d, p in zip(shape, pads, strict=True)])
    model.graph.node("MIRROR_PAD", [data, model.graph.const(pads, "int32")], [out], (0, "i8", int(symmetric)))


@makes("REVERSE_V2")
def reverse(model: RandomModel) -> None:
    data = model.pick_any()
    rank = len(model.shape(data))
    first = model.between(0, rank - 1)
    axes = list(range(first, model.between(first, rank - 1) + 1))
    model.graph.node("REVERSE_V2", [data, model.graph.const(axes, "int32")], [model.like(data)])


@makes("DYNAMIC_UPDATE_SLICE")
def dynamic_update_slice(model: RandomModel) -> None:
    data = model.pick_any(lambda shape: len(shape) <= 4)
    shape = model.shape(data)
    part = [model.between(1, d) for d in shape]
    start = [model.between(-1, d) for d in shape]
    inputs = [data, model.constant_like(data, part), model.graph.const(start, "int32")]
    model.graph.node("DYNAMIC_UPDATE_SLICE", inputs, [model.like(data)])
