"""Losses: hard labels, softened teacher outputs, hints."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.train.backend import backend


def one_hot(labels: npt.NDArray[np.int64], classes: int, smoothing: float = 0.0) -> npt.NDArray[np.float32]:
    """Targets float32 [N, classes]; `smoothing` is the share of a label spread over all classes."""
    sharp = np.eye(classes, dtype=np.float32)[labels]
    return np.asarray(sharp * (1.0 - smoothing) + smoothing / classes, dtype=np.float32)


def class_weights(labels: npt.NDArray[np.int64], classes: int) -> npt.NDArray[np.float32]:
    """Inverse class frequencies, scaled to a mean of 1 over the images: float32 [classes]."""
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    return np.asarray(len(labels) / (classes * counts), dtype=np.float32)


def cross_entropy(targets: Any, logits: Any, weights: npt.NDArray[np.float32] | None = None) -> Any:
    """Mean cross-entropy with soft targets [B, C]; `weights` holds one factor per class, applied by the target's
    share of each class."""
    tf = backend().tf
    each = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
    if weights is not None:
        each *= tf.reduce_sum(targets * tf.constant(weights), axis=1)
    return tf.reduce_mean(each)


def soft_targets(logits: npt.NDArray[np.float32], temperature: float) -> npt.NDArray[np.float32]:
    """Teacher probabilities at a temperature: float32, same shape."""
    scaled = logits.astype(np.float64) / temperature
    exp = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exp / exp.sum(axis=-1, keepdims=True), dtype=np.float32)


def distillation(hard: Any, soft: Any, logits: Any, temperature: float, weight: float, balance: Any = None) -> Any:
    """Hinton et al. (2015): ``(1 - w) CE(hard) + w T² KL(teacher at T || student at T)``.

    Args:
        hard: targets [B, C].
        soft: teacher probabilities at `temperature` [B, C].
        logits: student outputs [B, C].
        temperature, weight: T and w.
        balance: class weights of the hard part.
    """
    tf = backend().tf
    soft_loss = tf.nn.softmax_cross_entropy_with_logits(soft, logits / temperature)
    entropy = -tf.reduce_sum(soft * tf.math.log(tf.maximum(soft, 1e-8)), axis=1)
    kl = tf.reduce_mean(soft_loss - entropy)
    return (1.0 - weight) * cross_entropy(hard, logits, balance) + weight * temperature**2 * kl
