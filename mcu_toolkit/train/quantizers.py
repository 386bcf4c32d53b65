"""tfmot quantizers whose simulated arithmetic is what the exported int8 model does.

Weights: symmetric, per output channel (per tensor in fully connected layers, as TensorFlow's converter wants it),
from the weights of the moment. Activations: a range that starts from calibration and follows a moving average.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from mcu_toolkit.train.backend import backend

#: Weight of the old range when a batch moves it.
_RANGE_DECAY = 0.995


@lru_cache(maxsize=1)
def classes() -> dict[str, Any]:
    """The quantizer and configuration classes by name; they derive from tfmot's, which must not be imported early."""
    modules = backend()
    tf, quantization = modules.tf, modules.quantization

    class WeightQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Symmetric, narrow range, per channel or per tensor."""

        def __init__(self, kind: str, bits: int = 8) -> None:
            self.kind, self.bits = kind, bits

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            return {}

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            if self.kind == "dense":
                high = tf.maximum(tf.reduce_max(tf.abs(tf.stop_gradient(inputs))), 1e-6)
                return tf.quantization.fake_quant_with_min_max_vars(inputs, -high, high, 8, narrow_range=True)
            shape = inputs.shape
            # A depthwise kernel [h, w, C, 1] has its channels on the third axis; the operator wants them last.
            flat = tf.reshape(inputs, [shape[0], shape[1], -1]) if self.kind == "depthwise" else inputs
            axes = list(range(len(flat.shape) - 1))
            high = tf.maximum(tf.reduce_max(tf.abs(tf.stop_gradient(flat)), axis=axes), 1e-6)
            done = tf.quantization.fake_quant_with_min_max_vars_per_channel(flat, -high, high, 8, narrow_range=True)
            return tf.reshape(done, shape)

        def get_config(self) -> dict[str, Any]:
            return {"kind": self.kind, "bits": self.bits}

    class RangeQuantizer(quantization.quantizers.Quantizer):  # type: ignore[misc,name-defined]
        """Asymmetric, per tensor; zero is always in the range."""

        def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
            constant = modules.keras.initializers.Constant
            low = layer.add_weight(name=f"{name}_low", initializer=constant(-6.0), trainable=False)
            high = layer.add_weight(name=f"{name}_high", initializer=constant(6.0), trainable=False)
            return {"low": low, "high": high}

        def __call__(self, inputs: Any, training: bool, weights: dict[str, Any], **_: Any) -> Any:
            low, high = weights["low"], weights["high"]
            if training:
                low.assign(_RANGE_DECAY * low + (1 - _RANGE_DECAY) * tf.minimum(tf.reduce_min(inputs), 0.0))
                high.assign(_RANGE_DECAY * high + (1 - _RANGE_DECAY) * tf.maximum(tf.reduce_max(inputs), 0.0))
            return tf.quantization.fake_quant_with_min_max_vars(inputs, low, high, 8)

        def get_config(self) -> dict[str, Any]:
            return {}

    class LayerConfig(quantization.QuantizeConfig):  # type: ignore[misc,name-defined]
        """Which tensors of a layer are quantized.

        Args:
            kind: ``conv``, ``depthwise``, ``dense`` (weights and activation), ``output`` (only what comes out) or
                ``none``.
        """

        def __init__(self, kind: str, weight_bits: int = 8) -> None:
            self.kind, self.weight_bits = kind, weight_bits

        def _weight(self) -> str:
            return "depthwise_kernel" if self.kind == "depthwise" else "kernel"

        @property
        def _weighted(self) -> bool:
            return self.kind in ("conv", "depthwise", "dense")

        def get_weights_and_quantizers(self, layer: Any) -> list[Any]:
            found = WeightQuantizer(self.kind, self.weight_bits)
            return [(getattr(layer, self._weight()), found)] if self._weighted else []

        def get_activations_and_quantizers(self, layer: Any) -> list[Any]:
            return [(layer.activation, RangeQuantizer())] if self._weighted else []

        def set_quantize_weights(self, layer: Any, quantize_weights: list[Any]) -> None:
            if quantize_weights:
                setattr(layer, self._weight(), quantize_weights[0])

        def set_quantize_activations(self, layer: Any, quantize_activations: list[Any]) -> None:
            if quantize_activations:
                layer.activation = quantize_activations[0]

        def get_output_quantizers(self, layer: Any) -> list[Any]:
            return [RangeQuantizer()] if self.kind == "output" else []

        def get_config(self) -> dict[str, Any]:
            return {"kind": self.kind, "weight_bits": self.weight_bits}

    return {"WeightQuantizer": WeightQuantizer, "RangeQuantizer": RangeQuantizer, "LayerConfig": LayerConfig}
