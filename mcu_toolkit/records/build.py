"""``build.json``: the firmware of a build, its model, its steps and its memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from mcu_toolkit.records.memory import Memory


@dataclass(frozen=True)
class ModelOrigin:
    """Origin of a model; it decides which test images belong to it.

    Attributes:
        kind: ``train`` (a training run), ``shipped`` (comes with the package) or ``file`` (the user's own).
        path: the .tflite file.
        run_dir: folder of the training run; empty for the other kinds.
        recipe: id of the recipe; empty where there is none.
    """

    kind: str
    path: str
    run_dir: str = ""
    recipe: str = ""


@dataclass(frozen=True)
class BorderTensor:
    """An input or output of the model.

    Attributes:
        name: as in the model file.
        dtype: ``int8``, ``uint8``, ``int16``, ``int32``, ``int64``, ``float32`` or ``bool``.
        shape: with the batch.
        scale, zero_point: quantization; 1 and 0 where the file gives none.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int


@dataclass(frozen=True)
class BuiltModel:
    """The model of a firmware.

    Attributes:
        sha256: of the .tflite file, 64 hex digits.
        origin: where it came from.
        inputs, outputs: its borders.
    """

    sha256: str
    origin: ModelOrigin
    inputs: tuple[BorderTensor, ...]
    outputs: tuple[BorderTensor, ...]


@dataclass(frozen=True)
class BuiltLayer:
    """One step that runs on the device.

    Attributes:
        index: position in the order of execution.
        node: index of the node in the model file.
        operator: TFLite builtin name.
        kernel: C function.
        macs: multiply-accumulates, padding counted as work.
        cost: estimated instructions of one inference.
    """

    index: int
    node: int
    operator: str
    kernel: str
    macs: int
    cost: int


@dataclass(frozen=True)
class Contributor:
    """One symbol of the image.

    Attributes:
        name: its symbol.
        region: ``flash``, ``ram`` or ``both``.
        part: ``engine``, ``weights``, ``other``, ``arena`` or ``stack``.
        bytes: its size.
    """

    name: str
    region: str
    part: str
    bytes: int


@dataclass(frozen=True)
class FirmwareId:
    """Identity of a firmware, as a board sends it; each 64 hex digits.

    Attributes:
        model_sha256: hash of the model file.
        build_sha256: hash of everything that the image was built from.
    """

    model_sha256: str
    build_sha256: str


@dataclass(frozen=True)
class BuildRecord:
    """A firmware image.

    Attributes:
        board, board_name: id and name of the board.
        runtime: ``aot``.
        name: prefix of the generated files and symbols.
        optimize: optimization goal.
        model: see `BuiltModel`.
        firmware_sha256: of firmware.elf, 64 hex digits.
        build_sha256: identity of the build, which the image sends in its HELLO_REPLY (`device.identity`).
        memory: flash and RAM beside the board's limits.
        macs: multiply-accumulates after the compiler's passes.
        layers: the steps in order.
        contributors: largest symbols first, at most 20.
        steps: whether the image can run layer by layer (profile, verify).
        sketch: folder of the Arduino sketch relative to the build folder; None where there is none.
        notes: remarks for the user: what was made, how to wire and flash it.
        toolchain: compiler and version.
        mcutk: version of the toolkit.
    """

    SCHEMA: ClassVar[str] = "mcutk.build/3"

    board: str
    board_name: str
    runtime: str
    name: str
    optimize: str
    model: BuiltModel
    firmware_sha256: str
    build_sha256: str
    memory: Memory
    macs: int
    layers: tuple[BuiltLayer, ...]
    contributors: tuple[Contributor, ...]
    steps: bool
    sketch: str | None
    notes: tuple[str, ...]
    toolchain: str
    mcutk: str
    command: str = field(default="")

    @property
    def firmware_id(self) -> FirmwareId:
        """What a board that runs this image answers."""
        return FirmwareId(self.model.sha256, self.build_sha256)
