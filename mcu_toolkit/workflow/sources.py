"""The model, board and port of a use case where its arguments leave them open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import Board, is_shipped, load_board
from mcu_toolkit.errors import ConfigError, WorkspaceError
from mcu_toolkit.records.build import ModelOrigin
from mcu_toolkit.records.manifest import checked_bytes
from mcu_toolkit.records.state import read_state
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.own_boards import own_boards
from mcu_toolkit.workflow.settings import load_settings
from mcu_toolkit.workflow.trust import require_trust
from mcu_toolkit.workspace import Workspace, sha256_bytes, sha256_file

#: The recipe whose trained model ships with the package.
SHIPPED_RECIPE = "phantom"
MODEL_FILE = "model.tflite"
#: An emulated board, so that a run needs no hardware.
DEFAULT_BOARD = "qemu-m4"


@dataclass(frozen=True, eq=False)
class ModelSource:
    """A model and its origin, which decides where its test images are.

    Attributes:
        kind: ``train`` (a run folder), ``shipped`` (with the package) or ``file`` (the user's own).
        path: the .tflite file.
        data: its contents.
        run_dir: folder of the training run; None otherwise.
        recipe: id of the recipe; empty where there is none.
    """

    kind: str
    path: Path
    data: bytes
    run_dir: Path | None = None
    recipe: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the model, 64 hex digits."""
        return sha256_bytes(self.data)

    @property
    def origin(self) -> ModelOrigin:
        """The part that a build records, so that the bench finds the test images of the model."""
        run_dir = str(self.run_dir) if self.run_dir is not None else ""
        return ModelOrigin(self.kind, str(self.path), run_dir, self.recipe)


def describe(origin: ModelOrigin) -> str:
    """The origin of a model in words."""
    if origin.kind == "train":
        return f"the model trained last ({origin.recipe})"
    if origin.kind == "shipped":
        return f"the model that ships with mcutk ({origin.recipe}, synthetic images)"
    return origin.path


def source_of(workspace: Workspace, origin: ModelOrigin, data: bytes) -> ModelSource:
    """The source of a recorded origin; `data` is the copy of the model in the build folder.

    Raises:
        WorkspaceError: the run was trained again since, so that its held-out images may be others.
    """
    found = ModelSource(
        kind=origin.kind,
        path=Path(origin.path),
        data=data,
        run_dir=workspace.train_dir(origin.recipe) if origin.run_dir else None,
        recipe=origin.recipe,
    )
    if found.run_dir is not None and (found.run_dir / MODEL_FILE).is_file():
        now = sha256_file(found.run_dir / MODEL_FILE)
        if now != found.sha256:
            raise WorkspaceError(
                f"{origin.recipe} was trained again since this firmware was built",
                expected=f"model {found.sha256}",
                received=now,
                hint="mcutk build && mcutk flash, then the same command again",
            )
    return found


def read_bytes(path: Path) -> bytes:
    """Contents of a model file.

    Raises:
        WorkspaceError: it is not there or cannot be read.
    """
    if path.is_dir():
        inside = ", ".join(sorted(each.name for each in path.glob("*.tflite"))[:3])
        raise WorkspaceError(
            f"the model {path} is a folder",
            expected=f"a .tflite file: {inside} is in it" if inside else "a .tflite file",
        )
    try:
        return path.read_bytes()
    except OSError as bad:
        reason = "there is no such file" if isinstance(bad, FileNotFoundError) else bad.strerror
        raise WorkspaceError(
            f"cannot read the model {path}: {reason}", expected="a .tflite file", hint="check the path after --model"
        ) from bad


def shipped_model() -> Path:
    """The trained model that ships with the package."""
    return asset_dir("models") / SHIPPED_RECIPE / MODEL_FILE


def trained_run(workspace: Workspace) -> Path | None:
    """Folder of the run trained last in this project; None where nothing was trained.

    Raises:
        WorkspaceError: state.json is damaged.
    """
    recipe = read_state(workspace).train
    return workspace.train_dir(str(recipe)) if recipe else None


def pick_model(workspace: Workspace, given: Path | None = None) -> ModelSource:
    """The model given, else the one trained last in this project, else the one that ships with the package.

    Raises:
        WorkspaceError: there is none, or it cannot be read.
    """
    if given is not None:
        data = read_bytes(given)
        shipped = shipped_model()
        if shipped.is_file() and shipped.read_bytes() == data:
            return ModelSource("shipped", given.resolve(), data, recipe=SHIPPED_RECIPE)
        return ModelSource("file", given.resolve(), data)
    run_dir = trained_run(workspace)
    if run_dir is not None:
        model = run_dir / MODEL_FILE
        if not model.is_file():
            raise WorkspaceError(
                f"the training run in {run_dir} has no model yet", hint="mcutk train --resume, or --model FILE.tflite"
            )
        return ModelSource(
            "train", model, checked_bytes(run_dir, MODEL_FILE, hint="mcutk train"), run_dir=run_dir, recipe=run_dir.name
        )
    path = shipped_model()
    if not path.is_file():
        raise WorkspaceError("nothing was trained here yet", hint="mcutk train, or --model FILE.tflite")
    return ModelSource("shipped", path, read_bytes(path), recipe=SHIPPED_RECIPE)


@dataclass(frozen=True)
class ChosenBoard:
    """A board, and the text that finds it again.

    Attributes:
        board: its descriptor.
        key: its id, or the absolute path of a descriptor outside the package; state.json holds it.
    """

    board: Board
    key: str


def pick_board(
    ctx: Context,
    given: str | None,
    *,
    last: Sequence[Literal["build", "flash"]] = (),
    default: str | None = None,
) -> ChosenBoard:
    """The board given, else the one of the last build or flash, else the project's, else `default`.

    Args:
        ctx: the project folder, and how to ask whether a descriptor of the project is trusted.
        given: id of a shipped board or of one of the project (`own_boards`), or path of a descriptor.
        last: which of the last build and flash count, in this order.
        default: id of a board.

    Raises:
        ConfigError: none of these, no such board, or a descriptor of the project that is not trusted;
        WorkspaceError: none, where a build or flash must precede.
    """
    workspace = ctx.workspace
    state = read_state(workspace)
    known = {"build": state.build, "flash": state.flash}
    candidates = (given, *(known[each] for each in last), load_settings(workspace).board, default)
    name = next((each for each in candidates if each is not None), None)
    if name is None:
        kind, what = (WorkspaceError, "nothing was built here yet") if last else (ConfigError, "no board was named")
        raise kind(
            what,
            expected='--board ID, or board = "ID" in mcutk.toml',
            hint="mcutk build --board qemu-m4" if last else "mcutk boards lists the boards; qemu-m4 is emulated",
        )
    if not name.endswith(".toml") and not is_shipped(name):
        name = str(own_boards(workspace).get(name, name))
    if name.endswith(".toml"):
        require_trust(ctx, Path(name), chosen=name == given)
    board = load_board(name)
    return ChosenBoard(board, str(Path(name).resolve()) if name.endswith(".toml") else board.id)


def pick_port(workspace: Workspace, board: Board, given: str | None) -> str | None:
    """The port given, else the project's; None for an emulated board, which needs none."""
    if given is not None or board.is_emulated:
        return given
    return load_settings(workspace).port
