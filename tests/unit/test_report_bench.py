"""The bench report: assembled from arrays, on the terminal, as a page."""

from __future__ import annotations

import dataclasses
import zlib
from typing import Any

import numpy as np
import pytest

from mcu_toolkit.graph.ir import DType, Quant, Tensor
from mcu_toolkit.records.bench import BenchRecord, LinkUse, StreamCheck
from mcu_toolkit.records.codec import dump, load
from mcu_toolkit.records.latency import EstimatedCycles, Latency
from mcu_toolkit.records.memory import FlashMemory, Memory, RamMemory
from mcu_toolkit.report.bench.assemble import BenchData, StepLatency, bench_record, latency_summary
from mcu_toolkit.report.bench.gallery import choose
from mcu_toolkit.report.bench.page import bench_page
from mcu_toolkit.report.bench.terminal import bench_text
from mcu_toolkit.report.classification import Truth
from mcu_toolkit.report.outputs import predictions
from tests.support.pages import checked
from tests.support.terminal import shown

NAMES = ("glioma", "none & <b>nothing</b>", "pituitary")
MEMORY = Memory(
    FlashMemory(60_000, 12_000, 3_000, 40_000, 8_000, 1 << 20),
    RamMemory(40_000, 30_000, 29_000, 1_808, 8_192, None, 1 << 18, stack_peak=700),
)
OUTPUT = Tensor("scores", (1, 3), DType.INT8, Quant(np.array([1 / 256], np.float32), np.array([-128], np.int64)))
STEPS = (StepLatency(0, "CONV_2D", "conv", 300, 100), StepLatency(1, "ADD", "add", 100, 0))


def made(**changes: Any) -> BenchData:
    """Thirty labelled images: six classified wrong, no mismatch."""
    labels = np.arange(30) % 3
    answers = np.where(np.arange(30) < 6, (labels + 1) % 3, labels)
    device = np.full((30, 3), -100, dtype=np.int8)
    device[np.arange(30), answers] = 100
    device = device.view(np.uint8)
    data = BenchData(
        board="qemu-m4",
        board_name="an emulated board",
        runtime="aot",
        model="net.tflite",
        model_sha256="a" * 64,
        firmware_sha256="b" * 64,
        build_sha256="c" * 64,
        ids=tuple(f"{NAMES[k]}/{i}.png" for i, k in enumerate(labels)),
        device=device,
        host=device.copy(),
        output=OUTPUT,
        latencies=np.arange(1000, 1030, dtype=np.int64),
        unit="instructions",
        memory=MEMORY,
        link=LinkUse(1, 2, 0, 0.5, 0, "hold"),
        optimize="balanced",
        macs=100,
        mcutk="0.1",
        command="mcutk bench",
        truth=Truth(NAMES, tuple(int(k) for k in labels), labels.astype(np.int64)),
        recipe="phantom",
        synthetic=True,
    )
    return dataclasses.replace(data, **changes)


def random(**changes: Any) -> BenchData:
    """The same outputs of random inputs."""
    return made(**{"truth": None, "random_seed": 3, "recipe": None, "synthetic": None, **changes})


def test_accuracies_are_those_of_the_samples() -> None:
    accuracy = bench_record(made()).accuracy
    assert accuracy.device == accuracy.host_int8 == 24 / 30
    assert accuracy.float_network == 1.0
    assert accuracy.ci95 is not None
    low, high = accuracy.ci95
    assert 0.6 < low < 0.8 < high < 1.0


def test_float_and_int8_are_compared_on_the_same_images() -> None:
    versus = bench_record(made()).float_vs_int8
    assert versus is not None
    assert (versus.only_float_right, versus.only_int8_right) == (6, 0)
    assert versus.mcnemar_p == pytest.approx(2 * 0.5**6)
    assert versus.both_wrong_alike == 0


def test_a_mismatch_of_one_byte_is_counted_and_its_image_named() -> None:
    assert bench_record(made()).mismatching_samples is None
    host = made().host.copy()
    host[7, 2] ^= 1
    record = bench_record(made(host=host))
    assert record.mismatches == 1
    assert record.mismatching_samples == (made().ids[7],)


def test_outputs_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        bench_record(made(host=made().host[:, :2]))


def test_without_labels_accuracies_are_null() -> None:
    record = bench_record(random())
    accuracy = record.accuracy
    assert (accuracy.device, accuracy.host_int8, accuracy.float_network, accuracy.ci95) == (None,) * 4
    assert record.per_class == () and record.confusion is None
    assert record.outputs_crc32 is not None
    assert record.outputs_crc32[0] == f"{zlib.crc32(made().device[0].tobytes()):08x}"
    assert not {"confusion", "calibration_error", "float_vs_int8", "synthetic", "profile"} & set(dump(record))


def test_images_without_a_label_count_for_mismatches_only() -> None:
    truth = Truth(NAMES, (*([None] * 6), *(int(k) for k in np.arange(6, 30) % 3)))
    record = bench_record(made(truth=truth))
    assert record.samples == 30
    assert record.accuracy.labelled == 24
    assert record.accuracy.device == 1.0


def test_the_record_is_read_back_equal() -> None:
    for data in (made(profile=STEPS), random()):
        record = bench_record(data)
        assert load(BenchRecord, dump(record)) == record


def test_latencies_are_integers() -> None:
    assert latency_summary(np.array([5, 1, 9, 3]), "cycles") == Latency("cycles", 1, 4, 9, 9)
    many = latency_summary(np.arange(1, 101), "cycles")
    assert (many.median, many.p95) == (50, 95)
    assert latency_summary(np.array([], dtype=np.int64), "cycles").median is None


def test_profile_shares_sum_to_one() -> None:
    rows = bench_record(made(profile=STEPS)).profile
    assert rows is not None
    assert [row.share for row in rows] == [0.75, 0.25]
    assert [row.per_mac for row in rows] == [3.0, None]


def test_the_terminal_shows_accuracy_unit_and_origin() -> None:
    text = shown(bench_text(bench_record(made())))
    assert "80.00 %" in text
    assert "instructions" in text
    assert "synthetic" in text
    assert "none & <b>nothing</b>" in text


def test_the_terminal_never_turns_instructions_into_time() -> None:
    text = shown(bench_text(bench_record(made(profile=STEPS))))
    assert " ms" not in text and "seconds" not in text


ESTIMATE = EstimatedCycles("cortex-m4", 1400, 2, 1000, 50, 200, 40, {"alu": 1000})
ESTIMATED_STEPS = tuple(dataclasses.replace(step, estimated_cycles=2 * step.latency) for step in STEPS)


def test_estimated_cycles_are_labelled_and_name_their_core() -> None:
    record = bench_record(made(estimated_cycles=ESTIMATE, profile=ESTIMATED_STEPS))
    assert record.latency.estimated_cycles == ESTIMATE
    assert load(BenchRecord, dump(record)) == record
    page = checked(bench_page(record, made().latencies, ()))
    for said in (shown(bench_text(record), width=160), page):
        assert "~1,400" in said and "an estimate for cortex-m4" in said and "2 wait states" in said
        assert "estimated cycles" in said and "~600" in said


def test_missing_estimates_are_null_and_say_why() -> None:
    document = dump(bench_record(made(estimate_missing="the program 'gcc' is not installed\n  try: x")))
    assert document["latency"]["estimated_cycles"] is None
    assert document["latency"]["estimate_missing"].startswith("the program 'gcc'")
    assert "gcc" in shown(bench_text(bench_record(made(estimate_missing="the program 'gcc' is not installed"))))


def test_a_board_that_counts_cycles_shows_no_estimate() -> None:
    assert "estimate_missing" not in dump(bench_record(made(unit="cycles")))["latency"]
    assert "estimated" not in shown(bench_text(bench_record(made(unit="cycles", profile=STEPS))))


@pytest.mark.parametrize(
    ("wrong", "said"), [(0, "mismatches with"), (2, "mismatches with"), (None, "not compared with")]
)
def test_a_sequence_is_compared_with_the_interpreter_too(wrong: int | None, said: str) -> None:
    data = random(stream=StreamCheck(wrong))
    text = shown(bench_text(bench_record(data)))
    assert "variables kept between samples" in text and said in text
    page = checked(bench_page(bench_record(data), data.latencies, ()))
    assert ("TensorFlow Lite Micro" in page) == (wrong is not None)


def answers(data: BenchData) -> np.ndarray:
    """The class that the device gave to each sample."""
    return predictions(data.output, data.device, 3)


def images() -> np.ndarray:
    """Thirty grey images."""
    return np.random.default_rng(1).integers(0, 256, (30, 16, 16, 1), dtype=np.uint8)


def test_the_gallery_shows_mismatches_first_then_errors_and_right_answers() -> None:
    data = made()
    shots = choose(data.ids, images(), data.truth, answers(data), 8, differing=(data.ids[20],))
    assert len(shots) == 8
    assert shots[0].differs and shots[0].name == data.ids[20]
    assert {s.right for s in shots} == {True, False}
    assert len({s.name for s in shots}) == 8


def test_the_page_holds_every_part_and_escapes_names() -> None:
    data = made(profile=STEPS)
    shots = choose(data.ids, images(), data.truth, answers(data), 4)
    page = checked(bench_page(bench_record(data), data.latencies, shots))
    for heading in ("Confusion matrix", "Sensitivity and specificity", "Latency (instructions)", "Flash", "RAM",
                    "Layers", "Images, with the class that the device gave"):  # fmt: skip
        assert heading in page
    assert "none &amp; &lt;b&gt;nothing" in page
    assert "<b>nothing</b>" not in page
    assert "synthetic" in page
    assert "a" * 64 in page


def test_the_page_without_labels_has_no_accuracy() -> None:
    data = random()
    page = checked(bench_page(bench_record(data), data.latencies, ()))
    assert "Confusion" not in page
    assert "accuracy" not in page
    assert "synthetic" not in page


def test_the_verdict_comes_first_with_accuracy_and_the_path_of_the_report() -> None:
    lines = shown(bench_text(bench_record(made()), "out/report.html")).splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("exact: 0 mismatches in 30 images"))
    assert "accuracy 80.00 %" in lines[place] and "chance" not in lines[place]
    assert lines[place + 1] == "report  out/report.html"
    assert place < min(number for number, line in enumerate(lines) if "latency" in line)


def test_an_accuracy_that_guessing_would_reach_is_called_so() -> None:
    device = np.full((30, 3), -100, dtype=np.int8)
    device[np.arange(30), 0] = 100  # always the first class
    guessed = device.view(np.uint8)
    text = shown(bench_text(bench_record(made(device=guessed, host=guessed.copy()))))
    assert "no better than chance (33.33 %)" in text


def test_mismatches_are_the_verdict() -> None:
    host = made().host.copy()
    host[7, 2] ^= 1
    assert "1 mismatches in 30 images" in shown(bench_text(bench_record(made(host=host))))
