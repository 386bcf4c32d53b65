"""Decodes image files of any mode and size to pixels; training, evaluation and bench share this code.

Choices that affect the result: only the first frame is used; EXIF orientation is applied; transparent pixels are
blended with black; samples of more than 8 bits are scaled by the smallest bit depth (8…16, else 32) that holds the
image's maximum,
since 12-bit scans are commonly stored in 16 bits; grey is ITU-R BT.601 luma; resizing is Pillow's antialiased bilinear
filter and does not keep the aspect ratio.
"""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from mcu_toolkit.errors import DataError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})

#: Decoders of Pillow that may run. Others start programs (EPS starts Ghostscript) or are little tested.
FORMATS = ("JPEG", "PNG", "BMP", "TIFF")

#: Larger files are refused before they are read.
MAX_FILE_BYTES = 1 << 29

#: Images of more pixels are refused before they are decoded (a decompression bomb fills the memory).
MAX_PIXELS = 64_000_000

#: Side of the thumbnails that near-duplicates are found with.
THUMB = 32

_DEEP = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded image.

    Attributes:
        pixels: uint8 [H, W, C] at the size asked for.
        sha256: of the file.
        content: SHA-256 of the decoded pixels before resizing, with their shape: equal for equal pictures in any file
            format.
        thumb: uint8 [32, 32], grey.
    """

    pixels: npt.NDArray[np.uint8]
    sha256: str
    content: str
    thumb: npt.NDArray[np.uint8]


def decode(path: Path, height: int, width: int, channels: int, name: str | None = None) -> Decoded:
    """Read one image file.

    Args:
        path: the file.
        height, width: size to resize to.
        channels: 1 for grey, 3 for RGB.
        name: its name in messages; the path by default.

    Raises:
        DataError: unreadable, truncated, not an image, too large, or empty.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except OSError as bad:
        raise DataError(f"cannot read image {name or path}: {bad.strerror}") from bad
    if len(raw) > MAX_FILE_BYTES:
        raise _too_large(name or str(path), "a longer file", f"a file of at most {MAX_FILE_BYTES >> 20} MB")
    picture = _open(raw, name or str(path))
    eight = _eight_bit(picture, channels, name or str(path))
    full = np.asarray(eight)
    digest = hashlib.sha256(struct.pack("<III", *(full.shape if full.ndim == 3 else (*full.shape, 1))))
    digest.update(full.tobytes())
    resized = np.asarray(eight.resize((width, height), Image.Resampling.BILINEAR))
    thumb = np.asarray(eight.convert("L").resize((THUMB, THUMB), Image.Resampling.BOX))
    pixels = np.ascontiguousarray(resized.reshape(height, width, channels))
    return Decoded(pixels, hashlib.sha256(raw).hexdigest(), digest.hexdigest(), thumb)


def _open(raw: bytes, name: str) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(raw), formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise _too_large(name, f"{picture.width} x {picture.height}")
        picture.load()
        return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as bad:
        raise _too_large(name, str(bad)) from bad
    except UnidentifiedImageError as bad:
        raise DataError(
            f"image {name} cannot be read: not an image",
            expected="JPEG, PNG, BMP or TIFF",
            received=f"{len(raw)} bytes that begin {raw[:8].hex(' ') or 'nowhere (empty file)'}",
            hint="repair or remove it, or pass --skip-bad",
        ) from bad
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, OverflowError, KeyError, TypeError) as bad:
        # Pillow's decoders raise all of these on damaged files.
        raise DataError(
            f"image {name} cannot be read: {bad}",
            expected="a whole JPEG, PNG, BMP or TIFF file",
            hint="repair or remove it, or pass --skip-bad",
        ) from bad


def _too_large(name: str, received: str, expected: str = f"at most {MAX_PIXELS:,} pixels") -> DataError:
    return DataError(
        f"image {name} is too large to be decoded safely",
        expected=expected,
        received=received,
        hint="scale it down, or pass --skip-bad",
    )


def _eight_bit(picture: Image.Image, channels: int, name: str) -> Image.Image:
    if picture.mode in _DEEP:
        picture = _from_deep(np.asarray(picture), name)
    elif picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        over = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", over.size, (0, 0, 0, 255)), over).convert("RGB")
    elif picture.mode not in {"L", "RGB"}:
        picture = picture.convert("RGB")
    wanted = "L" if channels == 1 else "RGB"
    return picture if picture.mode == wanted else picture.convert(wanted)


def _from_deep(samples: npt.NDArray[np.generic], name: str) -> Image.Image:
    values = samples.astype(np.float64)
    if not np.isfinite(values).all():
        raise DataError(
            f"image {name} holds values that are not numbers", hint="repair or remove it, or pass --skip-bad"
        )
    low, high = float(values.min()), float(values.max())
    if low < 0.0:
        values, high = values - low, high - low
    if samples.dtype.kind == "f":
        full = 1.0 if high <= 1.0 else 255.0 if high <= 255.0 else high
    else:
        bits = max(8, int(high).bit_length())
        full = float(2 ** (bits if bits <= 16 else 32) - 1)
    return Image.fromarray(np.floor(values * (255.0 / full) + 0.5).astype(np.uint8))
