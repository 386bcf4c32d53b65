"""The training report: terminal and page of the shipped phantom run, of several seeds, of a conversion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.records.codec import read
from mcu_toolkit.records.seeds import SeedAccuracy, SeedsRecord
from mcu_toolkit.records.train import QuantizationMode, TrainRecord
from mcu_toolkit.report.training.page import training_page
from mcu_toolkit.report.training.terminal import modes_text, training_text
from tests.support.pages import checked
from tests.support.terminal import shown

METRICS = Path(__file__).resolve().parents[2] / "models" / "phantom" / "metrics.json"


@pytest.fixture
def phantom() -> TrainRecord:
    """The run of the model that ships with the package."""
    return read(TrainRecord, METRICS)


def test_the_terminal_shows_split_accuracies_and_size(phantom: TrainRecord) -> None:
    text = shown(training_text(phantom))
    assert "1600 train, 400 validation; 0 equal and 0 near-duplicate images" in text
    assert "student, int8" in text and "80.50 %" in text and "76.3 to 84.1 %" in text
    assert "42.5 KiB .tflite, 19,500 parameters, 2.75 M MACs" in text
    assert "synthetic images" in text and "conflicting" not in text


def test_seeds_show_mean_and_spread_instead_of_intervals(phantom: TrainRecord) -> None:
    seeds = SeedsRecord("phantom", (1, 2), {"int8": SeedAccuracy(0.8, 0.01, (0.79, 0.81))}, (10, 10))
    text = shown(training_text(phantom, seeds))
    assert "held-out accuracy, 2 seeds" in text
    assert "80.00 %" in text and "1.00 %" in text and "79.0 %, 81.0 %" in text


def test_modes_of_a_conversion_end_with_the_int8_model(phantom: TrainRecord) -> None:
    converted = replace(phantom, modes=(QuantizationMode("float16", 2048, 0.75),))
    lines = shown(modes_text(converted)).split("\n")
    rows = [line.split() for line in lines if line.strip()]
    assert rows[1] == ["float16", "2.0", "KiB", "75.00", "%"]
    assert rows[2] == ["int8", "42.5", "KiB", "80.50", "%"]


def test_the_page_shows_curves_and_maps(phantom: TrainRecord) -> None:
    maps = {
        "pixels": np.zeros((2, 8, 8, 1), dtype=np.uint8),
        "labels": np.array([0, 3]),
        "float_gradient": np.ones((2, 8, 8), dtype=np.float32),
        "int8_gradient": np.ones((2, 8, 8), dtype=np.float32),
    }
    page = checked(training_page(phantom, maps))
    for part in ("Held-out accuracy", "Loss", "insertion", "gradient, int8", "glioma", "pituitary", "synthetic"):
        assert part in page


def test_parts_that_were_not_measured_are_left_out(phantom: TrainRecord) -> None:
    page = checked(training_page(replace(phantom, saliency=None, history={}, synthetic=False)))
    assert "Saliency" not in page and "Loss" not in page and "synthetic phantoms" not in page
