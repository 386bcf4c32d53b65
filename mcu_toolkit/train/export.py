"""Exports Keras models to .tflite, and runs .tflite models on TensorFlow's reference kernels (for information only)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.errors import TrainError
from mcu_toolkit.train.backend import backend, quiet
from mcu_toolkit.train.quantizers import for_export
from mcu_toolkit.train.slim import slim

Int8 = npt.NDArray[np.int8]
Float = npt.NDArray[np.float32]
#: Runs an int8 model: (flatbuffer, int8 [N, H, W, C]) → int8 [N, classes]. Use cases pass the NumPy oracle.
Int8Runner = Callable[[bytes, Int8], Int8]


@dataclass(frozen=True)
class Border:
    """Scale and zero point of a model's input and output."""

    input_scale: float
    input_zero_point: int
    output_scale: float
    output_zero_point: int


def with_softmax(model: Any) -> Any:
    """The network with a softmax at its output; this form is exported."""
    keras = backend().keras
    return keras.Model(model.input, keras.layers.Softmax(name="probabilities")(model.output))


def to_int8(model: Any, calibration: Iterable[Float] | None = None) -> bytes:
    """Fully integer .tflite: int8 in, int8 out, batch of one.

    Args:
        model: gives logits or probabilities; with simulated quantization, or float together with `calibration`.
        calibration: batches of normalized images, float32 [B, H, W, C]; None for simulated quantization.

    Raises:
        TrainError: an operator has no int8 form.
    """
    tf = backend().tf
    converter = converter_of(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    if calibration is not None:
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        # Per-tensor weights in fully connected layers: all int8 kernel libraries support them.
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
        batches = list(calibration)
        converter.representative_dataset = lambda: ([image[None]] for batch in batches for image in batch)
    content = slim(run_converter(converter))
    check_int8(content)
    return content


def converter_of(model: Any) -> Any:
    """TensorFlow's converter for a function with batch 1; the fixed shape avoids shape arithmetic in the graph."""
    tf = backend().tf
    shape = [1, *model.input_shape[1:]]
    function = tf.function(lambda image: model(image, training=False))
    with for_export():
        concrete = function.get_concrete_function(tf.TensorSpec(shape, tf.float32, name="image"))
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], model)


def run_converter(converter: Any) -> bytes:
    """Run TensorFlow's converter quietly.

    Raises:
        TrainError: it rejects the model.
    """
    tf = backend().tf
    try:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bytes(converter.convert())
    except (tf.errors.OpError, ValueError, RuntimeError) as bad:
        raise _refused(bad) from bad
    except Exception as bad:
        if type(bad).__name__ == "ConverterError":
            raise _refused(bad) from bad
        raise


def _refused(bad: Exception) -> TrainError:
    first = next((line for line in str(bad).splitlines() if line.strip()), type(bad).__name__)
    return TrainError(
        f"TensorFlow's converter refuses the model: {first[:300]}",
        expected="a network of operators that have an int8 form",
    )


def interpreter(content: bytes) -> Any:
    """TensorFlow's interpreter with its reference kernels; tensors are allocated."""
    tf = backend().tf
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind = tf.lite.experimental.OpResolverType.BUILTIN_REF
        found = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=kind)
        found.allocate_tensors()
    return found


def check_int8(content: bytes) -> None:
    """Refuse an export that is not fully int8.

    Raises:
        TrainError: a float tensor remains, or the input or output is not int8.
    """
    engine = interpreter(content)
    floats = [d["name"] for d in engine.get_tensor_details() if d["dtype"] in (np.float32, np.float16)]
    ends = [*engine.get_input_details(), *engine.get_output_details()]
    if floats or any(end["dtype"] != np.int8 for end in ends):
        raise TrainError(
            "the export is not fully int8",
            expected="int8 tensors only",
            received=f"float: {', '.join(floats[:5]) or 'the border'}",
        )


def border(content: bytes) -> Border:
    """Quantization of input and output."""
    engine = interpreter(content)
    (scale_in, zero_in), (scale_out, zero_out) = (
        end[0]["quantization"] for end in (engine.get_input_details(), engine.get_output_details())
    )
    return Border(float(scale_in), int(zero_in), float(scale_out), int(zero_out))


def run_int8(content: bytes, inputs: Int8) -> Int8:
    """An int8 model on TensorFlow's reference kernels, image by image: int8 [N, …] → int8 [N, classes]."""
    engine = interpreter(content)
    source, sink = engine.get_input_details()[0], engine.get_output_details()[0]
    results = np.zeros((len(inputs), int(sink["shape"][-1])), dtype=np.int8)
    for i, image in enumerate(inputs):
        engine.set_tensor(source["index"], image[None])
        engine.invoke()
        results[i] = engine.get_tensor(sink["index"]).reshape(-1)
    return results


def log_probabilities(outputs: Int8, where: Border) -> Float:
    """Int8 softmax outputs as logits: log of the dequantized values, with half a quantization step in place of zero."""
    real = (outputs.astype(np.float64) - where.output_zero_point) * where.output_scale
    return np.log(np.maximum(real, where.output_scale / 2)).astype(np.float32)
