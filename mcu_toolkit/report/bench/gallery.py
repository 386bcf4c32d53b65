"""Sample images of a bench page, with the class that the device gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.report.classification import Truth
from mcu_toolkit.report.images import data_uri


@dataclass(frozen=True)
class Shot:
    """One image of the page.

    Attributes:
        name: id of the image.
        png: data URI.
        truth, predicted: class names; truth is empty where it is not known.
        right: whether they agree; None where the truth is not known.
        differs: whether the output of the device differs from the host's.
    """

    name: str
    png: str
    truth: str
    predicted: str
    right: bool | None
    differs: bool


def choose(
    ids: Sequence[str],
    images: npt.NDArray[np.uint8],
    truth: Truth,
    predicted: npt.NDArray[np.int64],
    count: int,
    *,
    differing: Sequence[str] = (),
) -> tuple[Shot, ...]:
    """At most `count` images: differing ones first, then about as many wrong as right predictions.

    Args:
        ids, images, truth, predicted: of all samples, in one order.
        count: of images.
        differing: ids of the samples whose outputs differ from the host's.
    """
    wrong = [i for i, label in enumerate(truth.labels) if label is not None and label != predicted[i]]
    rest = sorted(set(range(len(ids))) - set(wrong))
    marked = set(differing)
    first = [i for i in range(len(ids)) if ids[i] in marked]
    order = dict.fromkeys([*first, *_spread(wrong, count // 2), *_spread(rest, count), *wrong])
    return tuple(
        _shot(ids[i], images[i], truth, truth.labels[i], int(predicted[i]), ids[i] in marked) for i in [*order][:count]
    )


def _spread(indices: Sequence[int], count: int) -> list[int]:
    """At most `count` of the indices, evenly spaced, so that every class is likely to be among them."""
    if len(indices) <= count:
        return list(indices)
    return [indices[(2 * k + 1) * len(indices) // (2 * count)] for k in range(count)]


def _shot(
    name: str, image: npt.NDArray[np.uint8], truth: Truth, label: int | None, predicted: int, differs: bool
) -> Shot:
    return Shot(
        name=name,
        png=data_uri(image),
        truth="" if label is None else truth.class_names[label],
        predicted=truth.class_names[predicted],
        right=None if label is None else label == predicted,
        differs=differs,
    )
