"""Arguments of a conversion; tests/train converts."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.errors import DataError
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.convert import ConvertOptions, convert


def test_a_conversion_without_images_is_refused(ctx: Context) -> None:
    with pytest.raises(DataError, match="needs images to calibrate on") as caught:
        convert(ctx, ConvertOptions(Path("model.h5")))
    assert "--data DIR" in str(caught.value)
    assert not ctx.workspace.out.exists()
