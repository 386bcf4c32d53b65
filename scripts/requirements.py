"""Print the requirements of one extra of pyproject.toml, one per line, so that versions are stated only there.

`core` means the dependencies of the package itself. `train` omits the packages that depend on TensorFlow and lists
their other dependencies instead; `train-bare` lists the omitted packages, to be installed with --no-deps.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib
from packaging.requirements import Requirement

# Packages that require the distribution `tensorflow` by name → their other requirements.
BARE = {"tf-keras": (), "tensorflow-model-optimization": ("absl-py", "dm-tree", "numpy", "six")}
# The same package without GPU support, less than half the download; published for Linux and Windows on x86-64.
ON_X86 = platform.machine() in ("x86_64", "AMD64") and sys.platform != "darwin"
SMALLER = {"tensorflow": "tensorflow-cpu"} if ON_X86 else {}


def requirements(extra: str) -> list[str]:
    """Requirements of an extra whose environment markers match this machine."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    name = "train" if extra == "train-bare" else extra
    listed = project["dependencies"] if name == "core" else project["optional-dependencies"][name]
    fitting = [r for r in map(Requirement, listed) if r.marker is None or r.marker.evaluate({"extra": ""})]
    bare = [r for r in fitting if r.name in BARE]
    if extra == "train-bare":
        chosen = [f"{r.name}{r.specifier}" for r in bare]
    else:
        chosen = [f"{SMALLER.get(r.name, r.name)}{r.specifier}" for r in fitting if r.name not in BARE]
        chosen += [dependency for r in bare for dependency in BARE[r.name]]
    return chosen


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1])))
