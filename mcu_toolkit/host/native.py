"""Generated C as a program of this machine: one of the host's three reference implementations."""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from mcu_toolkit import guardian, process
from mcu_toolkit.errors import ToolFailedError
from mcu_toolkit.graph import block
from mcu_toolkit.graph.ir import Array, Graph
from mcu_toolkit.host.kernel_objects import kernel_object
from mcu_toolkit.host.samples import check_samples
from mcu_toolkit.templates import render_firmware

#: Flags under which all C of the project is clean.
STRICT_FLAGS = (
    "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wcast-align", "-Werror",
)  # fmt: skip
SANITIZER_FLAGS = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")


class CompiledModel(Protocol):
    """The part of `mcu_toolkit.compiler.pipeline.Compiled` that is needed here."""

    @property
    def graph(self) -> Graph:
        """The graph after passes."""

    @property
    def name(self) -> str:
        """Prefix of files and symbols."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The generated folder."""

    @property
    def step_tensors(self) -> tuple[int, ...]:
        """Tensor indices in the order in which the steps write them."""


class NativeModel:
    """A generated model as a host program.

    Args:
        compiled: from `compile_model`; for a target whose kernels the host can run (`PORTABLE`).
        sanitize: build with AddressSanitizer and UndefinedBehaviorSanitizer.
        flags: further compiler flags.
        program: an existing program that contains this model; by default one is built.

    Raises:
        ToolMissingError: no host compiler.
        ToolFailedError: the generated C does not compile under the strict flags.
    """

    def __init__(
        self,
        compiled: CompiledModel,
        *,
        sanitize: bool = False,
        flags: Sequence[str] = ("-O1",),
        program: NativeProgram | None = None,
    ) -> None:
        self._compiled = compiled
        self._graph = compiled.graph
        self._program = program or NativeProgram([compiled], sanitize=sanitize, flags=flags)

    def close(self) -> None:
        """Remove the program; also done when Python ends."""
        self._program.close()

    def __enter__(self) -> NativeModel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, inputs: Array) -> Array:
        """The first output for each sample of a model with one input; variables are reset between samples.

        Args:
            inputs: [N, ...] of the input's dtype; anything that reshapes to [N, *shape[1:]].

        Returns:
            [N, ...] of the first output's dtype.
        """
        return self.run_all([inputs])[0]

    def run_all(self, inputs: Sequence[Array], *, keep_state: bool = False) -> list[Array]:
        """All outputs for each sample.

        Args:
            inputs: one array [N, ...] for each model input.
            keep_state: the samples are a sequence: variables are not reset between them.

        Returns:
            One array [N, *shape] for each model output, batch dimension of 1 merged with N.

        Raises:
            ModelError: the number or size of the inputs is not the model's.
            ToolFailedError: the program crashed (sanitizer report in the message).
        """
        raw, count = self._execute(inputs, steps=False, keep=keep_state)
        return self._split(raw, count, self._graph.outputs)

    def run_steps(self, inputs: Sequence[Array]) -> dict[int, Array]:
        """Every tensor that a step writes, by tensor index in the graph after passes, [N, *shape] each."""
        raw, count = self._execute(inputs, steps=True, keep=False)
        wanted = self._compiled.step_tensors
        return dict(zip(wanted, self._split(raw, count, wanted), strict=True))

    def _split(self, raw: bytes, count: int, tensors: Sequence[int]) -> list[Array]:
        wanted = [self._graph.tensors[i] for i in tensors]
        size = sum(tensor.bytes for tensor in wanted)
        if len(raw) != count * size:
            raise ToolFailedError(
                "the compiled model wrote an unexpected amount",
                expected=f"{count * size} bytes",
                received=f"{len(raw)} bytes",
            )
        return block.split(wanted, np.frombuffer(raw, dtype=np.uint8).reshape(count, size))

    def _execute(self, inputs: Sequence[Array], *, steps: bool, keep: bool) -> tuple[bytes, int]:
        samples, count = check_samples(self._graph, inputs)
        payload = block.join(samples).tobytes() if samples else b"\0" * count
        return self._program.run(self._compiled.name, payload, steps=steps, keep=keep), count


class NativeProgram:
    """One host program of one or more generated models.

    Args:
        models: compiled for the host, of different names.
        sanitize, flags: as for `NativeModel`.

    Raises:
        ToolMissingError: no host compiler.
        ToolFailedError: the generated C does not compile under the strict flags.
    """

    def __init__(
        self, models: Sequence[CompiledModel], *, sanitize: bool = False, flags: Sequence[str] = ("-O1",)
    ) -> None:
        self._models = tuple(models)
        self._flags = (*STRICT_FLAGS, *flags, *(SANITIZER_FLAGS if sanitize else ()))
        self._folder = guardian.scratch_folder("mcutk-native-")
        atexit.register(self.close)
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the program; also done when Python ends."""
        guardian.remove_folder(self._folder)

    def run(self, name: str, payload: bytes, *, steps: bool, keep: bool) -> bytes:
        """Feed samples to a model.

        Args:
            name: of the model.
            payload: the bytes of all inputs, sample after sample.
            steps: return the outputs of every step instead of the model's outputs.
            keep: do not reset the variables between samples.

        Returns:
            The bytes of all outputs, sample after sample.

        Raises:
            ToolFailedError: the program crashed (sanitizer report in the message).
        """
        source, sink = self._folder / "samples.bin", self._folder / "results.bin"
        source.write_bytes(payload)
        arguments = [name, str(source), str(sink), str(int(steps)), str(int(keep))]
        process.run([str(self._folder / "program"), *arguments], timeout=600.0)
        return sink.read_bytes()

    def _build(self) -> None:
        kernels: dict[str, bytes] = {}
        units = ["main.c"]
        for compiled in self._models:
            name = compiled.name
            own = {f for f in compiled.files if f.startswith((f"{name}.", f"{name}_", "Makefile"))}
            kernels.update({f: c for f, c in compiled.files.items() if f not in own})
            for file in own:
                (self._folder / file).write_bytes(compiled.files[file])
            (self._folder / f"{name}_run.c").write_bytes(_run_unit(compiled))
            units.append(f"{name}_run.c")
        (self._folder / "main.c").write_bytes(render_firmware("native_main.c.j2", names=[c.name for c in self._models]))
        for file, content in kernels.items():
            if file.endswith(".h"):
                (self._folder / file).write_bytes(content)
        objects = [kernel_object(kernels, f, self._flags) for f in kernels if f.endswith(".c")]
        sources = [str(self._folder / unit) for unit in units]
        target = ["-o", str(self._folder / "program")]
        include = ["-I", str(self._folder)]
        process.run(["gcc", *self._flags, *include, *sources, *(str(o) for o in objects), *target], timeout=600.0)


def _run_unit(compiled: CompiledModel) -> bytes:
    """The translation unit of a model: generated code, weights and the loop over samples, compiled together."""
    name = compiled.name
    return render_firmware(
        "native_run.c.j2",
        prefix=name,
        upper=name.upper(),
        inputs=_border_names(name, "input", len(compiled.graph.inputs)),
        outputs=_border_names(name, "output", len(compiled.graph.outputs)),
    )


def _border_names(name: str, word: str, count: int) -> list[tuple[str, str]]:
    """(function, macro prefix) of each input or output."""
    suffixes = ["" if number == 0 else str(number + 1) for number in range(count)]
    return [(f"{name}_{word}{suffix}", f"{name}_{word}{suffix}".upper()) for suffix in suffixes]
