"""The how-tos, command by command, with real servers; what needs root or containers is stood in for."""

import re
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from tools.environment import find_nginx
from tools.environment import find_pgvector
from tools.environment import find_postgresql

from consoles import Shown
from consoles import shown_commands
from labelled import draw_people
from machine import Machine
from milvus_server import has_milvus
from needs import absent
from s3_server import has_s3
from sudo_for_tests import usable_sudo

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "howto"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
# They stand on no machine of Mien's: one makes it, the other makes containers.
BEGINNINGS = {"machine.md", "compose.md"}


def typed(page: Path) -> list[Shown]:
    """What a page has a reader type, and before it what the pages have that it says come first."""
    first = re.findall(r"^First: (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    links = re.findall(r"\]\((\w+\.md)(?:#([\w-]+))?\)", first[0]) if first else []
    commands = [each for name, section in links for each in shown_of(FOLDER / name, section)]
    return commands + shown_of(page)


def shown_of(page: Path, section: str = "") -> list[Shown]:
    shown = shown_commands(page, section=section)
    # No terminal is open on two pages.
    return [replace(each, terminal=hash((page, each.terminal))) for each in shown]


def follow(page: Path, machine: Machine) -> None:
    """Type all of it."""
    for _, commands in groupby(typed(page), key=lambda each: each.terminal):
        machine.open_terminal()
        for command in commands:
            machine.do(command)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with ExitStack() as running:
        yield Machine(tmp_path, running, sudo="system" if usable_sudo() else "stand-in")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_howto_does_what_it_says(page: Path, machine: Machine) -> None:
    commands = [each.command for each in typed(page)]
    assert commands
    if any("nginx -t" in each for each in commands) and find_nginx() is None:
        absent("no Nginx is installed; `make test` installs it where it may")
    if any("sudo -u postgres" in each for each in commands):
        inside = any("EXTENSION vector" in each for each in commands)
        programs = find_pgvector() if inside else find_postgresql()
        if programs is None:
            absent("no PostgreSQL is installed; `make test` installs it where it may")
        assert programs is not None
        machine.use_postgresql(programs)
    if any("MIEN_MILVUS_URL" in each for each in commands):
        if not has_milvus():
            absent("Milvus Lite is not installed; `make test` installs it")
        machine.use_milvus()
    if any("MIEN_FILES_URL" in each for each in commands):
        if not has_s3():
            absent("moto and botocore are not installed; `make test` installs them")
        machine.use_s3()
    if any("mien people import" in each for each in commands):
        draw_people(machine.home / "album", {"Ada Lovelace": 2, "Charles Babbage": 1})
    if any("mien evaluate" in each for each in commands):
        people = [f"p{number}" for number in range(105)]
        draw_people(machine.home / "labelled", dict.fromkeys(people, 2))
        pairs = ["1", "p1\t1\t2", "p1\t1\tp2\t1"]
        (machine.home / "pairs.txt").write_text("\n".join(pairs), encoding="utf-8")
    follow(page, machine)
    if page.name in LOOKED_AT:
        LOOKED_AT[page.name](machine)


def nginx_joins_the_group_before_it_is_loaded(machine: Machine) -> None:
    # Its running processes do not learn of a group.
    called = machine.called
    joined = called.index("usermod --append --groups mien www-data")
    assert joined < called.index("systemctl reload nginx")


def models_are_there_before_the_service(machine: Machine) -> None:
    called = machine.called
    [enabled] = [each for each in called if each.startswith("systemctl enable")]
    assert called.index("mien models pull") < called.index(enabled)


def no_node_has_a_database_or_a_key_of_its_own(machine: Machine) -> None:
    assert (machine.home / "files" / "installation").exists()
    assert not list(machine.home.glob("mien.db*"))
    assert not (machine.home / "secret_key").exists()


def no_photo_is_in_the_home(machine: Machine) -> None:
    assert list((machine.home / "files").glob("??/*")) == []
    assert "moved" in (machine.home / "files" / "installation").read_text(encoding="ascii")


LOOKED_AT: dict[str, Callable[[Machine], None]] = {
    "nginx-gunicorn.md": nginx_joins_the_group_before_it_is_loaded,
    "nginx-uwsgi.md": nginx_joins_the_group_before_it_is_loaded,
    "systemd.md": models_are_there_before_the_service,
    "object-store.md": no_photo_is_in_the_home,
    "nodes.md": no_node_has_a_database_or_a_key_of_its_own,
}
"""What a page promises that none of its commands would show."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_says_first_on_what_it_stands(page: Path) -> None:
    said = re.search(r"^# .*\n\nFirst: \[[^]]+\]\(machine\.md\)", page.read_text(encoding="utf-8"))
    assert (said is None) == (page.name in BEGINNINGS)


def test_every_page_is_in_the_list() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\S+?\.md)\)", text) != []
    assert {page.name for page in PAGES} <= set(re.findall(r"\]\((\S+?\.md)\)", text))
