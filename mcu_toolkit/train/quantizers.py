"""tfmot quantizers whose simulated arithmetic is what the exported int8 model does.

Weights: symmetric, per output channel (per tensor in fully connected layers, as TensorFlow's converter wants it), from
the weights of the moment. Activations: a range that starts from calibration and follows a moving average; or, in PACT
(Choi et al., 2018), a clipping level that is learned.

Fewer than 8 bits live on int8 grids: the scale is that of the k-bit grid, so that only 2^k of the 256 values occur, and
the export is still plain int8.

In training, rounding is a straight-through estimator written out (value plus the rounding error held constant), so that
gradients of gradients exist, which saliency-guided training needs; at inference it is TensorFlow's own operator, which
the converter recognises.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from mcu_toolkit.train.backend import backend

#: Weight of the old range when a batch moves it.
_RANGE_DECAY = 0.995
#: Least-error clipping of normally distributed weights, in root mean squares (Banner et al., 2019, table 1).
_CLIPPING = {3: 2.15, 4: 2.55, 5: 2.93, 6: 3.28, 7: 3.61}
#: Ternary weights: threshold 0.7 of the mean magnitude (Li et al., 2016), hence a level of twice that.
_TERNARY = 1.4
_TINY = 1e-6


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


def quantize_weights(weights: Any, kind: str, bits: int, training: bool) -> Any:
    """Simulated quantization of a kernel.

    Args:
        weights: [h, w, in, out], [h, w, channels, 1] (depthwise) or [in, out] (dense).
        kind: ``conv``, ``depthwise`` or ``dense``.
        bits: 2 to 8.
        training: whether gradients are wanted.
    """
    tf = backend().tf
    shape = weights.shape
    # A depthwise kernel has its channels on the third axis; the operator wants them last.
    flat = tf.reshape(weights, [shape[0], shape[1], -1]) if kind == "depthwise" else weights
    axes = list(range(len(flat.shape) if kind == "dense" else len(flat.shape) - 1))
    limit = weight_limit(flat, bits, axes)
    clipped = flat if bits == 8 else tf.clip_by_value(flat, -limit, limit)
    # The k-bit grid laid on int8: the same step, a range that is not used up.
    high = limit * (127.0 / (2 ** (bits - 1) - 1))
    operator = tf.quantization.fake_quant_with_min_max_vars
    if kind != "dense":
        operator = tf.quantization.fake_quant_with_min_max_vars_per_channel
    done = operator(clipped, -high, high, 8, narrow_range=True)
    return tf.reshape(_straight_through(clipped, done) if training else done, shape)


@lru_cache(maxsize=1)
def classes() -> dict[str, Any]:
    """The quantizer and configuration classes by name; they derive from tfmot's, which must not be imported early."""
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

    class RangeQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Asymmetric, per tensor; zero is always in the range."""

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            low = layer.add_weight(name=f"{name}_low", initializer=constant(-6.0), trainable=False)
            high = layer.add_weight(name=f"{name}_high", initializer=constant(6.0), trainable=False)
            return {"low": low, "high": high}

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            low, high = weights["low"], weights["high"]
            if not training:
                return tf.quantization.fake_quant_with_min_max_vars(inputs, low, high, 8)
            low.assign(_RANGE_DECAY * low + (1 - _RANGE_DECAY) * tf.minimum(tf.reduce_min(inputs), 0.0))
            high.assign(_RANGE_DECAY * high + (1 - _RANGE_DECAY) * tf.maximum(tf.reduce_max(inputs), 0.0))
            clipped = tf.clip_by_value(inputs, low, high)
            return _straight_through(clipped, tf.quantization.fake_quant_with_min_max_vars(clipped, low, high, 8))

        def get_config(self) -> dict[str, Any]:
            return {}

    class PactQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Non-negative activations clipped at a learned level alpha: d/d alpha is 1 above it and 0 below."""

        def __init__(self, bits: int = 8) -> None:
            self.bits = bits

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            return {"alpha": layer.add_weight(name=f"{name}_alpha", initializer=constant(6.0), trainable=True)}

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            alpha = tf.maximum(weights["alpha"], 1e-3)
            # At 8 bits int8 saturation does the clipping; below, the export clips with a MINIMUM.
            clipped = tf.minimum(inputs, alpha) if training or self.bits < 8 else inputs
            high = tf.stop_gradient(alpha) * (255.0 / (2**self.bits - 1))
            done = tf.quantization.fake_quant_with_min_max_vars(clipped, 0.0 * high, high, 8)
            return _straight_through(clipped, done) if training else done

        def get_config(self) -> dict[str, Any]:
            return {"bits": self.bits}

    class LayerConfig(quantization.QuantizeConfig):  # type: ignore[misc,name-defined]
        """Which tensors of a layer are quantized.

        Args:
            kind: ``conv``, ``depthwise``, ``dense`` (weights and activation), ``output`` (only what comes out) or
                ``none``.
            weight_bits, activation_bits: of the weights, and of what comes out where `pact` is set.
            pact: what comes out is non-negative and clipped at a learned level.
        """

        def __init__(self, kind: str, weight_bits: int = 8, activation_bits: int = 8, pact: bool = False) -> None:
            self.kind, self.weight_bits, self.activation_bits, self.pact = kind, weight_bits, activation_bits, pact

        def _weight(self) -> str:
            return "depthwise_kernel" if self.kind == "depthwise" else "kernel"

        @property
        def _weighted(self) -> bool:
            return self.kind in ("conv", "depthwise", "dense")

        def _activation(self) -> Any:
            return PactQuantizer(self.activation_bits) if self.pact else RangeQuantizer()

        def get_weights_and_quantizers(self, layer: Any) -> list[Any]:
            found = WeightQuantizer(self.kind, self.weight_bits)
            return [(getattr(layer, self._weight()), found)] if self._weighted else []

        def get_activations_and_quantizers(self, layer: Any) -> list[Any]:
            return [(layer.activation, self._activation())] if self._weighted else []

        def set_quantize_weights(self, layer: Any, quantize_weights: list[Any]) -> None:
            if quantize_weights:
                setattr(layer, self._weight(), quantize_weights[0])

        def set_quantize_activations(self, layer: Any, quantize_activations: list[Any]) -> None:
            if quantize_activations:
                layer.activation = quantize_activations[0]

        def get_output_quantizers(self, layer: Any) -> list[Any]:
            return [self._activation()] if self.kind == "output" else []

        def get_config(self) -> dict[str, Any]:
            return {
                "kind": self.kind,
                "weight_bits": self.weight_bits,
                "activation_bits": self.activation_bits,
                "pact": self.pact,
            }

    found = (WeightQuantizer, RangeQuantizer, PactQuantizer, LayerConfig)
    return {item.__name__: item for item in found}
