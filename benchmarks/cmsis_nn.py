"""`python -m benchmarks.cmsis_nn FOLDER`: estimated cycles of CMSIS-NN, beside those published for a chip.

The error of the estimate, as far as it can be known without silicon: latencies of the reference models by microTVM with
CMSIS-NN on an STM32L4R5 (Cortex-M4) and an nRF5340 (Cortex-M33) are published. This program makes the same models of
calls of CMSIS-NN, checks that the output is right in every byte, counts what executes on the emulated core, and
estimates the cycles as `mcutk bench` does. FOLDER is a checkout of github.com/ARM-software/CMSIS-NN. microTVM's code
between the calls is not the same, and the release of CMSIS-NN may differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cycles import BOARDS
from benchmarks.measure import REFERENCE, available, model_bytes
from benchmarks.table import load_peers
from mcu_toolkit import process
from mcu_toolkit.boards import Board, load_board
from mcu_toolkit.device import inputs
from mcu_toolkit.device.counting.disassembly import disassemble
from mcu_toolkit.device.counting.estimate import Estimate, estimate
from mcu_toolkit.device.counting.run import counting_port
from mcu_toolkit.device.counting.trace import Region, read_regions
from mcu_toolkit.device.toolchain import Toolchain
from mcu_toolkit.errors import McutkError, ToolFailedError
from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import OPERATORS, add, pooling, softmax
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.targets.core import CORES
from mcu_toolkit.templates import environment

_PEER = "microTVM with CMSIS-NN"
#: Wait states beside those of the peer's chip.
_OTHERS = (0, 5)
_FOLDERS = ("BasicMath", "Convolution", "FullyConnected", "NNSupport", "Pooling", "Softmax")
_FLOATS = ("_f16", "_f32", "_flt")
_PATIENCE = 120.0
_SCRATCH = 65536


@dataclass
class Program:
    """Values of the template.

    Attributes:
        graph: the model.
        arrays: constant tables: C type, name, values.
        layers: values of each call.
        names: tensor index → C name; a reshaped tensor has that of its input.
    """

    graph: Graph
    arrays: list[dict[str, Any]] = field(default_factory=list)
    layers: list[dict[str, Any]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def table(self, name: str, ctype: str, values: np.ndarray[Any, Any]) -> str:
        self.arrays.append({"name": name, "ctype": ctype, "values": values.reshape(-1).tolist()})
        return name

    def tensor(self, index: int) -> str:
        return self.names.setdefault(index, f"t{index}")


def _linear(program: Program, node: Node, number: int) -> dict[str, Any]:
    p = OPERATORS[node.op].linear(program.graph, node)
    assert p is not None
    g, dense, depthwise = p.geometry, node.op == "FULLY_CONNECTED", node.op == "DEPTHWISE_CONV_2D"
    offsets = f"{-p.in_zero_point}, {'0, ' if dense else ''}{p.out_zero_point}"
    multiple = f", {p.out_c // p.in_c}" if depthwise else ""
    window = f", {{{g.stride_w}, {g.stride_h}}}, {{{g.pad_left}, {g.pad_top}}}, {{{g.dilation_w}, {g.dilation_h}}}"
    kind = "fc" if dense else "dw_conv" if depthwise else "conv"
    functions = {"fc": "fully_connected", "dw_conv": "depthwise_conv", "conv": "convolve"}
    return {
        "kind": kind,
        "function": f"arm_{functions[kind]}_wrapper_s8",
        "params_type": f"cmsis_nn_{kind}_params",
        "quant_type": "cmsis_nn_quant_params" if dense else "cmsis_nn_per_channel_quant_params",
        "quant_more": ", 1" if dense and np.any(p.multiplier != p.multiplier[0]) else ", 0" if dense else "",
        "params": f"{offsets}{multiple}{'' if dense else window}, {{{p.act_min}, {p.act_max}}}",
        "in_dims": (1, 1, p.in_c) if dense else (g.in_h, g.in_w, p.in_c),
        "filter_dims": (p.in_c, 1, 1, p.out_c) if dense else (p.out_c, g.kernel_h, g.kernel_w, p.in_c),
        "out_dims": (1, 1, p.out_c) if dense else (g.out_h, g.out_w, p.out_c),
        "weights": program.table(f"weights{number}", "int8_t", p.weights),
        "bias": program.table(f"bias{number}", "int32_t", p.bias),
        "multiplier": program.table(f"multiplier{number}", "int32_t", p.multiplier),
        "shift": program.table(f"shift{number}", "int32_t", p.shift),
    }


def _add(program: Program, node: Node, number: int) -> dict[str, Any]:
    p = add.prepare(program.graph, node)
    a = (-p.a_zero_point, p.a.multiplier, p.a.shift)
    b = (-p.b_zero_point, p.b.multiplier, p.b.shift)
    size = program.graph.tensors[node.outputs[0]].elements
    ending = (p.out_zero_point, p.out.multiplier, p.out.shift, p.act_min, p.act_max, size)
    names = [program.tensor(index) for index in node.inputs]
    return {"kind": "add", "a": names[0], "b": names[1], "numbers": (*a, *b, p.left_shift), "ending": ending}


def _pool(program: Program, node: Node, number: int) -> dict[str, Any]:
    p, channels = pooling.prepare(program.graph, node), program.graph.tensors[node.inputs[0]].shape[3]
    g = p.geometry
    return {
        "kind": "pool",
        "params": f"{{{g.stride_w}, {g.stride_h}}}, {{{g.pad_left}, {g.pad_top}}}, {{{p.act_min}, {p.act_max}}}",
        "in_dims": (g.in_h, g.in_w, channels),
        "filter_dims": (1, g.kernel_h, g.kernel_w, 1),
        "out_dims": (g.out_h, g.out_w, channels),
    }


def _softmax(program: Program, node: Node, number: int) -> dict[str, Any]:
    p = softmax.prepare(program.graph, node)
    return {"kind": "softmax", "numbers": (p.rows, p.depth, p.multiplier, p.left_shift, p.diff_min)}


_MAKERS = {
    "CONV_2D": _linear,
    "DEPTHWISE_CONV_2D": _linear,
    "FULLY_CONNECTED": _linear,
    "ADD": _add,
    "AVERAGE_POOL_2D": _pool,
    "SOFTMAX": _softmax,
}


def source(graph: Graph) -> bytes:
    """The C program of a model of the operators above and RESHAPE."""
    program = Program(graph)
    for number, node in enumerate(graph.nodes):
        if node.op == "RESHAPE":
            program.names[node.outputs[0]] = program.tensor(node.inputs[0])
            continue
        layer = _MAKERS[node.op](program, node, number)
        program.layers.append(
            {"input": program.tensor(node.inputs[0]), "out": program.tensor(node.outputs[0]), **layer}
        )
    sample = inputs.random_inputs(graph, 1, 1)
    program.table("input_bytes", "int8_t", join(sample).view(np.int8))
    program.table("output_bytes", "int8_t", join(Oracle(graph).run_all(sample)).view(np.int8))
    sizes: dict[str, int] = {}
    for index, name in program.names.items():
        sizes[name] = max(sizes.get(name, 0), graph.tensors[index].bytes)
    template = environment(Path(__file__).parent / "templates").get_template("cmsis_nn.c.j2")
    return template.render(
        arrays=program.arrays,
        layers=program.layers,
        buffers=sorted(sizes.items()),
        scratch=_SCRATCH,
        input=program.tensor(graph.inputs[0]),
        output=program.tensor(graph.outputs[0]),
    ).encode()


def run(board: Board, cmsis: Path, program: bytes, folder: Path) -> dict[int, Estimate]:
    """Compile a program with CMSIS-NN, run it, and estimate it: wait states → estimate.

    Raises:
        ToolFailedError: it does not compile or end, or its output is wrong.
    """
    tools, elf = Toolchain.of(board.core), folder / "program.elf"
    main, script = folder / "main.c", folder / "memory.ld"
    main.write_bytes(program)
    environment_ = environment(Path(__file__).parent / "templates")
    script.write_text(environment_.get_template("standalone.ld.j2").render(memory=board.memory), encoding="ascii")
    found = [file for part in _FOLDERS for file in sorted((cmsis / "Source" / f"{part}Functions").glob("*.c"))]
    kernels = [str(file) for file in found if not file.stem.endswith(_FLOATS)]
    flags = (
        "-O2",
        "-ffunction-sections",
        "-fdata-sections",
        "-Wl,--gc-sections",
        "-nostartfiles",
        "--specs=nano.specs",
    )
    core = (f"-mcpu={board.core.cpu}", "-mthumb", "-mfloat-abi=soft", f"-I{cmsis / 'Include'}", f"-Wl,-T,{script}")
    process.run([tools.arch.compiler, *core, *flags, "-o", str(elf), str(main), *kernels], timeout=600)
    regions = _regions(board, elf, folder)
    code, table = disassemble(elf, tools.arch), CORES[board.core.cpu]
    return {states: estimate(regions[0], code, table, states) for states in _OTHERS}


def _regions(board: Board, elf: Path, folder: Path) -> tuple[Region, ...]:
    """The model's region, and the one by which the program says that its output is right."""
    out = folder / "counts.txt"
    port = counting_port(board, elf, out, cache=folder)
    given_up = time.monotonic() + _PATIENCE
    try:
        while True:
            regions = read_regions(out) if out.exists() else ()
            if len(regions) == 2:
                return regions
            if time.monotonic() > given_up:
                raise ToolFailedError("the program did not end, or its output is wrong")
            time.sleep(0.1)
    finally:
        port.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 if every output was right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cmsis_nn", description=__doc__)
    parser.add_argument("folder", type=Path, help="a checkout of CMSIS-NN")
    options = parser.parse_args(arguments)
    print(
        "| core | model | instructions | published | " + " | ".join(f"{n} wait states | error" for n in _OTHERS) + " |"
    )
    print("| --- " * (4 + 2 * len(_OTHERS)) + "|")
    try:
        for peer in (each for each in load_peers().silicon if each.who == _PEER):
            for model in filter(available, REFERENCE):
                program = source(read_model(model_bytes(model)))
                with tempfile.TemporaryDirectory(prefix="mcutk-cmsis-nn-") as scratch:
                    made = run(load_board(BOARDS[peer.core]), options.folder, program, Path(scratch))
                published = peer.cycles[model]
                cells = [f"{e.cycles:,} | {100 * (e.cycles / published - 1):+.0f} %" for e in made.values()]
                start = f"| {peer.core}, {peer.chip} | {model} | {made[0].instructions:,} | {published:,} | "
                print(start + " | ".join(cells) + " |", flush=True)
    except McutkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
