"""Images inside HTML pages."""

from __future__ import annotations

import base64
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image


def data_uri(image: npt.NDArray[np.uint8]) -> str:
    """An image (uint8 [H, W, 1] or [H, W, 3]) as a PNG data URI."""
    stream = BytesIO()
    pixels = image[..., 0] if image.shape[-1] == 1 else image
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
