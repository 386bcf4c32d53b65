"""No model below 1 MB takes over 10 s or 1 GB in `inspect`, whatever it holds.

Each model runs in a process of its own with limits on processor time and on the address space.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.limits import MAX_MACS
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from tests.support.hostile_models import HOSTILE, LARGE, logistics
from tests.support.tflite_writer import SubgraphSpec, write_model

_SECONDS = 10
_BYTES = 1 << 30

_CHILD = """
import resource, sys, time
from mcu_toolkit.compiler.inspect import inspect_report
from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.reader import read_model
start = time.process_time()
try:
    supported = inspect_report(read_model(sys.argv[1])).supported
except ModelError as bad:
    supported = bad.message
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, supported)
"""


def _inspect(model: bytes, folder: Path) -> tuple[float, int, str]:
    """Seconds of processor time, peak memory in bytes, and the verdict."""
    assert len(model) < 1 << 20
    path = folder / "hostile.tflite"
    path.write_bytes(model)
    done = process.run([sys.executable, "-c", _CHILD, str(path)], timeout=120)
    seconds, memory, verdict = done.stdout.strip().split(" ", 2)
    return float(seconds), int(memory), verdict


@pytest.mark.parametrize("name", [*HOSTILE, *LARGE])
def test_a_model_below_1_mb_is_inspected_within_10_s_and_1_gb(name: str, tmp_path: Path) -> None:
    seconds, memory, verdict = _inspect((HOSTILE | LARGE)[name](), tmp_path)
    refused = ("the model is too large", "tensor 0 is too large", "the model has too many inputs and outputs")
    assert verdict == "True" or verdict.startswith(refused)
    assert seconds < _SECONDS and memory < _BYTES, f"{seconds:.1f} s, {memory >> 20} MB"


def test_time_is_near_linear_in_the_nodes(tmp_path: Path) -> None:
    short, long = (_inspect(logistics((1, 8, 8, 4), count), tmp_path)[0] for count in (800, 3200))
    assert long < 8 * short, "four times the nodes"


def test_a_refusal_names_the_tensor_and_the_limit() -> None:
    with pytest.raises(ModelError) as caught:
        read_model(HOSTILE["60 tensors of 32 MB"]())
    assert "tensor 0 of shape [1, 1, 1, 33554432]" in caught.value.message
    assert caught.value.expected == "at most 16777216 bytes" and caught.value.node is not None


def test_a_model_of_too_many_macs_is_not_supported() -> None:
    graph = SubgraphSpec()
    side = 2048
    source = graph.tensor((1, side, side, 1), scale=[0.1], zero_point=[0])
    weights = graph.const(np.ones((1, 65, 65, 1)), "int8", scale=[0.1], zero_point=[0])
    result = graph.tensor((1, side, side, 1), scale=[0.1], zero_point=[0])
    graph.node("CONV_2D", [source, weights], [result], (0, "i8", 0), (1, "i32", 1), (2, "i32", 1))
    graph.inputs.append(source)
    graph.outputs.append(result)
    (problem,) = unsupported(read_model(write_model(graph)))
    assert f"at most {MAX_MACS:,}" in problem.reason
