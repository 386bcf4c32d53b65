"""Training tests: tiny networks on tiny phantoms; skipped, with the reason, where TensorFlow is not installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from mcu_toolkit.train.run import TrainResult, train
from tests.support.training import tiny_recipe

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ignore the deprecation warnings that TensorFlow, Keras and tfmot issue about themselves on import."""
    missing = importlib.util.find_spec("tensorflow") is None
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            if missing:
                item.add_marker(pytest.mark.skip(reason="needs TensorFlow: pip install 'mcu_toolkit[train]'"))


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """A finished run."""
    return train(tiny_recipe(), None, tmp_path_factory.mktemp("tiny") / "run")
