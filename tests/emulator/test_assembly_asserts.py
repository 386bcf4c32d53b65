"""Assembly is an error where a struct layout or a loop length differs from the one that it was written for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit import process
from tests.support.arm_rig import INCLUDES, KERNELS, MACHINES, needs_arm

pytestmark = needs_arm

_OFFSETS = "mcutk_dsp_offsets.h"
_WINOGRAD = "../mcutk_winograd_assembly.h"
#: (assembly file, file that is changed, text, its replacement, message)
_CHANGES = (
    ("mcutk_gemm_dsp.S", _OFFSETS, "GEMM_SCALES_END 8", "GEMM_SCALES_END 12", "members of mcutk_gemm"),
    ("mcutk_gemm_dsp.S", _OFFSETS, "GEMM_ROUNDING 20", "GEMM_ROUNDING 24", "members of mcutk_gemm"),
    ("mcutk_gemm_dsp.S", "mcutk_gemm_dsp.S", ".equ UNROLL, 8", ".equ UNROLL, 6", "UNROLL must be a power of two"),
    ("mcutk_gemm_dsp.S", "mcutk_gemm_dsp.S", "STEP_BYTES, 48", "STEP_BYTES, 44", "skips 6 bytes per byte of column"),
    ("mcutk_gemm_dsp.S", "mcutk_gemm_dsp.S", "    sxtb16 r9, r9\n", "", "a step does not have STEP_BYTES"),
    ("mcutk_gemm_dsp.S", "mcutk_gemm_dsp.S", "    smlad r3, r9, r11, r3\n", "", "step does not have"),
    ("mcutk_gemm_dsp.S", "mcutk_gemm_dsp.S", "AT_OUT1, 16", "AT_OUT1, 36", "must be adjacent"),
    ("mcutk_taps_dsp.S", _OFFSETS, "TAPS_CHANNEL 16", "TAPS_CHANNEL 12", "members of mcutk_taps"),
    ("mcutk_taps_dsp.S", _OFFSETS, "SCALES_MULTIPLIERS 4", "SCALES_MULTIPLIERS 8", "behind the right shifts"),
    ("mcutk_fc_row_dsp.S", _OFFSETS, "FC_SCALE_RIGHT_SHIFT 4", "FC_SCALE_RIGHT_SHIFT 8", "mcutk_fc_scale_dsp"),
    ("mcutk_depthwise_strip_dsp.S", _OFFSETS, "STRIP_OUT 16", "STRIP_OUT 24", "must be adjacent"),
    ("mcutk_winograd_tiles_dsp.S", _WINOGRAD, "NOGRAD_SCALES 12", "NOGRAD_SCALES 16", "members of mcutk_winograd_pair"),
    ("mcutk_winograd_tiles_dsp.S", _WINOGRAD, "WINOGRAD_COLUMNS 24", "WINOGRAD_COLUMNS 28", "expects 6 columns"),
    ("mcutk_winograd_tiles_dsp.S", _WINOGRAD, "UNROLL, 8", "UNROLL, 6", "must be a power of two"),
    ("mcutk_winograd_tiles_dsp.S", "mcutk_winograd_tiles_dsp.S", "STEP_BYTES, 44", "STEP_BYTES, 48", "does not have"),
)


@pytest.mark.parametrize(("source", "changed", "text", "other", "message"), _CHANGES)
def test_a_changed_layout_or_length_is_an_error(
    source: str, changed: str, text: str, other: str, message: str, tmp_path: Path
) -> None:
    for name in {source, changed, _OFFSETS}:
        (tmp_path / Path(name).name).write_text((KERNELS / "dsp" / name).read_text())
    changed = Path(changed).name
    command = ["arm-none-eabi-gcc", *MACHINES["m4"].flags, "-I", str(tmp_path), *INCLUDES, "-c", "-o", "made.o", source]
    process.run(command, cwd=tmp_path)
    before = (tmp_path / changed).read_text()
    assert text in before
    (tmp_path / changed).write_text(before.replace(text, other, 1))
    done = process.run(command, cwd=tmp_path, check=False)
    assert done.returncode != 0 and message in done.stderr
    assert "Error:" in done.stderr


def test_c_refuses_offsets_that_differ_from_its_structs(tmp_path: Path) -> None:
    (tmp_path / _OFFSETS).write_text((KERNELS / "dsp" / _OFFSETS).read_text().replace("STRIP_ROW 20", "STRIP_ROW 60"))
    (tmp_path / "mcutk_depthwise_strip_dsp.h").write_text((KERNELS / "dsp" / "mcutk_depthwise_strip_dsp.h").read_text())
    (tmp_path / "mcutk_scales_dsp.h").write_text((KERNELS / "dsp" / "mcutk_scales_dsp.h").read_text())
    (tmp_path / "unit.c").write_text('#include "mcutk_depthwise_strip_dsp.h"\n')
    command = ["arm-none-eabi-gcc", *MACHINES["m4"].flags, "-std=c11", "-I", str(tmp_path), "-fsyntax-only", "unit.c"]
    done = process.run(command, cwd=tmp_path, check=False)
    assert done.returncode != 0 and "layout known to assembly" in done.stderr
