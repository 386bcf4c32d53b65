"""The command line as tests call it, and a model small enough to build in a second."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mcu_toolkit.cli import main
from tests.support.tflite_writer import SubgraphSpec, write_model

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.code == 0


class Mcutk:
    """Calls commands in this process; `Outcome` has what a shell would see."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: object) -> Outcome:
        self._capture.readouterr()
        code = main.run([str(a) for a in arguments])
        out, err = self._capture.readouterr()
        return Outcome(code, out, err)

    def json(self, *arguments: object) -> dict[str, Any]:
        """A command's ``--json -`` report; fails where the command does."""
        outcome = self(*arguments, "--json", "-")
        assert outcome.ok, outcome.err
        report: dict[str, Any] = json.loads(outcome.out)
        return report


def in_process_of_its_own(*arguments: str, cwd: Path, **env: str) -> subprocess.Popen[str]:
    """`mcutk` as a shell starts it, for signals."""
    return subprocess.Popen(
        [sys.executable, "-m", "mcu_toolkit", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )


def tiny_model(classes: int = 3, side: int = 8, channels: int = 1, seed: int = 0) -> bytes:
    """A linear classifier of images: int8 [1, side, side, channels] → FULLY_CONNECTED → SOFTMAX [1, classes]."""
    rng = np.random.default_rng(seed)
    depth = side * side * channels
    g = SubgraphSpec()
    image = g.tensor((1, side, side, channels), scale=[1 / 255], zero_point=[-128], name="image")
    flat = g.tensor((1, depth), scale=[1 / 255], zero_point=[-128])
    weights = g.const(rng.integers(-127, 128, (classes, depth)), "int8", scale=[0.01], zero_point=[0])
    bias = g.const(rng.integers(-2000, 2000, classes), "int32", scale=[0.01 / 255], zero_point=[0])
    logits = g.tensor((1, classes), scale=[0.05], zero_point=[3])
    output = g.tensor((1, classes), scale=[1 / 256], zero_point=[-128], name="scores")
    g.node("RESHAPE", [image, g.const([1, depth], "int32")], [flat])
    g.node("FULLY_CONNECTED", [flat, weights, bias], [logits], (0, "i8", 0), (1, "i8", 0), (2, "bool", False))
    g.node("SOFTMAX", [logits], [output], (0, "f32", 1.0))
    g.inputs, g.outputs = [image], [output]
    return write_model(g)


def write_images(folder: Path, classes: tuple[str, ...] = ("a", "b", "c"), count: int = 4, side: int = 12) -> Path:
    """A folder of class folders with random grey images."""
    rng = np.random.default_rng(5)
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            Image.fromarray(rng.integers(0, 256, (side, side), dtype=np.uint8)).save(folder / name / f"{i}.png")
    return folder
