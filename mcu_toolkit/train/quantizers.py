"""tfmot quantizers that simulate the arithmetic of the exported int8 model.

Weights: symmetric, per output channel (per tensor in fully connected layers, as TensorFlow's converter requires), from
the current weights. Activations: a range that is initialized by calibration and updated by a moving average; or, in
PACT (Choi et al., 2018), a learned clipping level.

Fewer than 8 bits are represented on int8 grids, so that the export is plain int8 in which few values occur. Weights are
multiples of the largest integer that fits (18 at 4 bits), which keeps their int8 scale, and so the scale of the biases,
fine. Activations must be rounded to the k-bit grid by the requantization itself, so they use the scale of that grid;
the zero point is chosen so that the upper end of int8 is the clipping level: saturation clips without an operator.

Biases are integers in steps of the accumulator, and sums are rounded twice, as in TensorFlow Lite's requantization, so
that the network with simulated quantization gives the same outputs as its export. During training at 8 bits, where this
effect is far below one step, it is left out for speed; with few bits a step is up to 85 times larger.

In training, rounding is an explicit straight-through estimator (value plus the constant rounding error), so that second
derivatives exist, which saliency-guided training needs; at inference it is TensorFlow's own operator, which the
converter recognizes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mcu_toolkit.train.backend import backend

#: Weight of the old range in the moving average.
_RANGE_DECAY = 0.995
#: Least-error clipping of normally distributed weights, in root mean squares (Banner et al., 2019, table 1).
_CLIPPING = {3: 2.15, 4: 2.55, 5: 2.93, 6: 3.28, 7: 3.61}
#: Ternary weights: threshold 0.7 of the mean magnitude (Li et al., 2016), hence a level of twice that.
_TERNARY = 1.4
_TINY = 1e-6
_NEAR = 1e-3
#: Least clipping level.
LEAST_LEVEL = 1e-3


def _straight_through(value: Any, quantized: Any) -> Any:
    """Forward `quantized`, backward the identity of `value`."""
    return value + backend().tf.stop_gradient(quantized - value)


def weight_limit(flat: Any, bits: int, axes: list[int]) -> Any:
    """The magnitude at which weights are clipped, over `axes`: the largest at 8 bits, the least-error one below."""
    tf = backend().tf
    magnitude = tf.abs(tf.stop_gradient(flat))
    largest = tf.maximum(tf.reduce_max(magnitude, axis=axes), _TINY)
    if bits == 8:
        return largest
    if bits == 2:
        return tf.maximum(_TERNARY * tf.reduce_mean(magnitude, axis=axes), _TINY)
    spread = tf.sqrt(tf.reduce_mean(tf.square(magnitude), axis=axes))
    return tf.maximum(tf.minimum(largest, _CLIPPING[bits] * spread), _TINY)


def _by_channel(weights: Any, kind: str) -> tuple[Any, list[int]]:
    """The kernel with the axis of its scales last, and the axes that share a scale."""
    if kind == "depthwise":
        # A depthwise kernel has its channels on the third axis; the operator expects them last.
        weights = backend().tf.reshape(weights, [weights.shape[0], weights.shape[1], -1])
    return weights, list(range(len(weights.shape) - (kind != "dense")))


def _levels(bits: int) -> tuple[int, int]:
    """Steps of the k-bit grid on either side of zero, and the number of int8 steps in one of them."""
    steps = 2 ** (bits - 1) - 1
    return steps, 127 // steps


def weight_scale(weights: Any, kind: str, bits: int) -> Any:
    """Int8 scale of a kernel as used by `quantize_weights`: [channels], a scalar for ``dense``."""
    steps, multiple = _levels(bits)
    flat, axes = _by_channel(weights, kind)
    return weight_limit(flat, bits, axes) / (steps * multiple)


def quantize_weights(weights: Any, kind: str, bits: int, training: bool) -> Any:
    """Simulated quantization of a kernel.

    Args:
        weights: [h, w, in, out], [h, w, channels, 1] (depthwise) or [in, out] (dense).
        kind: ``conv``, ``depthwise`` or ``dense``.
        bits: 2 to 8.
        training: whether gradients are needed.
    """
    tf = backend().tf
    flat, axes = _by_channel(weights, kind)
    limit = weight_limit(flat, bits, axes)
    steps, multiple = _levels(bits)
    clipped = flat if bits == 8 else tf.clip_by_value(flat, -limit, limit)
    coarse = clipped if bits == 8 else tf.round(clipped * (steps / limit)) * (limit / steps)
    high = limit * (127.0 / (steps * multiple))
    operator = tf.quantization.fake_quant_with_min_max_vars
    if kind != "dense":
        operator = tf.quantization.fake_quant_with_min_max_vars_per_channel
    done = operator(coarse, -high, high, 8, narrow_range=True)
    return tf.reshape(_straight_through(clipped, done) if training else done, weights.shape)


_exporting: ContextVar[bool] = ContextVar("exporting", default=False)


@contextmanager
def for_export() -> Iterator[None]:
    """Context for tracing a network for the converter: rounding is left out, because the exported operators do it."""
    token = _exporting.set(True)
    try:
        yield
    finally:
        _exporting.reset(token)


@dataclass(frozen=True)
class Grid:
    """The int8 grid of a tensor, from the current variables: scale and zero point, both scalars."""

    scale: Callable[[], Any]
    zero_point: Callable[[], Any]


class Accumulator:
    """The int32 accumulators of a layer: the real value of one step is input scale times weight scale.

    Attributes:
        kernel: the layer's, before quantization; None in a layer without weights.
        fed: the grid of the layer's input.
    """

    def __init__(self, kind: str, bits: int, learn: bool) -> None:
        self.kind, self.bits, self.learn = kind, bits, learn
        self.kernel: Any = None
        self.fed: Grid | None = None

    def grid(self, training: bool) -> Grid | None:
        """None while the network is built or exported, and during training that does not need it."""
        return None if _exporting.get() or (training and not self.learn) else self.fed

    def step(self, fed: Grid) -> Any:
        """[channels], a scalar for ``dense``."""
        return backend().tf.stop_gradient(fed.scale() * weight_scale(self.kernel, self.kind, self.bits))


_ranges: ContextVar[dict[str, dict[str, Any]] | None] = ContextVar("ranges", default=None)


@contextmanager
def one_network() -> Iterator[None]:
    """Context for building a network: ranges with the same name are one set of variables."""
    token = _ranges.set({})
    try:
        yield
    finally:
        _ranges.reset(token)


def _range(shared: str | None, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    known = _ranges.get()
    if shared is None or known is None:
        return make()
    if shared not in known:
        known[shared] = make()
    return known[shared]


def _requantized(values: Any, scale: Any, accumulator: Accumulator | None, training: bool) -> Any:
    """Sums requantized to `scale` with two roundings, as in TensorFlow Lite (Jacob et al., 2018, section 2.2).

    The multiplier ``step / scale`` is a fraction of 0.5 to 1 and a power of two. The product with the fraction is
    rounded to a whole number, and that, divided by the power of two, once more: halves away from zero.
    """
    fed = None if accumulator is None else accumulator.grid(training)
    if accumulator is None or fed is None:
        return values
    tf = backend().tf
    step, scale = accumulator.step(fed), tf.stop_gradient(scale)
    multiplier = step / scale
    power = tf.pow(2.0, tf.minimum(tf.floor(tf.math.log(multiplier) / math.log(2.0)) + 1.0, 0.0))
    # Round to whole steps first: the sums are integers, but float32 may hold them inexactly.
    once = tf.round(tf.round(values / step) * (multiplier / power))
    return _straight_through(values, tf.sign(once) * tf.floor(tf.abs(once) * power + 0.5) * scale)


def _averaged(values: Any, accumulator: Accumulator, training: bool) -> Any:
    """Averages of int8 values rounded to int8: halves away from zero, of the stored value, not of the real value."""
    fed = accumulator.grid(training)
    if fed is None:
        return values
    tf = backend().tf
    scale, zero_point = (tf.stop_gradient(part()) for part in (fed.scale, fed.zero_point))
    stored = values / scale + zero_point
    # Halves are common, and float32 gives slightly less for some; no other average of so few values is this near.
    whole = tf.sign(stored) * tf.floor(tf.abs(stored) + 0.5 + _NEAR)
    return _straight_through(values, (whole - zero_point) * scale)


@lru_cache(maxsize=1)
def classes() -> dict[str, Any]:
    """The quantizer and configuration classes by name; they derive from classes of tfmot, which is imported lazily."""
    modules = backend()
    tf, quantization = modules.tf, modules.quantization
    constant = modules.keras.initializers.Constant

    class WeightQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Symmetric, narrow range, per channel or per tensor."""

        def __init__(self, kind: str, bits: int = 8) -> None:
            self.kind, self.bits = kind, bits

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            return {}

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            return quantize_weights(inputs, self.kind, self.bits, training)

        def get_config(self) -> dict[str, Any]:
            return {"kind": self.kind, "bits": self.bits}

    class BiasQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Rounding to whole steps of the accumulator."""

        def __init__(self, accumulator: Accumulator) -> None:
            self.accumulator = accumulator

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            return {}

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            fed = self.accumulator.grid(training)
            if fed is None:
                return inputs
            step = self.accumulator.step(fed)
            done = tf.round(inputs / step) * step
            return _straight_through(inputs, done) if training else done

        def get_config(self) -> dict[str, Any]:
            return {}

    class AverageQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Averages stay on the grid of what was averaged."""

        def __init__(self, accumulator: Accumulator) -> None:
            self.accumulator = accumulator

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            return {}

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            return _averaged(inputs, self.accumulator, training)

        def get_config(self) -> dict[str, Any]:
            return {}

    class RangeQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Asymmetric, per tensor; zero is always in the range. A range shared by several layers stays as calibrated."""

        def __init__(self, accumulator: Accumulator | None = None, shared: str | None = None) -> None:
            self.accumulator, self.shared = accumulator, shared
            self.variables: dict[str, Any] = {}

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            def end(which: str, value: float) -> Any:
                return layer.add_weight(name=f"{name}_{which}", initializer=constant(value), trainable=False)

            self.variables = _range(self.shared, lambda: {"low": end("low", -6.0), "high": end("high", 6.0)})
            return self.variables

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            low, high = weights["low"], weights["high"]
            if not training:
                exact = _requantized(inputs, (high - low) / 255.0, self.accumulator, training)
                return tf.quantization.fake_quant_with_min_max_vars(exact, low, high, 8)
            if self.shared is None:
                low.assign(_RANGE_DECAY * low + (1 - _RANGE_DECAY) * tf.minimum(tf.reduce_min(inputs), 0.0))
                high.assign(_RANGE_DECAY * high + (1 - _RANGE_DECAY) * tf.maximum(tf.reduce_max(inputs), 0.0))
            clipped = tf.clip_by_value(inputs, low, high)
            exact = _requantized(clipped, (high - low) / 255.0, self.accumulator, training)
            return _straight_through(clipped, tf.quantization.fake_quant_with_min_max_vars(exact, low, high, 8))

        def get_config(self) -> dict[str, Any]:
            return {}

    class PactQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Non-negative activations clipped at a learned level alpha: d/d alpha is 1 above it and 0 below."""

        def __init__(self, bits: int = 8, accumulator: Accumulator | None = None, shared: str | None = None) -> None:
            self.bits, self.accumulator, self.shared = bits, accumulator, shared
            self.variables: dict[str, Any] = {}

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            def level() -> dict[str, Any]:
                return {"alpha": layer.add_weight(name=f"{name}_alpha", initializer=constant(6.0), trainable=True)}

            self.variables = _range(self.shared, level)
            return self.variables

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            alpha = tf.maximum(weights["alpha"], LEAST_LEVEL)
            clipped = tf.minimum(inputs, alpha)
            steps = 2**self.bits - 1
            step = tf.stop_gradient(alpha) / steps
            # 256 values, of which the upper half is used: rectified values are never negative.
            exact = _requantized(clipped if training else inputs, step, self.accumulator, training)
            done = tf.quantization.fake_quant_with_min_max_vars(exact, (steps - 255.0) * step, steps * step, 8)
            return _straight_through(clipped, done) if training else done

        def get_config(self) -> dict[str, Any]:
            return {"bits": self.bits}

    class LayerConfig(quantization.QuantizeConfig):  # type: ignore[misc,name-defined]
        """Which tensors of a layer are quantized.

        Args:
            kind: ``conv``, ``depthwise``, ``dense`` (weights and output), ``output`` (output only), ``average`` (the
                output stays on the grid of the input) or ``none``.
            weight_bits, activation_bits: bits of the weights, and of the output where `pact` is set.
            pact: the output is non-negative and clipped at a learned level.
            learn_sums: biases and sums are rounded as in the export during training as well;
                `fake_quant.simulate` must then give `accumulator` the grid of the layer's input.
            shared: name of the range where several layers share it; `quantizer` holds the range.
        """

        def __init__(
            self,
            kind: str,
            weight_bits: int = 8,
            activation_bits: int = 8,
            pact: bool = False,
            learn_sums: bool = False,
            shared: str | None = None,
        ) -> None:
            self.kind, self.weight_bits, self.activation_bits, self.pact = kind, weight_bits, activation_bits, pact
            self.learn_sums, self.shared = learn_sums, shared
            self.quantizer: Any = None
            summed = self._weighted or kind == "average"
            self.accumulator = Accumulator(kind, weight_bits, learn_sums) if summed else None

        def _weight(self) -> str:
            return "depthwise_kernel" if self.kind == "depthwise" else "kernel"

        @property
        def _weighted(self) -> bool:
            return self.kind in ("conv", "depthwise", "dense")

        def _activation(self) -> Any:
            if self.pact:
                self.quantizer = PactQuantizer(self.activation_bits, self.accumulator, self.shared)
            else:
                self.quantizer = RangeQuantizer(self.accumulator, self.shared)
            return self.quantizer

        def get_weights_and_quantizers(self, layer: Any) -> list[Any]:
            if not self._weighted or self.accumulator is None:
                return []
            kernel = getattr(layer, self._weight())
            found: list[Any] = [(kernel, WeightQuantizer(self.kind, self.weight_bits))]
            self.accumulator.kernel = kernel
            return [*found, (layer.bias, BiasQuantizer(self.accumulator))]

        def get_activations_and_quantizers(self, layer: Any) -> list[Any]:
            return [(layer.activation, self._activation())] if self._weighted else []

        def set_quantize_weights(self, layer: Any, quantize_weights: list[Any]) -> None:
            if quantize_weights:
                kernel, layer.bias = quantize_weights
                setattr(layer, self._weight(), kernel)

        def set_quantize_activations(self, layer: Any, quantize_activations: list[Any]) -> None:
            if quantize_activations:
                layer.activation = quantize_activations[0]

        def get_output_quantizers(self, layer: Any) -> list[Any]:
            if self.kind == "average" and self.accumulator is not None:
                return [AverageQuantizer(self.accumulator)]
            return [self._activation()] if self.kind == "output" else []

        def get_config(self) -> dict[str, Any]:
            return {
                "kind": self.kind,
                "weight_bits": self.weight_bits,
                "activation_bits": self.activation_bits,
                "pact": self.pact,
                "learn_sums": self.learn_sums,
                "shared": self.shared,
            }

    found = (WeightQuantizer, BiasQuantizer, AverageQuantizer, RangeQuantizer, PactQuantizer, LayerConfig)
    return {item.__name__: item for item in found}
