"""Fuzzes the readers of documents that people exchange: ``python -m tests.fuzz.documents --inputs 100000``.

Each input is a shipped recipe, a board descriptor or an example of a JSON record, changed in its text (bytes flipped,
cut, repeated) or in its values (numbers at their limits, other types, missing and unknown keys, long and deep values).
Whatever comes, the reader gives a document or raises an error of the toolkit.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from mcu_toolkit import toml
from mcu_toolkit.boards import load_board
from mcu_toolkit.errors import McutkError
from mcu_toolkit.recipe import load as load_recipe
from mcu_toolkit.records import codec
from tests.support.cli import ROOT
from tests.support.records import example, record_kinds

_ODD: tuple[Any, ...] = (
    *(-1, 0, 1, 2**31, 2**63, -(2**63), 10**30, 1e22, 1e308, float("inf"), float("-inf"), float("nan")),
    *("", "x", "x" * 5000, "\u202egnp", "\x1b[2J", "../../etc", "a\nb", "qemu-m4", True, False),
    *([], {}, [[]], [1, "x"], {"x": {"y": []}}, ["x"] * 300),
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Containers of a document with each of their keys or indices."""
    found: list[tuple[Any, Any]] = []
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found.append((value, key))
        found += _places(item)
    return found


def changed(document: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """A copy of a document with some values replaced, removed or added."""
    made = copy.deepcopy(document)
    for _ in range(draw.randrange(1, 4)):
        places = _places(made)
        if not places:
            break
        holder, key = draw.choice(places)
        roll = draw.random()
        if roll < 0.7:
            holder[key] = copy.deepcopy(draw.choice(_ODD))
        elif roll < 0.85:
            del holder[key]
        elif isinstance(holder, dict):
            holder[draw.choice(["x", "", "id", "schema", "a.b", "\x00"])] = copy.deepcopy(draw.choice(_ODD))
        else:
            holder.extend(copy.deepcopy(holder))
    return made


def damaged(text: bytes, draw: random.Random) -> bytes:
    """A text with some bytes changed, removed or repeated."""
    data = bytearray(text)
    for _ in range(draw.randrange(1, 5)):
        at = draw.randrange(len(data) + 1)
        roll = draw.random()
        if roll < 0.4:
            data[at : at + 1] = bytes([draw.randrange(256)])
        elif roll < 0.6:
            del data[at : at + draw.randrange(1, 60)]
        elif roll < 0.8:
            data[at:at] = data[at : at + draw.randrange(1, 60)]
        else:
            data[at:at] = draw.choice(
                [b"[[", b"]]", b'"""', b"=", b"{", b"\xff\xfe", b"1e999", b"-", b"0x", b"nan", b"[" * 900]
            )
    return bytes(data)


class Readers:
    """The readers, with the documents that are changed for each.

    Args:
        folder: for the files that are read.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "document.toml"
        self._recipes = sorted((ROOT / "models").glob("*/recipe.toml"))
        self._boards = sorted((ROOT / "boards").glob("*.toml"))
        self._records = [(kind, codec.dump(example(kind))) for kind in record_kinds()]

    def recipe(self, draw: random.Random) -> None:
        """One changed recipe."""
        self._toml(draw.choice(self._recipes), draw, lambda: load_recipe(self._file))

    def board(self, draw: random.Random) -> None:
        """One changed board descriptor."""
        self._toml(draw.choice(self._boards), draw, lambda: load_board(str(self._file)))

    def record(self, draw: random.Random) -> None:
        """One changed JSON record."""
        kind, document = draw.choice(self._records)
        if draw.random() < 0.7:
            codec.load(kind, changed(document, draw))
        else:
            self._file.write_bytes(damaged(json.dumps(document).encode(), draw))
            codec.read(kind, self._file)

    def _toml(self, source: Path, draw: random.Random, read: Callable[[], object]) -> None:
        if draw.random() < 0.6:
            text = _toml_text(changed(toml.read(source, "a document"), draw))
            self._file.write_bytes(text.encode("utf-8", "surrogatepass"))
        else:
            self._file.write_bytes(damaged(source.read_bytes(), draw))
        read()


def _toml_text(document: dict[str, Any]) -> str:
    """A document as TOML; inline where it is deep, since JSON's strings and lists are TOML too."""
    return "".join(f"{json.dumps(key)} = {_inline(value)}\n" for key, value in document.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value).replace("Infinity", "inf").replace("NaN", "nan")


def run(seed: int, inputs: int) -> dict[str, list[int]]:
    """Run inputs of a seed. Returns for each reader how many were accepted and how many refused."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        readers = Readers(Path(folder))
        parts = {"recipe": readers.recipe, "board": readers.board, "record": readers.record}
        counts = {name: [0, 0] for name in parts}
        for count in range(inputs):
            name = list(parts)[count % len(parts)]
            state = draw.getstate()
            try:
                parts[name](draw)
                counts[name][0] += 1
            except McutkError:
                counts[name][1] += 1
            except Exception as bad:
                raise AssertionError(f"{name}, seed {seed}, input {count}: {type(bad).__name__}: {bad}") from bad
            assert draw.getstate() != state
    return counts


def main() -> None:
    """Run the fuzzer and print what was accepted and refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    started, share = time.monotonic(), max(1, arguments.inputs // 100)
    seeds = range(arguments.seed, arguments.seed + 100)
    total: dict[str, list[int]] = {}
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for counts in pool.map(run, seeds, [share] * len(seeds)):
            for name, (accepted, refused) in counts.items():
                sums = total.setdefault(name, [0, 0])
                sums[0], sums[1] = sums[0] + accepted, sums[1] + refused
    for name, (accepted, refused) in total.items():
        print(f"{name}: {accepted + refused:,} inputs, {accepted:,} accepted, {refused:,} refused, no other error")
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
