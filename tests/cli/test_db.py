"""`mien db`."""

import json
import os
import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import update

from building import acting
from building import make_services
from commanding import Mien
from drawing import draw_photo
from looking import files_of
from looking import folder_of
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import create_person
from mien.gallery.recognition.identify import identify
from mien.storage.migrate import head_revision
from mien.storage.models import GalleryRow

pytestmark = pytest.mark.thorough


def add(home: Path, *names: str) -> list[str]:
    services = make_services(home)
    return [
        enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo([name])),
            subject=NewPerson(name),
        ).person.id
        for name in names
    ]


def test_upgrade_makes_a_database_and_then_changes_nothing(mien: Mien, home: Path) -> None:
    done = mien("db", "upgrade", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"before": None, "after": head_revision()}
    assert (home / "mien.db").is_file()
    assert "up to date" in mien("db", "upgrade").stderr


def test_a_command_does_not_touch_a_database_of_another_version(mien: Mien, home: Path) -> None:
    mien("db", "upgrade")
    with sqlite3.connect(home / "mien.db") as connection:
        connection.execute("update alembic_version set version_num = 'old'")
    connection.close()
    done = mien("people", "list")
    assert done.exit_code == 1
    assert "(database_outdated)" in done.stderr
    done = mien("db", "check", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["schema"] == "old"


def test_check_finds_nothing_wrong_where_nothing_is(mien: Mien, home: Path) -> None:
    home.mkdir()
    add(home, "ada", "bob")
    done = mien("db", "check", "--json")
    assert done.exit_code == 0, done.stdout
    found = json.loads(done.stdout)
    assert found["sound"] is True
    assert (found["damage"], found["missing_files"], found["stray_files"]) == ([], [], 0)
    assert [(each["faces"], each["comparable"]) for each in found["galleries"]] == [(2, True)]
    assert "No problems found." in mien("db", "check").stderr


def test_check_says_when_there_is_no_database_yet_and_makes_none(mien: Mien, home: Path) -> None:
    done = mien("db", "check")
    assert done.exit_code == 1
    assert "(database_missing)" in done.stderr
    assert not home.exists()
    home.mkdir()
    assert mien("db", "check").exit_code == 1
    assert list(home.iterdir()) == []


def test_check_names_files_that_are_gone(mien: Mien, home: Path) -> None:
    home.mkdir()
    add(home, "ada")
    services = make_services(home)
    gone = min(files_of(services))
    services.files.delete([gone])
    stray = folder_of(services).path("f" * 32 + ".jpg")
    stray.parent.mkdir(exist_ok=True)
    stray.touch()
    os.utime(stray, (1, 1))
    found = json.loads(mien("db", "check", "--json").stdout)
    assert (found["sound"], found["missing_files"], found["stray_files"]) == (False, [gone], 1)
    assert gone in mien("db", "check").stdout


def test_check_finds_vectors_and_galleries_of_another_model(mien: Mien, home: Path) -> None:
    home.mkdir()
    add(home, "ada", "bob")
    with sqlite3.connect(home / "mien.db") as connection:
        connection.execute(
            "update face set embedding = x'00000000' where id = (select min(id) from face)"
        )
    connection.close()
    done = mien("db", "check", "--json")
    assert json.loads(done.stdout)["galleries"][0]["wrong_vectors"] == 1
    assert done.exit_code == 1
    with make_services(home).database.write() as session:
        session.execute(update(GalleryRow).values(contract_id="another"))
    done = mien("db", "check")
    assert "NOT comparable with the pack in use" in done.stdout


def test_check_finds_rows_that_refer_to_nothing(mien: Mien, home: Path) -> None:
    home.mkdir()
    add(home, "ada")
    with sqlite3.connect(home / "mien.db") as connection:
        connection.execute("delete from person")
    connection.close()
    found = json.loads(mien("db", "check", "--json").stdout)
    assert found["damage"] == ["1 row(s) of face refer to nothing"]


def restore(archive: Path, home: Path) -> None:
    with tarfile.open(archive) as opened:
        opened.extractall(home, filter="data")


def test_a_backup_unpacked_is_a_home(mien: Mien, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    add(home, "ada", "bob")
    target = tmp_path / "backup.tar.gz"
    done = mien("db", "backup", target, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"path": str(target), "files": 4, "missing": []}
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar.gz", "home"]
    restore(target, tmp_path / "restored")
    services = make_services(tmp_path / "restored")
    [answer] = identify(
        acting(services), gallery="default", photo=Upload(draw_photo(["ada"]))
    ).answers
    assert answer.decision == "match"
    assert len(files_of(services)) == 4


def test_a_backup_does_not_write_over_anything(mien: Mien, tmp_path: Path) -> None:
    mien("db", "upgrade")
    target = tmp_path / "backup.tar.gz"
    target.write_text("precious")
    assert mien("db", "backup", target).exit_code == 1
    assert target.read_text() == "precious"
    done = mien("db", "backup", tmp_path / "no" / "folder.tar.gz")
    assert done.exit_code == 1
    assert "Cannot create" in done.stderr


def test_a_backup_tells_of_files_that_are_missing(mien: Mien, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    add(home, "ada")
    services = make_services(home)
    gone = min(files_of(services))
    services.files.delete([gone])
    done = mien("db", "backup", tmp_path / "b.tar.gz")
    assert done.exit_code == 3
    assert gone in done.stderr
    assert (tmp_path / "b.tar.gz").exists()


def test_a_backup_while_others_write_is_of_one_moment(
    mien: Mien, home: Path, tmp_path: Path
) -> None:
    home.mkdir()
    ids = add(home, *(f"p{n}" for n in range(12)))
    services = make_services(home)
    stop = threading.Event()

    def write() -> None:
        for number, person_id in enumerate(ids):
            if stop.is_set():
                return
            forget_person(acting(services), gallery="default", person_id=person_id)
            create_person(acting(services), gallery="default", name=f"new {number}")
            photo = draw_photo([f"n{number}"])
            enrol(
                acting(services),
                gallery="default",
                source=Upload(photo),
                subject=NewPerson(f"n{number}"),
            )

    thread = threading.Thread(target=write)
    thread.start()
    for number in range(3):
        done = mien("db", "backup", tmp_path / f"{number}.tar.gz")
        assert done.exit_code == 0, done.stderr
    stop.set()
    thread.join()
    for number in range(3):
        restore(tmp_path / f"{number}.tar.gz", tmp_path / f"restored{number}")
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("MIEN_HOME", str(tmp_path / f"restored{number}"))
            done = mien("db", "check", "--json")
        assert done.exit_code == 0, done.stdout


def test_postgresql_is_backed_up_by_its_own_program(
    mien: Mien, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MIEN_DATABASE_URL", "postgresql://user@127.0.0.1:1/none")
    done = mien("db", "backup", tmp_path / "b.tar.gz")
    assert done.exit_code == 1
    assert "pg_dump" in done.stderr
    assert not (tmp_path / "b.tar.gz").exists()
    done = mien("db", "check")
    assert done.exit_code == 1
    assert "(database_unreachable)" in done.stderr


@pytest.mark.parametrize("command", ["tidy", "db upgrade", "db check", "people list"])
def test_a_folder_in_the_place_of_the_sqlite_file_keeps_commands_off_the_photos(
    mien: Mien, home: Path, command: str
) -> None:
    home.mkdir()
    add(home, "ada")
    # As where PostgreSQL holds the rows.
    for path in home.glob("mien.db*"):
        path.unlink()
    (home / "mien.db").mkdir()
    photos = list((home / "files").glob("??/*"))
    for path in photos:
        os.utime(path, (0, 0))
    done = mien(*command.split())
    assert done.exit_code == 1
    assert "(database_unreachable)" in done.stderr
    assert all(path.is_file() for path in photos)
    assert len(photos) == 2


def test_check_tells_what_others_can_reach_and_is_no_worse_for_it(mien: Mien, home: Path) -> None:
    mien("db", "upgrade")
    home.chmod(0o755)
    done = mien("db", "check")
    assert done.exit_code == 0
    assert f"chmod g-w,o-rwx {home}" in done.stderr
    [exposed] = json.loads(mien("db", "check", "--json").stdout)["exposed"]
    assert exposed["path"] == str(home)
    home.chmod(0o750)
    assert "chmod" not in mien("db", "check").stderr
    assert json.loads(mien("db", "check", "--json").stdout)["exposed"] == []
