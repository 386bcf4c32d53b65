"""Imports TensorFlow, tf-keras and tfmot on first use and checks that their versions work together."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mcu_toolkit.errors import TrainError

INSTALL = "pip install 'mcu_toolkit[train]'"
_TENSORFLOW = (2, 16)


@dataclass(frozen=True)
class Backend:
    """The modules: ``tensorflow``, ``tf_keras`` (Keras 2) and ``tensorflow_model_optimization``'s Keras
    quantization."""

    tf: Any
    keras: Any
    quantization: Any

    @property
    def versions(self) -> dict[str, str]:
        """For manifests."""
        return {"tensorflow": str(self.tf.__version__), "tf_keras": str(self.keras.__version__)}


@lru_cache(maxsize=1)
def backend() -> Backend:
    """Import TensorFlow quietly.

    Raises:
        TrainError: a package is missing (with the install command), or Keras 3 was chosen before.
    """
    if "tensorflow" in sys.modules and os.environ.get("TF_USE_LEGACY_KERAS") != "1":
        raise TrainError(
            "TensorFlow was imported before mcutk could choose Keras 2",
            expected="TF_USE_LEGACY_KERAS=1 in the environment before TensorFlow is imported",
            hint="set TF_USE_LEGACY_KERAS=1, or import mcu_toolkit.train first",
        )
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import tensorflow as tf
            import tf_keras
            from tensorflow_model_optimization.python.core.keras.compat import keras as chosen
            from tensorflow_model_optimization.quantization import keras as quantization
    except ImportError as bad:
        raise TrainError(
            f"training needs TensorFlow and its companions: {bad}",
            expected="tensorflow 2.21.0, tf-keras 2.21.0, tensorflow-model-optimization 0.8.1",
            hint=INSTALL,
        ) from bad
    if tuple(int(part) for part in tf.__version__.split(".")[:2]) < _TENSORFLOW or chosen.Model is not tf_keras.Model:
        raise TrainError(
            "the installed TensorFlow does not work with tf-keras and tfmot",
            expected="tensorflow 2.21.0, tf-keras 2.21.0, tensorflow-model-optimization 0.8.1",
            received=f"tensorflow {tf.__version__}, tf-keras {tf_keras.__version__}",
            hint=INSTALL,
        )
    tf.get_logger().setLevel("ERROR")
    logging.getLogger("absl").setLevel(logging.ERROR)
    return Backend(tf, tf_keras, quantization)


@contextmanager
def quiet() -> Iterator[None]:
    """Hide what native code writes to stderr; it is shown if the block raises an unexpected error."""
    try:
        saved = os.dup(2)
    except OSError:  # no stderr at all
        yield
        return
    with tempfile.TemporaryFile() as sink:
        sys.stderr.flush()
        os.dup2(sink.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)


def seed_everything(seed: int) -> None:
    """Seed initial weights, order and augmentation, and make the order of sums in kernels deterministic."""
    modules = backend()
    modules.keras.utils.set_random_seed(seed)
    modules.tf.config.experimental.enable_op_determinism()
