"""TensorFlow's modes of quantization after training: float32, float16, dynamic range, int8, int16×8."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.errors import ConfigError, TrainError
from mcu_toolkit.train.backend import backend, quiet
from mcu_toolkit.train.export import converter_of, run_converter, to_int8
from mcu_toolkit.train.slim import slim

Float = npt.NDArray[np.float32]
#: Name → what the file stores.
MODES: dict[str, str] = {
    "float32": "weights and activations in float32",
    "float16": "weights in float16, computed in float32",
    "dynamic": "weights in int8, activations quantized on the fly",
    "int8": "weights and activations in int8, ranges by calibration",
    "int16x8": "weights in int8, activations in int16",
}


def export(model: Any, mode: str, calibration: Sequence[Float]) -> bytes:
    """The model in one of `MODES`.

    Args:
        model: gives probabilities.
        mode: a key of `MODES`.
        calibration: batches of normalized images.

    Raises:
        ConfigError: unknown mode; TrainError: the converter rejects the model.
    """
    if mode not in MODES:
        raise ConfigError("unknown quantization mode", expected=", ".join(MODES), received=mode)
    if mode == "int8":
        return to_int8(model, calibration)
    tf = backend().tf
    converter = converter_of(model)
    if mode != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if mode == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if mode == "int16x8":
        kind = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        converter.target_spec.supported_ops = [kind]
        converter.representative_dataset = lambda: ([image[None]] for batch in calibration for image in batch)
    return slim(run_converter(converter))


def run(content: bytes, images: Float) -> Float:
    """A model of any mode on TensorFlow's own kernels, without delegates: float32 [N, …] → float32 [N, classes].

    Int8 inputs are quantized and int8 outputs dequantized.

    Raises:
        TrainError: the interpreter cannot run it.
    """
    tf = backend().tf
    try:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
            engine = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=kind)
            engine.allocate_tensors()
    except (RuntimeError, ValueError) as bad:
        raise TrainError(f"TensorFlow's interpreter cannot run the model: {bad}") from bad
    source, sink = engine.get_input_details()[0], engine.get_output_details()[0]
    results = []
    for image in images:
        engine.set_tensor(source["index"], _quantized(image[None], source))
        engine.invoke()
        results.append(_real(engine.get_tensor(sink["index"]), sink).reshape(-1))
    return np.asarray(results, dtype=np.float32)


def _quantized(values: Float, detail: dict[str, Any]) -> npt.NDArray[Any]:
    kind = detail["dtype"]
    if kind == np.float32:
        return values
    scale, zero_point = detail["quantization"]
    limits = np.iinfo(kind)
    return np.asarray(np.clip(np.round(values / scale) + zero_point, limits.min, limits.max), dtype=kind)


def _real(values: npt.NDArray[Any], detail: dict[str, Any]) -> Float:
    if detail["dtype"] == np.float32:
        return np.asarray(values, dtype=np.float32)
    scale, zero_point = detail["quantization"]
    return np.asarray((values.astype(np.float32) - zero_point) * scale, dtype=np.float32)
