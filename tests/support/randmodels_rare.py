"""Makers of random models for operators that few models have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.support.randmodels import RandomModel, Skip, makes
from tests.support.randmodels_core import pair, partner_shape


def _near(model: RandomModel, scale: float, low: float = -3, high: float = 3) -> float:
    return float(np.float32(min(scale * 2.0 ** model.rng.uniform(low, high), 2.0**50)))


@makes("REDUCE_MAX", "REDUCE_MIN")
def reduce_extremum(model: RandomModel, op: str) -> None:
    data = model.pick()
    shape = model.shape(data)
    axes = [a for a in range(len(shape)) if model.chance(0.5)] or [len(shape) - 1]
    keep = model.chance(0.5)
    kept = tuple(1 if i in axes else d for i, d in enumerate(shape) if keep or i not in axes)
    if not kept:
        raise Skip
    given = [a - len(shape) if model.chance(0.3) else a for a in axes]
    model.graph.node(op, [data, model.graph.const(given, "int32")], [model.like(data, kept)], (0, "bool", keep))


@makes("WIDE_MEAN", "WIDE_SUM")
def reduce_wide(model: RandomModel, name: str) -> None:
    op, shape = name.removeprefix("WIDE_"), (1, model.between(1, 7), model.between(1, 7), model.channels())
    data = model.activation_tensor(shape, dtype="int16")
    model.graph.inputs.append(data)
    axes = [a for a in range(1, 4) if model.chance(0.5)] or [3]
    scale = _near(model, model.quant(data)[0], -2, 2 if op == "MEAN" else 6)
    kept = tuple(1 if i in axes else d for i, d in enumerate(shape))
    out = model.activation_tensor(kept, scale, dtype="int16")
    model.graph.node(op, [data, model.graph.const(axes, "int32")], [out], (0, "bool", True))


@makes("SQUARED_DIFFERENCE", "WIDE_SQUARED_DIFFERENCE")
def squared_difference(model: RandomModel, name: str) -> None:
    op = name.removeprefix("WIDE_")
    if name == op:
        inputs, shape = pair(model)
        reach = 60 * max(model.quant(index)[0] for index in inputs) ** 2
        out = model.activation_tensor(shape, _near(model, reach))
    else:
        shape = (1, model.between(1, 9), model.channels())
        data = model.activation_tensor(shape, dtype="int16")
        model.graph.inputs.append(data)
        scale = _near(model, model.quant(data)[0])
        other = model.graph.const(model.int16_values(partner_shape(model, data)), "int16", scale=[scale])
        inputs = [data, other]
        out = model.activation_tensor(shape, _near(model, 9000 * max(scale, model.quant(data)[0]) ** 2), dtype="int16")
    model.graph.node(op, inputs, [out])


@makes("DIV")
def div(model: RandomModel) -> None:
    """A constant divisor without its zero point, and small output steps: other results are undefined."""
    data = model.pick()
    zero, scale = model.zero_point(), model.scale()
    values = model.int8_values(partner_shape(model, data)).astype(np.int16)
    values = np.where(values == zero, zero + (1 if zero < 127 else -1), values)
    other = model.graph.const(values, "int8", scale=[scale], zero_point=[zero])
    out = model.activation_tensor(model.shape(data), _near(model, model.quant(data)[0] / scale, -10, -6))
    model.graph.node("DIV", [data, other], [out], (0, "i8", model.activation()))


@makes("ABS", "WIDE_ABS")
def absolute(model: RandomModel, name: str) -> None:
    if name == "WIDE_ABS":
        data = model.activation_tensor((1, model.between(1, 9), model.channels()), dtype="int16")
        model.graph.inputs.append(data)
    else:
        data = model.pick()
    scale = model.quant(data)[0] if model.chance(0.3) else _near(model, model.quant(data)[0])
    out = model.activation_tensor(model.shape(data), scale, dtype=model.dtype(data))
    model.graph.node("ABS", [data], [out])


@makes("RSQRT")
def rsqrt(model: RandomModel) -> None:
    """The input has the least zero point: the reference stops at inputs below it."""
    data = model.pick()
    above = model.activation_tensor(model.shape(data), _near(model, model.quant(data)[0]), -128)
    model.graph.node("QUANTIZE", [data], [above])
    out = model.activation_tensor(model.shape(data), _near(model, 0.02 * model.quant(above)[0] ** -0.5))
    model.graph.node("RSQRT", [above], [out])


@makes("SQRT", "LOG", "SIN", "COS", "SQUARE", "NEG", "FLOOR", "CEIL", "ROUND", "FLOAT_EXP")
def real_function(model: RandomModel, name: str) -> None:
    """Between DEQUANTIZE and QUANTIZE; those of positive numbers get positive ones, so that no NaN is converted."""
    op = name.removeprefix("FLOAT_")
    data = model.pick()
    if op in ("SQRT", "LOG"):
        above = model.activation_tensor(model.shape(data), _near(model, model.quant(data)[0]), -128)
        model.graph.node("QUANTIZE", [data], [above])
        data = model.like(above)
        least = model.graph.const([-127], "int8", scale=[model.quant(above)[0]], zero_point=[-128])
        model.graph.node("MAXIMUM", [above, least], [data])
    if model.quant(data)[0] * 255 > 80:
        raise Skip
    shape = model.shape(data)
    real, bent = (model.graph.tensor(shape, "float32") for _ in range(2))
    model.graph.node("DEQUANTIZE", [data], [real])
    model.graph.node(op, [real], [bent])
    model.graph.node("QUANTIZE", [bent], [model.activation_tensor(shape, _near(model, 0.02))])


@makes("EXP", "GELU")
def table_function(model: RandomModel, op: str) -> None:
    data = model.pick()
    if model.quant(data)[0] * 255 > 20:
        raise Skip
    out = model.activation_tensor(model.shape(data), _near(model, model.quant(data)[0]))
    model.graph.node(op, [data], [out], *([(0, "bool", model.chance(0.5))] if op == "GELU" else []))


_COMPARISONS = ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")


def _condition(model: RandomModel, data: int, op: str = "GREATER") -> int:
    """The comparison of an activation with a constant, bool."""
    zero = model.zero_point()
    other = model.graph.const(
        model.int8_values(partner_shape(model, data)), "int8", scale=[model.quant(data)[0]], zero_point=[zero]
    )
    out = model.graph.tensor(model.shape(data), "bool")
    model.graph.node(op, [data, other], [out])
    return out


@makes(*_COMPARISONS)
def comparison(model: RandomModel, op: str) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    if model.quant(data)[0] >= 1:
        raise Skip
    _condition(model, data, op)


@makes("LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT")
def logical(model: RandomModel, op: str) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    if model.quant(data)[0] >= 1:
        raise Skip
    inputs = [_condition(model, data, model.choice(_COMPARISONS)) for _ in range(1 if op == "LOGICAL_NOT" else 2)]
    model.graph.node(op, inputs, [model.graph.tensor(model.shape(data), "bool")])


@makes("SELECT_V2", "SELECT")
def select(model: RandomModel, op: str) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    if model.quant(data)[0] >= 1:
        raise Skip
    condition = _condition(model, data)
    shape = model.shape(data) if op == "SELECT" else partner_shape(model, data)
    inputs = [condition, data, model.constant_like(data, shape)]
    model.graph.node(op, inputs, [model.like(data)])


@makes("CAST")
def cast(model: RandomModel) -> None:
    data = model.pick_any()
    if model.chance(0.3) and model.dtype(data) == "int8" and model.quant(data)[0] < 1 and len(model.shape(data)) <= 4:
        data = _condition(model, data)
    dtype = model.choice(("int8", "int16", "int32", "float32"))
    shape = model.shape(data)
    if dtype in ("int8", "int16"):
        out = model.activation_tensor(shape, dtype=dtype)
    else:
        out = model.graph.tensor(shape, dtype)
    model.graph.node("CAST", [data], [out])


@makes("INTEGER_ADD", "INTEGER_SUB", "INTEGER_MUL", "INTEGER_DIV", "INTEGER_MAXIMUM", "INTEGER_MINIMUM")
def integers(model: RandomModel, name: str) -> None:
    """int32 of moderate size: the reference's overflow is undefined."""
    op = name.removeprefix("INTEGER_")
    data = model.pick()
    shape = model.shape(data)
    wide, out = (model.graph.tensor(shape, "int32") for _ in range(2))
    model.graph.node("CAST", [data], [wide])
    values = model.rng.integers(1, 1000, partner_shape(model, data)) * model.choice((1, -1))
    inputs = [wide, model.graph.const(values, "int32")]
    options = [] if op in ("MAXIMUM", "MINIMUM") else [(0, "i8", 0)]
    model.graph.node(op, inputs, [out], *options)


@makes("BATCH_MATMUL", "WIDE_BATCH_MATMUL")
def batch_matmul(model: RandomModel, name: str) -> None:
    wide = name.startswith("WIDE")
    dtype = "int16" if wide else "int8"
    batch = [model.between(1, 3) for _ in range(model.between(0, 2))]
    rows, depth, columns = (model.between(1, 8) for _ in range(3))
    swap_a, swap_b = model.chance(0.4), model.chance(0.4)
    a = model.activation_tensor((*batch, *((depth, rows) if swap_a else (rows, depth))), dtype=dtype)
    model.graph.inputs.append(a)
    own = [1 if model.chance(0.3) else d for d in batch][model.between(0, len(batch)) :]
    shape: Sequence[int] = (*own, *((columns, depth) if swap_b else (depth, columns)))
    values = model.int16_values(shape) if wide else model.int8_values(shape)
    b = model.graph.const(values, dtype, scale=[model.scale()], zero_point=[0 if wide else model.zero_point()])
    reach = model.quant(a)[0] * model.quant(b)[0] * np.sqrt(depth) * (8000 if wide else 60)
    out = model.activation_tensor((*batch, rows, columns), _near(model, reach), dtype=dtype)
    model.graph.node("BATCH_MATMUL", [a, b], [out], (0, "bool", swap_a), (1, "bool", swap_b))


@makes("CUMSUM")
def cumsum(model: RandomModel) -> None:
    data = model.pick()
    shape = model.shape(data)
    axis = model.between(0, len(shape) - 1)
    out = model.activation_tensor(shape, _near(model, model.quant(data)[0], -1, 4))
    inputs = [data, model.graph.const([axis - len(shape) if model.chance(0.3) else axis], "int32")]
    model.graph.node("CUMSUM", inputs, [out], (0, "bool", model.chance(0.5)), (1, "bool", model.chance(0.5)))


@makes("L2_NORMALIZATION")
def l2_normalization(model: RandomModel) -> None:
    data = model.pick(lambda shape: len(shape) <= 4)
    model.graph.node("L2_NORMALIZATION", [data], [model.activation_tensor(model.shape(data), 2.0**-7, 0)])


@makes("ADD_N")
def add_n(model: RandomModel) -> None:
    data = model.pick()
    parts = [data, *(model.constant_like(data, model.shape(data)) for _ in range(model.between(1, 4)))]
    out = model.activation_tensor(model.shape(data), _near(model, model.quant(data)[0], -1, 3))
    model.graph.node("ADD_N", parts, [out])


@makes("ZEROS_LIKE")
def zeros_like(model: RandomModel) -> None:
    data = model.pick()
    zeros = model.like(data)
    model.graph.node("ZEROS_LIKE", [data], [zeros])
    model.graph.node("MAXIMUM", [data, zeros], [model.like(data)])
