"""The machine on which the how-tos are tried: what a real one would refuse is refused here."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from consoles import Shown
from machine import Machine
from sudo_for_tests import Kind
from sudo_for_tests import usable_sudo

pytestmark = pytest.mark.processes


@pytest.fixture(params=["system", "stand-in"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    kind: Kind = request.param
    if kind == "system" and usable_sudo() is None:
        pytest.skip("no sudo is installed that may be used without a password")
    with ExitStack() as running:
        yield Machine(tmp_path, running, sudo=kind)


def test_behind_sudo_nothing_is_found_by_the_path_of_a_terminal(machine: Machine) -> None:
    own = machine.you / "own"
    own.mkdir()
    (own / "own-program").write_text("#!/bin/sh\necho found\n", encoding="utf-8")
    (own / "own-program").chmod(0o755)
    machine.do(Shown(f"export PATH={own}:$PATH", ()))
    assert machine.do(Shown("own-program", ())) == "found\n"
    assert machine.do(Shown(f"sudo {own}/own-program", ())) == "found\n"
    for options in ("", "-E"):
        with pytest.raises(AssertionError, match="own-program"):
            machine.do(Shown(f"sudo {options} own-program", ()))


def test_settings_reach_a_program_behind_sudo_only_where_it_is_said(machine: Machine) -> None:
    machine.do(Shown("export MIEN_PACK=mobile", ()))
    for typed, printed in (
        ("sudo printenv MIEN_PACK || echo none", "none\n"),
        ("sudo -E printenv MIEN_PACK", "mobile\n"),
        ("sudo MIEN_PACK=compact printenv MIEN_PACK", "compact\n"),
    ):
        assert machine.do(Shown(typed, ())) == printed


def test_what_was_said_in_a_terminal_is_known_in_no_other(machine: Machine) -> None:
    machine.home.mkdir()
    machine.do(Shown("export MIEN_PACK=mobile", ()))
    assert machine.do(Shown("printenv MIEN_PACK", ())) == "mobile\n"
    assert machine.do(Shown("printenv MIEN_PACK || echo none", (), "mien")) == "none\n"
    machine.open_terminal()
    assert machine.do(Shown("printenv MIEN_PACK || echo none", ())) == "none\n"


def test_no_folder_of_miens_is_there_before_a_page_has_made_it(machine: Machine) -> None:
    with pytest.raises(AssertionError):
        machine.do(Shown("sudo touch /etc/mien/settings", ()))
