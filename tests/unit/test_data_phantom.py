"""The phantom generator: repeatable, varied, and not separable by a trivial model."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.data import phantom


def test_same_seed_same_images_and_prefixes_agree() -> None:
    a = phantom.generate(12, 48, 48, seed=5)
    b = phantom.generate(8, 48, 48, seed=5)
    assert (a.images[:8] == b.images).all()
    assert not (a.images[:8] == phantom.generate(8, 48, 48, seed=6).images).all()


def test_classes_are_balanced_and_images_distinct() -> None:
    made = phantom.generate(40, 32, 32, seed=1)
    assert np.bincount(made.labels).tolist() == [10, 10, 10, 10]
    assert len({image.tobytes() for image in made.images}) == 40
    assert made.images.dtype == np.uint8
    assert made.images.std(axis=(1, 2)).min() > 5


@pytest.mark.parametrize("shape", [(8, 8), (33, 65), (96, 96)])
def test_any_size(shape: tuple[int, int]) -> None:
    assert phantom.generate(4, *shape, seed=1).images.shape == (4, *shape)


def test_mean_grey_and_a_linear_model_do_not_separate_the_classes() -> None:
    """Least squares on pixels stays far below the accuracy of a network: classes differ by shape and position."""
    made = phantom.generate(480, 32, 32, seed=9)
    x = np.concatenate([made.images.reshape(480, -1) / 255.0, np.ones((480, 1))], axis=1)
    y = np.eye(4)[made.labels]
    train, test = slice(0, 320), slice(320, 480)
    weights = np.linalg.solve(x[train].T @ x[train] + 10 * np.eye(x.shape[1]), x[train].T @ y[train])
    assert ((x[test] @ weights).argmax(1) == made.labels[test]).mean() < 0.6
    means = made.images.mean(axis=(1, 2))
    centres = np.array([means[train][made.labels[train] == c].mean() for c in range(4)])
    nearest = np.abs(means[test, None] - centres).argmin(1)
    assert (nearest == made.labels[test]).mean() < 0.45


def test_thumbnails_average_boxes() -> None:
    image = np.zeros((1, 8, 8), np.uint8)
    image[0, :4, :4] = 200
    small = phantom.thumbnails(image, 2)
    assert small.tolist() == [[[200, 0], [0, 0]]]
    assert phantom.thumbnails(np.full((2, 33, 65), 7, np.uint8), 32).min() == 7
