"""The examples of docs/extending.md are one program that works."""

from __future__ import annotations

import re
import sys

from mcu_toolkit import process
from tests.support.cli import ROOT

CHECK = """
from mcu_toolkit.compiler.passes import in_order
from mcu_toolkit.compiler.select import candidates
from mcu_toolkit.graph.ir import DType, Quant, Tensor
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target
from mcu_toolkit.train.nets.registry import NETWORKS

quant = Quant(np.array([0.1], np.float32), np.array([0], np.int64))
tensors = tuple(Tensor(name, (1, 64), DType.INT8, quant) for name in "ab")
node = Node("SIGN", (0,), (1,), None, 0)
graph = Graph("one", tensors, (node,), (0,), (1,))
assert OPERATORS["SIGN"].check(graph, node) is None
assert "same bytes" in dict(in_order(Stage.SIMPLIFY)) and run(graph) is graph
assert ARCHS["riscv"].compiler == "riscv64-unknown-elf-gcc" and RISCV.frame_suffix == "_frame"
assert FLASHERS.find("st-flash").summary and process.INSTALL_HINTS["st-flash"].endswith("stlink-tools")
assert NETWORKS.find("three-conv").build is build and "ds-cnn" in NETWORKS
for isa, name in ((VEC, "vec_sign_s8"), (PORTABLE, "mcutk_lookup_8")):
    assert candidates(Request(graph, node, Target(isa, "core")))[0].call.name == name, isa
"""


def test_examples_work() -> None:
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 7
    program = "\n".join(["from __future__ import annotations", *blocks, CHECK])
    process.run([sys.executable, "-c", program], cwd=ROOT)
