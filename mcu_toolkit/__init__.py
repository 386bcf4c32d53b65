"""From a folder of images to a measured microcontroller.

`Project` is the Python interface to everything that the command ``mcutk`` does::

    import mcu_toolkit as mcutk

    project = mcutk.Project("folder")
    built = project.build(board="qemu-m4", model="net.tflite", optimize="balanced")
    project.flash()
    bench = project.bench(random=2, seed=1)
    bench.mismatches, bench.latency.median, bench.outputs_crc32, bench.memory.ram.arena

Importing the package is quick: NumPy, Jinja2 and TensorFlow are imported when a method needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_toolkit.errors import McutkError

if TYPE_CHECKING:
    from mcu_toolkit.workflow.project import Project

__version__ = "0.1.0"
__all__ = ["McutkError", "Project", "__version__"]


def __getattr__(name: str) -> object:
    """Import `Project` when it is first used."""
    if name == "Project":
        from mcu_toolkit.workflow.project import Project

        return Project
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Names of the Python interface."""
    return __all__
