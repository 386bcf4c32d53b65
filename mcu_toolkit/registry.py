"""The one registration mechanism: operators, kernels, passes, instruction sets, architectures, flashers, networks.

A package that has many things of one kind keeps a `Registry` of them. The toolkit registers its own when the registry
is first read; a plug-in or a test registers more with `add`, without touching a file of the package::

    OPERATORS: Registry[Operator] = Registry("operator", builtin=modules_of("mcu_toolkit.graph.ops", [folder]))
    OPERATORS.add("SQUARE", Square())
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import did_you_mean

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Named things of one kind, in the order of registration.

    Args:
        kind: what one of them is called in messages, for example ``board``.
        builtin: modules that register the toolkit's own things when they are imported; they are imported when the
            registry is first read, so that start-up stays quick.
    """

    def __init__(self, kind: str, *, builtin: Sequence[str] = ()) -> None:
        self.kind = kind
        self._pending = list(builtin)
        self._items: dict[str, T] = {}

    def add(self, name: str, item: T) -> T:
        """Register `item` under `name` and return it.

        Raises:
            ConfigError: the name is taken.
        """
        if name in self._items:
            raise ConfigError(f"the {self.kind} '{name}' is registered twice")
        self._items[name] = item
        return item

    @contextmanager
    def added(self, name: str, item: T) -> Iterator[T]:
        """Register `item` for the duration of a ``with`` block; for tests.

        Raises:
            ConfigError: the name is taken.
        """
        self._load()
        self.add(name, item)
        try:
            yield item
        finally:
            del self._items[name]

    def find(self, name: str) -> T:
        """The thing of this name.

        Raises:
            ConfigError: there is none; the message lists the known names and the nearest one.
        """
        self._load()
        if name not in self._items:
            raise ConfigError(
                f"there is no {self.kind} '{name}'",
                expected=", ".join(self._items),
                received=name,
                hint=did_you_mean(name, self._items, limit=2),
            )
        return self._items[name]

    def __getitem__(self, name: str) -> T:
        self._load()
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        self._load()
        return iter(self._items)

    def __len__(self) -> int:
        self._load()
        return len(self._items)

    def _load(self) -> None:
        while self._pending:
            module = self._pending.pop(0)
            try:
                importlib.import_module(module)
            except BaseException:
                self._pending.insert(0, module)  # a later read fails in the same way instead of missing it silently
                raise


def modules_of(package: str, path: Sequence[str]) -> tuple[str, ...]:
    """Dotted names of the modules of a package, sorted: for registries whose modules are found by looking.

    Args:
        package: dotted name of the package.
        path: its ``__path__``.
    """
    return tuple(sorted(f"{package}.{module.name}" for module in pkgutil.iter_modules(path)))
