"""Random changes of training images.

The random changes of a view (one augmented pass over the training images) are drawn in NumPy from (seed, view) for the
whole data set at once, so that cached outputs of a teacher belong to the same view that the student is trained on.
tf.data applies them to batches with one projective transform.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import Normalization
from mcu_toolkit.recipe import Augment
from mcu_toolkit.train.backend import backend

Float = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Changes:
    """Random changes of each image in one view; geometry is in units of the image's side, for use at any resolution.

    Attributes:
        inverse: float32 [N, 6]: a0 a1 a2 b0 b1 b2 of the map from output to input, coordinates -0.5…0.5 from the
            centre.
        tone: float32 [N, 5]: contrast, brightness (share of the range), gain of each channel.
        erase: float32 [N, 4]: centre y, centre x (0…1), half side, grey; half side 0 where nothing is erased.
        noise: standard deviation of Gaussian noise, share of the range.
        seed: of the noise.
    """

    inverse: Float
    tone: Float
    erase: Float
    noise: float
    seed: int


def draw(config: Augment, count: int, seed: int, view: int) -> Changes:
    """The changes of view number `view` for `count` images; view -1 changes nothing."""
    if view < 0:
        identity = np.tile(np.array([1, 0, 0, 0, 1, 0], np.float32), (count, 1))
        tone = np.tile(np.array([1, 0, 1, 1, 1], np.float32), (count, 1))
        return Changes(identity, tone, np.zeros((count, 4), np.float32), 0.0, 0)
    rng = np.random.default_rng([seed, view])

    def spread(amount: float) -> npt.NDArray[np.float64]:
        return rng.uniform(-amount, amount, count)

    angle = np.deg2rad(spread(config.rotate))
    zoom, aspect = 1.0 + spread(config.zoom), np.exp(0.5 * spread(config.stretch))
    mirror_x = np.where(rng.random(count) < 0.5 * config.flip_horizontal, -1.0, 1.0)
    mirror_y = np.where(rng.random(count) < 0.5 * config.flip_vertical, -1.0, 1.0)
    shift_x, shift_y = spread(config.shift), spread(config.shift)
    sx, sy = mirror_x * aspect / zoom, mirror_y / aspect / zoom
    cos, sin = np.cos(angle), np.sin(angle)
    inverse = np.stack([cos * sx, -sin * sx, shift_x, sin * sy, cos * sy, shift_y], axis=1)
    tone = np.stack(
        [1.0 + spread(config.contrast), spread(config.brightness), *(1.0 + spread(config.colour) for _ in range(3))],
        axis=1,
    )
    erase = np.stack(
        [rng.random(count), rng.random(count), 0.5 * config.erase * rng.random(count), rng.random(count)], axis=1
    )
    return Changes(
        inverse.astype(np.float32), tone.astype(np.float32), erase.astype(np.float32), config.noise, seed * 7919 + view
    )


def pixel_transforms(inverse: Float, height: int, width: int) -> Float:
    """`Changes.inverse` as the eight coefficients that TensorFlow's projective transform takes, for pixel centres."""
    a0, a1, a2, b0, b1, b2 = inverse.T
    cx, cy = (width - 1) / 2.0, (height - 1) / 2.0
    # x_in/W = a0 x_out/W + a1 y_out/H + a2, about the centre
    a1, b0 = a1 * width / height, b0 * height / width
    a2, b2 = a2 * width + cx - a0 * cx - a1 * cy, b2 * height + cy - b0 * cx - b1 * cy
    zero = np.zeros_like(a0)
    return np.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1).astype(np.float32)


def apply(pixels: Any, transforms: Any, tone: Any, erase: Any, noise: float, seed: Any, how: Normalization) -> Any:
    """Apply changes to a batch in TensorFlow: uint8 [B, H, W, C] → normalized float32, clipped to the pixel range."""
    tf = backend().tf
    shape = tf.shape(pixels)
    x = tf.cast(pixels, tf.float32) / 255.0
    x = tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=transforms,
        output_shape=shape[1:3],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    channels = pixels.shape[-1]
    gain = tone[:, None, None, 2 : 2 + channels] if channels > 1 else 1.0
    x = (x * tone[:, None, None, 0:1] + tone[:, None, None, 1:2]) * gain
    rows = (tf.range(tf.cast(shape[1], tf.float32)) + 0.5) / tf.cast(shape[1], tf.float32)
    columns = (tf.range(tf.cast(shape[2], tf.float32)) + 0.5) / tf.cast(shape[2], tf.float32)
    inside = (tf.abs(rows[None, :] - erase[:, 0:1]) < erase[:, 2:3])[:, :, None] & (
        tf.abs(columns[None, :] - erase[:, 1:2]) < erase[:, 2:3]
    )[:, None, :]
    x = tf.where(inside[..., None], erase[:, None, None, 3:4], x)
    if noise > 0.0:
        x += tf.random.stateless_normal(tf.shape(x), seed=seed, stddev=noise)
    x = tf.clip_by_value(x, 0.0, 1.0)
    return (x * 255.0 - how.offset) / how.divisor


@dataclass(frozen=True, eq=False)
class Batches:
    """Training images in batches of one view, made by tf.data in the background.

    Attributes:
        images: uint8 [N, H, W, C].
        config: which changes.
        how: normalization of the network.
        batch: images per step.
        seed: of views and order.
    """

    images: npt.NDArray[np.uint8]
    config: Augment
    how: Normalization
    batch: int
    seed: int

    def view(self, view: int, epoch: int | None, *targets: npt.NDArray[Any]) -> Any:
        """A tf.data.Dataset of (images float32, *targets).

        Args:
            view: number of the view; -1 for images as they are.
            epoch: shuffles by (seed, epoch) and mixes up; None keeps the order.
            targets: arrays of length N, one row per image; float32 where mixup applies to them.
        """
        tf = backend().tf
        count, height, width, _ = self.images.shape
        changes = draw(self.config, count, self.seed, view)
        transforms = pixel_transforms(changes.inverse, height, width)
        order = np.arange(count)
        mix = np.ones(count, np.float32)
        if epoch is not None:
            rng = np.random.default_rng([self.seed, 1, epoch])
            rng.shuffle(order)
            mix = self._mix(rng, count)
        mixed = self.config.mixup > 0.0 and epoch is not None
        arrays: list[npt.NDArray[Any]] = [self.images, transforms, changes.tone, changes.erase, *targets]
        columns = tuple([a[order] for a in arrays] + ([mix] if mixed else []))

        def finish(number: Any, parts: Any) -> Any:
            pixels, matrix, tone, erase = parts[:4]
            rest: list[Any] = list(parts[4:])
            seed = tf.stack([tf.constant(changes.seed, tf.int64), number])
            x = apply(pixels, matrix, tone, erase, changes.noise, seed, self.how)
            if mixed:
                share = rest.pop()[0]
                blend = [share * t + (1.0 - share) * tf.reverse(t, [0]) for t in (x, *rest)]
                x, rest = blend[0], blend[1:]
            return (x, *rest)

        dataset = tf.data.Dataset.from_tensor_slices(columns).batch(
            self.batch, drop_remainder=epoch is not None and count >= self.batch
        )
        return dataset.enumerate().map(finish, num_parallel_calls=2, deterministic=True).prefetch(2)

    def _mix(self, rng: np.random.Generator, count: int) -> Float:
        """Share of each image in its mixture, the same over a batch; 1 where the batch is not mixed."""
        batches = -(-count // self.batch)
        drawn = rng.beta(0.4, 0.4, batches)
        share = np.maximum(drawn, 1.0 - drawn)
        share = np.where(rng.random(batches) < self.config.mixup, share, 1.0)
        return np.repeat(share, self.batch)[:count].astype(np.float32)


def plain_batches(images: npt.NDArray[np.uint8], how: Normalization, batch: int = 128) -> Iterator[Float]:
    """Normalized images without augmentation, in order: float32 [B, H, W, C]."""
    table = ((np.arange(256, dtype=np.float64) - how.offset) / how.divisor).astype(np.float32)
    for start in range(0, len(images), batch):
        yield table[images[start : start + batch]]
