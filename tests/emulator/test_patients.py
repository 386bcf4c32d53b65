"""No image and no file name of the data is in anything that a default bench wrote."""

from __future__ import annotations

import base64
import io
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mcu_toolkit import Project
from mcu_toolkit.data import phantom
from mcu_toolkit.workflow.sources import shipped_model
from tests.support.arm_rig import needs_arm

pytestmark = needs_arm
PATIENT = "MUELLER_Anna_19470311"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Path, list[bytes]]:
    """A built and flashed project, a folder of images named after a patient, and the pixels of each."""
    data = tmp_path_factory.mktemp("data")
    made = phantom.generate(16, 96, 96, seed=5)
    for number, (image, label) in enumerate(zip(made.images, made.labels, strict=True)):
        folder = data / phantom.CLASSES[int(label)]
        folder.mkdir(exist_ok=True)
        Image.fromarray(image).save(folder / f"{PATIENT}_{number}.png")
    project = Project(tmp_path_factory.mktemp("project"))
    project.build("qemu-m4", shipped_model())
    project.flash("qemu-m4")
    return project, data, [image.tobytes() for image in made.images]


def _written(project: Project) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.out.rglob("*") if path.is_file()}


def _leaks(content: bytes, images: list[bytes]) -> bool:
    """Whether a file holds a name of the data, or a row of pixels of an image, as they are or in a PNG of a page."""
    pixels = content
    for part in content.split(b"data:image/png;base64,")[1:]:
        encoded = part.split(b'"', 1)[0]
        pixels += np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded)))).tobytes()
    return PATIENT.encode() in content or any(image[4096:4192] in pixels for image in images)


def test_a_default_bench_writes_no_image_and_no_file_name(project: tuple[Project, Path, list[bytes]]) -> None:
    mine, data, images = project
    record = mine.bench("qemu-m4", data=data)
    assert record.samples == len(images)
    assert [str(path) for path, content in _written(mine).items() if _leaks(content, images)] == []


def test_images_and_names_are_shown_where_they_are_asked_for_and_removed_by_clean(
    project: tuple[Project, Path, list[bytes]],
) -> None:
    mine, data, images = project
    mine.bench("qemu-m4", data=data, images=True, names=True)
    page = mine.out / "bench" / "qemu-m4" / "report.html"
    assert _leaks(page.read_bytes(), images) and PATIENT in page.read_text()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    removed = mine.clean(images=True)
    assert removed.removed == ("mcutk-out/bench/qemu-m4/report.html",) and removed.bytes > 0
    assert [str(path) for path, content in _written(mine).items() if _leaks(content, images)] == []


def test_verify_names_a_sample_by_its_number(project: tuple[Project, Path, list[bytes]]) -> None:
    mine, data, _ = project
    assert mine.verify("qemu-m4", data=data, sample=3).sample == "image 3"
