"""Both ends of the link on some thousand inputs; `make fuzz` runs ten million on the board and one on the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import link_device, link_host


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_device.build(tmp_path_factory.mktemp("fuzzer"))


@pytest.mark.parametrize("seed", range(3))
def test_the_board_replies_as_the_specification_says(device: Path, seed: int) -> None:
    said = link_device.run(device, seed, 60_000)
    assert int(said.split(", ")[1].split()[0]) > 30_000, said


def test_the_fuzzer_of_the_board_sees_a_wrong_reply(tmp_path: Path) -> None:
    """The shadow has a computation of its own: a board whose model differs is noticed."""
    driver = link_device._DRIVER.read_text(encoding="utf-8")
    (tmp_path / "driver.c").write_text(driver.replace("^ 0x55u ^", "^ 0x54u ^"), encoding="utf-8")
    folder = tmp_path / "wrong"
    folder.mkdir()
    program = link_device.build(folder, tmp_path / "driver.c")
    with pytest.raises(AssertionError, match="a byte of a reply"):
        link_device.run(program, 1, 20_000)


def test_the_host_takes_only_what_belongs_to_it() -> None:
    taken, refused = link_host.run(1, 15_000)
    assert taken > 10_000 and refused > 500
