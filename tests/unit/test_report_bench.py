"""The bench report: the keys that others read, and what stands in them."""

from __future__ import annotations

import dataclasses
import json
import zlib
from typing import Any

import numpy as np
import pytest

from mcu_toolkit.report import bench, gallery, html, terminal
from mcu_toolkit.report.bench import BenchData, Layer, Memory, Truth

NAMES = ("glioma", "none & <b>nothing</b>", "pituitary")
MEMORY = Memory(60_000, 12_000, 40_000, 8_000, 1 << 20, 40_000, 30_000, 29_000, 1_808, 8_192, 700, 1 << 18)


def made(**changes: Any) -> BenchData:
    """Thirty labelled images, six of them classified wrong, no mismatch."""
    labels = np.arange(30) % 3
    answers = np.where(np.arange(30) < 6, (labels + 1) % 3, labels)
    device = np.full((30, 3), -100, dtype=np.int8)
    device[np.arange(30), answers] = 100
    data = BenchData(
        board="qemu-m4",
        board_name="an emulated board",
        runtime="aot",
        model_sha256="a" * 64,
        firmware_sha256="b" * 64,
        ids=tuple(f"{NAMES[k]}/{i}.png" for i, k in enumerate(labels)),
        device=device,
        host=device.copy(),
        output_scale=1 / 256,
        output_zero_point=-128,
        latencies=np.arange(1000, 1030, dtype=np.int64),
        unit="instructions",
        memory=MEMORY,
        link={"bytes_sent": 1, "bytes_received": 2, "retries": 0, "seconds": 0.5},
        truth=Truth(NAMES, tuple(int(k) for k in labels), labels.astype(np.int64)),
        facts={"recipe": "phantom", "synthetic": True},
    )
    return dataclasses.replace(data, **changes)


def test_the_keys_that_others_read() -> None:
    report = bench.document(made())
    assert report["schema"] == "mcutk.bench/1"
    for key in ("board", "runtime", "model_sha256", "firmware_sha256", "samples", "mismatches"):
        assert key in report
    assert set(report["accuracy"]) >= {"device", "host_int8", "float", "ci95"}
    assert set(report["per_class"][0]) >= {"name", "support", "sensitivity", "specificity", "precision", "f1"}
    assert set(report["latency"]) >= {"unit", "min", "median", "p95", "max"}
    assert set(report["memory"]["flash"]) >= {"total", "engine", "weights", "other"}
    assert set(report["memory"]["ram"]) >= {"total", "arena", "no_overlap", "static", "stack_peak"}
    assert set(report["link"]) >= {"bytes_sent", "bytes_received", "retries", "seconds"}
    json.dumps(report)  # plain values only


def test_accuracies_are_those_of_the_samples() -> None:
    accuracy = bench.document(made())["accuracy"]
    assert accuracy["device"] == accuracy["host_int8"] == 24 / 30
    assert accuracy["float"] == 1.0
    low, high = accuracy["ci95"]
    assert 0.6 < low < 0.8 < high < 1.0


def test_float_and_int8_are_compared_on_the_same_images() -> None:
    versus = bench.document(made())["float_vs_int8"]
    assert (versus["only_float_right"], versus["only_int8_right"]) == (6, 0)
    assert versus["mcnemar_p"] == pytest.approx(2 * 0.5**6)
    assert versus["both_wrong_alike"] == 0


def test_a_mismatch_of_one_byte_is_counted_and_named() -> None:
    host = made().host.copy()
    host[7, 2] ^= 1
    report = bench.document(made(host=host))
    assert report["mismatches"] == 1
    assert report["mismatching_samples"] == [made().ids[7]]


def test_without_labels_accuracies_are_null() -> None:
    report = bench.document(made(truth=None, random_seed=3))
    assert report["accuracy"]["device"] is None
    assert report["accuracy"]["host_int8"] is None
    assert report["accuracy"]["float"] is None
    assert report["accuracy"]["ci95"] is None
    assert report["per_class"] == []
    assert report["outputs_crc32"][0] == f"{zlib.crc32(made().device[0].tobytes()):08x}"
    assert "confusion" not in report


def test_images_without_a_label_count_for_mismatches_only() -> None:
    truth = Truth(NAMES, (*([None] * 6), *(int(k) for k in np.arange(6, 30) % 3)))
    report = bench.document(made(truth=truth))
    assert report["samples"] == 30
    assert report["accuracy"]["labelled"] == 24
    assert report["accuracy"]["device"] == 1.0


def test_latency_values_are_whole_counts() -> None:
    summary = bench.latency_summary(np.array([5, 1, 9, 3]), "cycles")
    assert summary == {"unit": "cycles", "min": 1, "median": 4, "p95": 9, "max": 9}
    many = bench.latency_summary(np.arange(1, 101), "cycles")
    assert (many["median"], many["p95"]) == (50, 95)
    assert bench.latency_summary(np.array([], dtype=np.int64), "cycles")["median"] is None


def test_profile_shares_sum_to_one() -> None:
    layers = (Layer(0, "CONV_2D", "conv", 300, 100), Layer(1, "ADD", "add", 100, 0))
    rows = bench.document(made(profile=layers))["profile"]
    assert [row["share"] for row in rows] == [0.75, 0.25]
    assert [row["per_mac"] for row in rows] == [3.0, None]


def shown(data: BenchData) -> str:
    """The terminal's text."""
    from rich.console import Console

    console = Console(width=150, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: PTH123,SIM115
    console.print(terminal.bench(bench.document(data)))
    console.file.close()
    return console.export_text()


def test_the_terminal_says_what_counts() -> None:
    text = shown(made())
    assert "80.00 %" in text
    assert "instructions" in text
    assert "synthetic" in text
    assert "none & <b>nothing</b>" in text


def test_the_terminal_never_turns_instructions_into_time() -> None:
    text = shown(made(profile=(Layer(0, "CONV_2D", "conv", 300, 100),)))
    assert " ms" not in text and "seconds" not in text


def images() -> np.ndarray:
    """Thirty grey images."""
    return np.random.default_rng(1).integers(0, 256, (30, 16, 16, 1), dtype=np.uint8)


def test_the_gallery_shows_mismatches_first_then_errors_and_right_answers() -> None:
    data = made()
    host = data.host.copy()
    host[20, 0] ^= 1
    data = made(host=host)
    shots = gallery.choose(bench.document(data), data.ids, images(), data.truth, data.device, 8)
    assert len(shots) == 8
    assert shots[0].differs and shots[0].name == data.ids[20]
    assert {s.right for s in shots} == {True, False}
    assert len({s.name for s in shots}) == 8


def test_the_gallery_needs_images() -> None:
    data = made()
    assert gallery.choose(bench.document(data), data.ids, None, data.truth, data.device, 8) == ()


def test_the_page_holds_every_part_and_escapes_names() -> None:
    data = made(profile=(Layer(0, "CONV_2D", "conv", 300, 100),))
    report = bench.document(data)
    page = html.bench(report, data.latencies, gallery.choose(report, data.ids, images(), data.truth, data.device, 4))
    for heading in ("Confusion matrix", "Sensitivity and specificity", "Latency (instructions)", "Flash", "RAM",
                    "Layers", "Images and what the device answered"):  # fmt: skip
        assert heading in page
    assert "none &amp; &lt;b&gt;nothing" in page
    assert "<b>nothing</b>" not in page
    assert "synthetic" in page
    assert "a" * 64 in page


def test_the_page_without_labels_leaves_out_what_it_cannot_know() -> None:
    data = made(truth=None, random_seed=1, facts={})
    page = html.bench(bench.document(data), data.latencies, ())
    assert "Confusion" not in page
    assert "accuracy" not in page
    assert "synthetic" not in page
