"""Synthetic head-MRI phantoms in four classes, made in NumPy from a seed.

**These are not medical images.** They let the whole tool run without a download or a licence; a network trained on them
cannot classify images of patients, and every figure on them must be labelled synthetic.

A phantom is an axial slice: scalp, skull, cerebrospinal fluid, folded cortex over white matter, ventricles, falx. The
anatomy (shape, tilt, folding, ventricles), the contrast (T1-, T2- or FLAIR-like tissue greys), blur, bias field and
Rician noise vary from image to image, and so do the lesions:

========== ==========================================================================================
glioma     within a hemisphere; irregular border, uneven inside, often a dark core with a bright rim, oedema around it
meningioma based on the skull or the falx; round, even, sharply bounded
pituitary  midline, where the sella lies; small, round, even
none       no lesion
========== ==========================================================================================

All classes carry distractors (vessels, spots of bright white matter, bright sinuses), and lesions may be small or
faint, so that neither the mean grey nor one pixel reveals the class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.progress import Progress, silent

CLASSES: tuple[str, ...] = ("glioma", "meningioma", "none", "pituitary")

#: Incremented when the generator makes other images from the same seed.
VERSION = 1

Field = npt.NDArray[np.float32]

#: Greys by contrast: scalp, skull, fluid, cortex, white matter, lesion.
_CONTRASTS: tuple[tuple[float, ...], ...] = (
    (0.80, 0.08, 0.14, 0.42, 0.56, 0.92),  # T1-like with contrast agent
    (0.55, 0.06, 0.90, 0.50, 0.34, 0.76),  # T2-like
    (0.62, 0.06, 0.10, 0.48, 0.40, 0.86),  # FLAIR-like
)


@dataclass(frozen=True, eq=False)
class Phantoms:
    """Generated images: uint8 [N, H, W] and their classes, int64 [N], indices into `CLASSES`."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]


def generate(
    count: int, height: int, width: int, *, seed: int, difficulty: float = 1.0, progress: Progress = silent
) -> Phantoms:
    """Generate phantoms of all classes in turn.

    Image i depends on the seed and i only: a longer series begins with the images of a shorter one.

    Args:
        count: number of images.
        height, width: size.
        seed: of all random numbers.
        difficulty: 0 clear lesions and no noise, 1 as the recipe has it; scales noise and faintness.
        progress: called with ("data", done, count).
    """
    images = np.zeros((count, height, width), dtype=np.uint8)
    labels = np.arange(count, dtype=np.int64) % len(CLASSES)
    grid = _Grid.of(height, width)
    for i in range(count):
        images[i] = _Head(np.random.default_rng([seed, i]), grid, difficulty).draw(CLASSES[int(labels[i])])
        if (i + 1) % 64 == 0 or i + 1 == count:
            progress("data", i + 1, count)
    return Phantoms(images, labels)


def thumbnails(images: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    """Box-averaged miniatures for the search for duplicates: uint8 [N, H, W] → uint8 [N, side, side]."""
    rows, columns = _box(images.shape[1], side), _box(images.shape[2], side)
    small = np.einsum("ih,nhw,jw->nij", rows, images.astype(np.float32), columns, optimize=True)
    return np.asarray(np.floor(small + 0.5), dtype=np.uint8)


def _box(size: int, side: int) -> Field:
    """Matrix [side, size] that averages equal spans, sharing pixels at their borders."""
    edges = np.linspace(0.0, size, side + 1)
    pixel = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return np.asarray(np.clip(overlap, 0.0, 1.0) * (side / size), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class _Grid:
    """Pixel centres: x to the right, y downward, each -1…1; float32 [H, W]."""

    x: Field
    y: Field

    @classmethod
    def of(cls, height: int, width: int) -> _Grid:
        y = (np.arange(height, dtype=np.float32) + 0.5) * (2.0 / height) - 1.0
        x = (np.arange(width, dtype=np.float32) + 0.5) * (2.0 / width) - 1.0
        columns, rows = np.meshgrid(x, y)
        return cls(columns, rows)


@dataclass(frozen=True, eq=False)
class _Lesion:
    """A lesion: coverage 0…1 of each pixel, its grey pattern relative to the lesion grey, coverage by oedema."""

    cover: Field
    grey: Field
    oedema: Field | None = None


class _Head:
    """One phantom: draws its anatomy at random, then the lesion."""

    def __init__(self, rng: np.random.Generator, grid: _Grid, difficulty: float) -> None:
        self.rng = rng
        self.difficulty = difficulty
        self.shape = grid.x.shape
        self.edge = 2.5 / grid.x.shape[0]
        tilt = np.deg2rad(rng.normal(0.0, 6.0))
        x0, y0 = rng.normal(0.0, 0.03, 2)
        self.a, self.b = rng.uniform(0.74, 0.86), rng.uniform(0.86, 0.97)
        u, v = grid.x - np.float32(x0), grid.y - np.float32(y0)
        # Head coordinates, scaled so that the outer scalp is the unit circle (v < 0 is the forehead).
        self.u = ((u * np.cos(tilt) + v * np.sin(tilt)) / self.a).astype(np.float32)
        self.v = ((v * np.cos(tilt) - u * np.sin(tilt)) / self.b).astype(np.float32)
        self.r = np.sqrt(self.u**2 + self.v**2) * (1.0 + 0.03 * self.noise(3))
        greys = np.array(_CONTRASTS[int(rng.integers(len(_CONTRASTS)))])
        self.scalp, self.skull, self.fluid, self.cortex, self.white, self.tumour = np.clip(
            greys + rng.normal(0.0, 0.04, 6), 0.02, 1.0
        )
        self.inner = rng.uniform(0.82, 0.87)

    def noise(self, cells: int) -> Field:
        """A smooth random field of unit standard deviation with about `cells` features per side."""
        height, width = self.shape
        coarse = self.rng.standard_normal((cells + 3, cells + 3)).astype(np.float32)
        field = _spline(height, cells) @ coarse @ _spline(width, cells).T
        return np.asarray(field / 0.6, dtype=np.float32)

    def inside(self, distance: Field, level: float = 0.0, soft: float = 1.0) -> Field:
        """Cover 0…1 of the region distance < level, with a border about a pixel wide times `soft`."""
        return np.asarray(np.clip(0.5 + (level - distance) / (self.edge * soft), 0.0, 1.0), dtype=np.float32)

    def draw(self, name: str) -> npt.NDArray[np.uint8]:
        """The phantom of a class: uint8 [H, W]."""
        picture = self.anatomy()
        picture = self.distract(picture)
        lesion = {"glioma": self.glioma, "meningioma": self.meningioma, "pituitary": self.pituitary}.get(name)
        if lesion is not None:
            picture = self.implant(picture, lesion())
        return self.scan(picture)

    def anatomy(self) -> Field:
        """Scalp, skull, fluid, folded cortex, white matter, ventricles, falx."""
        rng = self.rng
        picture = self.scalp * self.inside(self.r, 1.0)
        for level, grey in ((self.inner + 0.08, self.skull), (self.inner, self.fluid)):
            picture = _over(picture, self.inside(self.r, level), grey)
        folds = self.noise(14)
        picture = _over(picture, self.inside(self.r + 0.02 * folds, self.inner - 0.03), self.cortex)
        depth = rng.uniform(0.12, 0.2)
        white = self.inside(self.r + rng.uniform(0.05, 0.09) * folds, self.inner - depth, soft=2.0)
        picture = _over(picture, white, self.white)
        falx = self.inside(np.abs(self.u + 0.01 * folds) - 0.012) * (np.abs(self.v) > 0.35)
        picture = _over(picture, falx * self.inside(self.r, self.inner), self.fluid)
        size, spread, tilt = rng.uniform(0.5, 1.4), rng.uniform(0.1, 0.17), rng.uniform(0.1, 0.5)
        for side in (-1.0, 1.0):
            du, dv = side * self.u - spread, self.v - rng.normal(-0.03, 0.03)
            across, along = du + tilt * dv, dv - tilt * du
            bent = np.sqrt((across / (0.07 * size)) ** 2 + (along / (0.26 * size)) ** 2) + 0.08 * self.noise(6)
            picture = _over(picture, self.inside(0.1 * (bent - 1.0)), self.fluid)
        return picture

    def distract(self, picture: Field) -> Field:
        """Structures that are not lesions but look similar."""
        rng = self.rng
        brain = self.inside(self.r, self.inner - 0.06)
        for _ in range(int(rng.integers(0, 5))):
            radius, angle = rng.uniform(0.1, 0.7), rng.uniform(0.0, 2.0 * np.pi)
            spot = self.blob(radius * np.sin(angle), radius * np.cos(angle), rng.uniform(0.015, 0.05), 0.2)
            picture = _over(picture, spot * brain * rng.uniform(0.3, 0.9), rng.uniform(0.0, 1.0))
        if rng.random() < 0.5:  # venous sinus at the back, on the midline
            sinus = self.blob(rng.normal(0.0, 0.02), self.inner - 0.04, rng.uniform(0.04, 0.09), 0.1)
            picture = _over(picture, sinus, rng.uniform(0.6, 0.95))
        if rng.random() < 0.5:  # vessels where the sella is: not a tumour
            for side in (-1.0, 1.0):
                vessel = self.blob(
                    side * rng.uniform(0.05, 0.14), 0.1 + rng.normal(0.0, 0.1), rng.uniform(0.02, 0.05), 0.1
                )
                picture = _over(picture, vessel, self.tumour * rng.uniform(0.7, 1.1))
        shade = 1.0 + 0.07 * self.noise(9)
        return np.asarray(picture * np.where(brain > 0.5, shade, 1.0), dtype=np.float32)

    def blob(self, u: float, v: float, radius: float, rough: float, soft: float = 1.0) -> Field:
        """Cover of a round region in head coordinates whose border is `rough`."""
        distance = np.sqrt((self.u - np.float32(u)) ** 2 + (self.v - np.float32(v)) ** 2)
        return self.inside(distance - radius * (1.0 + rough * self.noise(7)), soft=soft)

    def glioma(self) -> _Lesion:
        """Infiltrating, within a hemisphere."""
        rng = self.rng
        radius, angle, side = rng.uniform(0.12, 0.48), rng.uniform(-2.4, 2.4), rng.choice([-1.0, 1.0])
        u, v = side * max(0.1, abs(radius * np.cos(angle))), radius * np.sin(angle) * 1.2
        size = rng.uniform(0.13, 0.32)
        cover = self.blob(u, v, size, 0.3, soft=rng.uniform(1.5, 5.0))
        grey = 1.0 + 0.18 * self.noise(16)
        if rng.random() < 0.65:
            core = self.blob(u, v, size * rng.uniform(0.4, 0.75), 0.35, soft=2.0)
            grey = grey * (1.0 - core * rng.uniform(0.4, 0.8))
        oedema = self.blob(u, v, size * rng.uniform(1.3, 1.9), 0.3, soft=8.0) if rng.random() < 0.75 else None
        return _Lesion(cover, np.asarray(grey, dtype=np.float32), oedema)

    def meningioma(self) -> _Lesion:
        """Broad-based on the skull, or on the falx."""
        rng = self.rng
        size = rng.uniform(0.11, 0.27)
        if rng.random() < 0.75:
            angle, reach = rng.uniform(0.0, 2.0 * np.pi), self.inner - size * rng.uniform(0.45, 0.8)
            u, v = reach * np.cos(angle), reach * np.sin(angle)
        else:
            u = rng.choice([-1.0, 1.0]) * size * rng.uniform(0.5, 0.8)
            v = rng.choice([-1.0, 1.0]) * rng.uniform(0.42, 0.62)
        cover = self.blob(u, v, size, 0.08) * self.inside(self.r, self.inner)
        oedema = self.blob(u, v, size * 1.35, 0.25, soft=8.0) if rng.random() < 0.3 else None
        return _Lesion(cover, np.asarray(1.0 + 0.05 * self.noise(10), dtype=np.float32), oedema)

    def pituitary(self) -> _Lesion:
        """On the midline, where the sella lies."""
        rng = self.rng
        u, v, size = rng.normal(0.0, 0.03), 0.1 + rng.normal(0.0, 0.07), rng.uniform(0.1, 0.2)
        cover = self.blob(u, v, size, 0.1, soft=1.5)
        if rng.random() < 0.4:  # a waist where it leaves the sella
            cover = np.maximum(cover, self.blob(u, v - size * 1.1, size * rng.uniform(0.5, 0.9), 0.1, soft=1.5))
        return _Lesion(cover, np.asarray(1.0 + 0.07 * self.noise(10), dtype=np.float32))

    def implant(self, picture: Field, lesion: _Lesion) -> Field:
        """Blend a lesion into the picture."""
        rng = self.rng
        brain = self.inside(self.r, self.inner)
        visible = 1.0 - 0.4 * self.difficulty * rng.random() ** 2
        if lesion.oedema is not None:
            swollen = self.fluid if self.fluid > 0.5 else 0.75 * self.fluid + 0.25 * self.white
            picture = _over(picture, lesion.oedema * brain * rng.uniform(0.2, 0.7), swollen)
        cover = lesion.cover * brain * max(visible, 0.15)
        return np.asarray(picture * (1.0 - cover) + cover * lesion.grey * self.tumour, dtype=np.float32)

    def scan(self, picture: Field) -> npt.NDArray[np.uint8]:
        """Effects of the scanner: bias field, Rician noise, blur, window; uint8."""
        rng, hard = self.rng, self.difficulty
        picture = picture * (1.0 + 0.18 * hard * np.clip(self.noise(1), -2.0, 2.0))
        sigma = hard * rng.uniform(0.005, 0.045)
        real, imaginary = rng.normal(0.0, 1.0, (2, *self.shape)).astype(np.float32) * np.float32(sigma)
        picture = np.sqrt((picture + real) ** 2 + imaginary**2)
        if rng.random() < 0.5:
            picture = _blur(picture)
        gain, gamma = rng.uniform(0.8, 1.1), rng.uniform(0.85, 1.2)
        return np.asarray(np.clip(picture * gain, 0.0, 1.0) ** gamma * 255.0 + 0.5, dtype=np.uint8)


def _over(picture: Field, cover: npt.NDArray[np.floating], grey: float) -> Field:
    """The picture with `grey` laid over it where `cover` says."""
    return np.asarray(picture + cover * (grey - picture), dtype=np.float32)


def _blur(picture: Field) -> Field:
    """Binomial 3 x 3."""
    padded = np.pad(picture, 1, mode="edge")
    rows = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return np.asarray(0.25 * rows[:, :-2] + 0.5 * rows[:, 1:-1] + 0.25 * rows[:, 2:], dtype=np.float32)


def _spline(size: int, cells: int) -> Field:
    """Uniform cubic B-spline weights [size, cells + 3] that spread `cells` intervals over `size` pixels."""
    at = (np.arange(size, dtype=np.float64) + 0.5) * cells / size
    cell = np.minimum(at.astype(np.int64), cells - 1)
    t = at - cell
    weights = np.zeros((size, cells + 3))
    parts = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    for offset, part in enumerate(parts):
        weights[np.arange(size), cell + offset] = part / 6.0
    return weights.astype(np.float32)
