"""Which sample images a report shows, with what the device said about them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from mcu_toolkit.report.bench import Truth


@dataclass(frozen=True)
class Shot:
    """One image of the report.

    Attributes:
        name: id of the image.
        png: data URI.
        truth, answer: class names; truth is empty where it is not known.
        right: whether they agree; None where the truth is not known.
        differs: whether the device's output differs from the host's.
    """

    name: str
    png: str
    truth: str
    answer: str
    right: bool | None
    differs: bool


def data_uri(image: npt.NDArray[np.uint8]) -> str:
    """An image (uint8 [H, W, 1] or [H, W, 3]) as a PNG data URI."""
    stream = BytesIO()
    pixels = image[..., 0] if image.shape[-1] == 1 else image
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def choose(
    report: Mapping[str, Any],
    ids: Sequence[str],
    images: npt.NDArray[np.uint8] | None,
    truth: Truth | None,
    outputs: npt.NDArray[np.int8],
    count: int,
) -> tuple[Shot, ...]:
    """At most `count` images: those whose outputs differ from the host's first, then errors and right answers in turn.

    Args:
        report: the bench document.
        ids, images, truth, outputs: of all samples, in one order; no shots without images.
    """
    if images is None or truth is None or not len(ids):
        return ()
    differing = set(report.get("mismatching_samples", ()))
    answers = outputs.argmax(axis=1)
    wrong = [i for i, label in enumerate(truth.labels) if label is not None and label != answers[i]]
    rest = sorted(set(range(len(ids))) - set(wrong))
    first = [i for i in range(len(ids)) if ids[i] in differing]
    half = count // 2
    order = dict.fromkeys([*first, *_spread(wrong, half), *_spread(rest, count), *wrong])
    return tuple(
        _shot(i, ids, images, truth, int(answers[i]), ids[i] in differing) for i in [*order][: min(count, len(ids))]
    )


def _spread(indices: Sequence[int], count: int) -> list[int]:
    """At most `count` of the indices, evenly spaced, so that every class is likely to be seen."""
    if len(indices) <= count:
        return list(indices)
    return [indices[(2 * k + 1) * len(indices) // (2 * count)] for k in range(count)]


def _shot(i: int, ids: Sequence[str], images: npt.NDArray[np.uint8], truth: Truth, answer: int, differs: bool) -> Shot:
    label = truth.labels[i]
    return Shot(
        name=ids[i],
        png=data_uri(images[i]),
        truth="" if label is None else truth.class_names[label],
        answer=truth.class_names[answer],
        right=None if label is None else label == answer,
        differs=differs,
    )
