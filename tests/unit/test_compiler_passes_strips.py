"""Chains of nodes of random graphs give the same bytes when they run strip by strip."""

from __future__ import annotations

import pytest

from mcu_toolkit.compiler import passes
from mcu_toolkit.compiler.passes.strips import regions, split
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.verify import verify
from mcu_toolkit.host.oracle import Oracle
from tests.support.compare import differences, random_inputs
from tests.support.pass_models import pass_model


@pytest.mark.parametrize("align", [1, 4])
def test_strips_keep_outputs(align: int) -> None:
    done = 0
    for seed in range(25):
        graph = passes.run_all(read_model(pass_model(seed, "dead_channels", "branches", "clamp_after")))
        inputs = random_inputs(graph, 3, seed)
        expected = Oracle(graph).run_all(inputs)
        for number, region in enumerate(regions(graph, longest=6)):
            result = split(graph, region, count=2 + (seed + number) % 3, align=align)
            if result is None:
                continue
            done += 1
            verify(result)
            answers = {"whole": expected, "strips": Oracle(result).run_all(inputs)}
            assert differences(answers) == "", f"seed {seed}, {region}"
    assert done >= (20 if align == 1 else 3), f"only {done} stretches could be cut"
