"""Assembles ``metrics.json`` of a training run or a conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcu_toolkit.data.dataset import Dataset
from mcu_toolkit.data.predictions import Predictions
from mcu_toolkit.data.split import Division, summary
from mcu_toolkit.recipe import Recipe
from mcu_toolkit.records.train import ParameterCounts, QuantizationMode, Saliency, TeacherRow, TrainRecord
from mcu_toolkit.workspace import sha256_bytes

#: Stages in the order of the record.
_STAGES = ("teacher", "float", "fakequant", "int8")
History = Mapping[str, Sequence[Mapping[str, float | None]]]


def train_record(
    recipe: Recipe,
    data: Dataset,
    division: Division,
    found: Predictions,
    model: bytes,
    *,
    oracle: bool,
    parameters: ParameterCounts,
    macs: int,
    saliency: Saliency | None = None,
    teachers: Sequence[TeacherRow] = (),
    seconds: Mapping[str, float] | None = None,
    history: History | None = None,
    float_bytes: int | None = None,
    modes: Sequence[QuantizationMode] | None = None,
) -> TrainRecord:
    """The record of a run.

    Args:
        recipe: of the run; `seed`, `quant.scheme` and names are recorded.
        data, division: the images.
        found: predictions of every stage on the held-out images.
        model: the int8 .tflite file.
        oracle: whether the int8 predictions are the NumPy oracle's; TensorFlow's reference kernels otherwise.
        parameters, macs: of the networks, and of the student.
        saliency, teachers: where there are any.
        seconds: stage → wall seconds.
        history: stage → one entry per epoch.
        float_bytes, modes: of a conversion.
    """
    logits = found.logits
    int8 = logits["int8"].argmax(1)
    return TrainRecord(
        recipe=recipe.name,
        title=recipe.title,
        synthetic=data.synthetic,
        seed=recipe.seed,
        classes=data.class_names,
        split=summary(data, division),
        held_out=division.held_out,
        images=len(found.labels),
        accuracy={stage: found.accuracy(stage) for stage in _STAGES if stage in logits},
        int8_runtime="oracle" if oracle else "tensorflow reference kernels (for information)",
        agreement={
            stage: float((logits[stage].argmax(1) == int8).mean())
            for stage in ("float", "fakequant")
            if stage in logits
        },
        quantization=recipe.quant.scheme,
        saliency=saliency,
        teachers=tuple(teachers),
        parameters=parameters,
        macs=macs,
        bytes=len(model),
        float_bytes=float_bytes,
        sha256=sha256_bytes(model),
        seconds={stage: round(value, 1) for stage, value in (seconds or {}).items()},
        history={stage: tuple(entries) for stage, entries in (history or {}).items()},
        modes=None if modes is None else tuple(modes),
    )
