"""Saliency-guided training (Ismail, Corrada Bravo and Feizi, 2021).

The network is trained to give the same output when pixels with a small gradient are replaced."""

from __future__ import annotations

from typing import Any

from mcu_toolkit.recipe import Saliency
from mcu_toolkit.train.backend import backend


def guidance(model: Any, images: Any, labels: Any, logits: Any, config: Saliency, seed: Any) -> Any:
    """The term added to the loss: ``weight · KL(p(x) || p(masked x)) + sparsity · mean |saliency|``.

    The masked pixels take random values of the image's own range, as in the paper.

    Args:
        model: the network in training.
        images: normalized images [B, H, W, C].
        labels: targets [B, classes]; the gradient is that of the target's score.
        logits: the network's output for `images`.
        config: recipe section.
        seed: int64 [2] tensor, of the random values.
    """
    tf = backend().tf
    with tf.GradientTape() as tape:
        tape.watch(images)
        score = tf.reduce_sum(tf.stop_gradient(labels) * model(images, training=True))
    gradient = tape.gradient(score, images)
    importance = tf.reduce_sum(tf.abs(gradient), axis=-1, keepdims=True)
    masked = tf.stop_gradient(mask(images, importance, config, seed))
    answer = model(masked, training=True)
    target = tf.nn.log_softmax(logits)
    divergence = tf.reduce_mean(tf.reduce_sum(tf.exp(target) * (target - tf.nn.log_softmax(answer)), axis=1))
    loss = config.weight * divergence
    if config.sparsity > 0.0:
        loss += config.sparsity * tf.reduce_mean(importance)
    return loss


def mask(images: Any, importance: Any, config: Saliency, seed: Any) -> Any:
    """The images with their least important pixels replaced.

    Args:
        images: [B, H, W, C].
        importance: [B, H, W, 1], non-negative.
        config: `masking` decides: the `ratio` of least importance, or all below `threshold` of the map's maximum.
        seed: int64 [2].
    """
    tf = backend().tf
    shape = tf.shape(importance)
    flat = tf.reshape(importance, [shape[0], -1])
    if config.masking == "ratio":
        count = tf.cast(tf.cast(tf.shape(flat)[1], tf.float32) * config.ratio, tf.int32)
        level = tf.sort(flat, axis=1)[:, None, None, tf.maximum(count, 1) - 1, None]
        drop = (importance <= level) & (count > 0)
    else:
        drop = importance < config.threshold * tf.reduce_max(flat, axis=1)[:, None, None, None]
    low = tf.reduce_min(images, axis=[1, 2], keepdims=True)
    high = tf.reduce_max(images, axis=[1, 2], keepdims=True)
    noise = low + (high - low) * tf.random.stateless_uniform(tf.shape(images), seed=seed)
    return tf.where(drop, noise, images)
