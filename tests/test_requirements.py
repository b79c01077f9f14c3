"""The lock files: complete, hashed, and bound to no index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mien.serving.whole_response import KNOWN_MAJORS

LOCKS = ("run.lock", "dev.lock")


def pins(lock: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.\[\]-]+)==([^\s;]+)", lock.read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name.partition("[")[0]), set()).add(version)
    return found


def declared(root: Path, lock: str) -> list[Requirement]:
    """What a lock has to hold.

    uWSGI is no part of what runs, because it has not everywhere a wheel, nor is what speaks to
    Milvus or to an S3-compatible store, which bring much that few need.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text())
    extras = dict(project["project"]["optional-dependencies"])
    if lock == "run.lock":
        for name in ("uwsgi", "milvus", "s3", "redis", "video"):
            del extras[name]
    lines = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(line for extra in extras.values() for line in extra),
    ]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_has_what_the_project_declares(repository_root: Path, name: str) -> None:
    locked = pins(repository_root / "requirements" / name)
    for requirement in declared(repository_root, name):
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement} is missing in {name}: run `make lock`"
        assert all(map(requirement.specifier.contains, versions)), f"{name}: run `make lock`"


def test_only_a_gunicorn_that_is_not_refused_is_installed(repository_root: Path) -> None:
    [gunicorn] = [each for each in declared(repository_root, "run.lock") if each.name == "gunicorn"]
    accepted = {major for major in range(100) if gunicorn.specifier.contains(f"{major}.0.0")}
    assert accepted == set(KNOWN_MAJORS)


def test_what_runs_is_what_is_tested(repository_root: Path) -> None:
    run, dev = (pins(repository_root / "requirements" / name) for name in LOCKS)
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash_and_no_line_names_an_address(
    repository_root: Path, name: str
) -> None:
    text = (repository_root / "requirements" / name).read_text()
    for block in re.split(r"^(?=\S)", text, flags=re.MULTILINE):
        if block.strip():
            assert "--hash=sha256:" in block, block
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE)
