"""The report of ``mcutk verify``: one inference compared with the host tensor by tensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class TensorMismatch:
    """The first tensor that differs.

    Attributes:
        step: position in the order of execution.
        tensor: name in the model file.
        layer: TFLite builtin name of the operator.
        kernel: C function.
        node: index of the node in the model file.
        expected_crc32, received_crc32: of the oracle's tensor and of the device's, eight hex digits.
    """

    step: int
    tensor: str
    layer: str
    kernel: str
    node: int
    expected_crc32: str
    received_crc32: str


@dataclass(frozen=True)
class VerifyRecord:
    """A verification.

    Attributes:
        board: board id.
        model_sha256, firmware_sha256: 64 hex digits.
        sample: name of the input.
        compared: tensors compared, the differing one included.
        mismatch: None where all tensors are equal.
    """

    SCHEMA: ClassVar[str] = "mcutk.verify/1"

    board: str
    model_sha256: str
    firmware_sha256: str
    sample: str
    compared: int
    mismatch: TensorMismatch | None
