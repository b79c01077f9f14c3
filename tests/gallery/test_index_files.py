"""An index that keeps files beside the rows: across processes, restores and erasures."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from building import make_services
from kept_indexes import SELDOM
from kept_indexes import add
from kept_indexes import found
from kept_indexes import held
from kept_indexes import kept
from kept_indexes import node
from kept_indexes import process
from kept_indexes import vector_of
from mien.gallery.index_backends import build_backend
from mien.gallery.index_upkeep import rebuild_indexes
from mien.gallery.people.forget import forget_person
from mien.gallery.services import Services
from mien.maintenance.backup import back_up
from mien.maintenance.restore import restore


@pytest.fixture
def two(services: Services) -> Iterator[tuple[Services, Services]]:
    one, other = process(services), process(services)
    add(one, "ada")
    add(one, "bob")
    yield one, other
    for each in (one, other):
        each.indexes.close()


def test_what_one_process_has_kept_the_next_one_takes_up(two: tuple[Services, Services]) -> None:
    one, other = two
    assert found(one, "ada") == "ada"
    assert [path.stat().st_mode & 0o777 for path in kept(one)] == [0o600]
    assert kept(one)[0].parent.stat().st_mode & 0o777 == 0o700
    assert found(other, "bob") == "bob"
    add(one, "cy")
    assert [found(other, name) for name in ("cy", "ada", "nobody")] == ["cy", "ada", None]


def test_it_is_told_whether_all_rows_were_read_or_a_file_was_opened(services: Services) -> None:
    told: list[str] = []
    services.observer.on_filled = told.append
    one = process(services, SELDOM)
    assert found(one, "ada") is None
    assert told == [], "of an empty gallery"
    add(one, "ada")
    rebuild_indexes(acting(one))
    assert told == ["rows"]
    add(process(services, SELDOM), "bob")
    assert found(process(services, SELDOM), "bob") == "bob"
    assert told == ["rows", "kept", "kept"]
    rebuild_indexes(acting(process(services, SELDOM)))
    assert told == ["rows", "kept", "kept", "rows"]


@pytest.mark.parametrize("who", ["the process that searches", "one that never searched"])
def test_a_proof_of_erasure_holds_for_the_files(
    two: tuple[Services, Services], who: str, services: Services
) -> None:
    one, other = two
    ada = add(one, "dora")
    assert found(one, "dora") == "dora"
    vector = vector_of(one, ada.face.id)
    assert held(one, vector)
    forgetting = one if who == "the process that searches" else other
    proof = forget_person(acting(forgetting), gallery="default", person_id=ada.person.id)
    assert proof.indexed_left == 0
    assert not held(one, vector)
    assert found(one, "bob") == "bob"
    assert found(one, "dora") is None


def test_a_process_that_is_not_asked_follows_what_is_kept(services: Services) -> None:
    one = process(services)
    ada = add(one, "ada")
    add(one, "bob")
    assert found(one, "ada") == "ada"
    vector = vector_of(one, ada.face.id)
    # Another node has forgotten her, which has no such file.
    forget_person(acting(node(services)), gallery="default", person_id=ada.person.id)
    assert held(one, vector)
    idle = process(services)
    with idle.database.read() as session:
        idle.indexes.follow(session)
    assert not held(one, vector)


@pytest.mark.parametrize("ahead", [False, True])
def test_a_file_of_another_history_is_not_believed(home: Path, *, ahead: bool) -> None:
    with closing(make_runtime(home, index="int8")) as runtime:
        one = process(runtime.services)
        add(one, "ada")
        runtime.database.copy_to(home.parent / "before.db")
        add(one, "bob")
        assert found(one, "bob") == "bob"
    for path in home.glob("mien.db*"):
        path.unlink()
    shutil.copy(home.parent / "before.db", home / "mien.db")
    with closing(make_runtime(home, index="int8")) as runtime:
        if not ahead:
            add(node(runtime.services), "cy")
        one = process(runtime.services)
        assert found(one, "cy") == (None if ahead else "cy")
        assert found(one, "bob") is None
        assert found(one, "ada") == "ada"
        assert [found(process(runtime.services), name) for name in ("ada", "bob")] == ["ada", None]


def test_a_backup_that_is_brought_back_takes_no_file_along(home: Path) -> None:
    with closing(make_runtime(home)) as runtime:
        one = process(runtime.services)
        add(one, "ada")
        back_up(acting(one), target=home.parent / "backup.tar.gz")
        assert found(one, "ada") == "ada"
        assert kept(one)
    restore(home, source=home.parent / "backup.tar.gz", force=True)
    assert not (home / "index").exists()


def test_a_folder_of_its_own_disk_is_emptied_where_it_is(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(make_runtime(home)) as runtime:
        one = process(runtime.services)
        add(one, "ada")
        back_up(acting(one), target=home.parent / "backup.tar.gz")
        assert found(one, "ada") == "ada"
    monkeypatch.setattr("os.path.ismount", lambda path: path == home / "index")
    before = (home / "index").stat().st_ino
    monkeypatch.setattr(Path, "rmdir", lambda _: None)
    restore(home, source=home.parent / "backup.tar.gz", force=True)
    assert (home / "index").stat().st_ino == before
    assert list((home / "index").iterdir()) == []


def test_another_backend_leaves_no_file_that_nobody_would_overwrite(home: Path) -> None:
    services = make_services(home)
    one = process(services)
    add(one, "ada")
    assert found(one, "ada") == "ada"
    assert kept(one)
    build_backend("exact", home=home, database=services.database)
    assert not (home / "index").exists()
    # Whoever has it open goes on with it.
    assert found(one, "ada") == "ada"
    services.database.close()
