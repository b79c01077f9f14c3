"""`mien db restore`: the way back from `mien db backup`."""

import io
import json
import tarfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from building import acting
from building import make_services
from commanding import Mien
from drawing import draw_photo
from looking import files_of
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.maintenance.backup import back_up
from mien.maintenance.restore import restore
from mien.storage.file_references import referenced
from mien.storage.models import FaceRow
from mien.storage.models import PersonRow

pytestmark = pytest.mark.thorough


def add(services: Services, name: str) -> None:
    enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo([name])),
        subject=NewPerson(name),
    )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A backup of another machine, with Ada."""
    (tmp_path / "elsewhere").mkdir()
    services = make_services(tmp_path / "elsewhere")
    add(services, "Ada")
    target = tmp_path / "backup.tar.gz"
    back_up(acting(services), target=target)
    services.database.close()
    return target


def names_in(home: Path) -> list[str]:
    services = make_services(home)
    with services.database.read() as session:
        names = list(session.scalars(select(PersonRow.name).order_by(PersonRow.name)))
    services.database.close()
    return names


def test_a_backup_comes_back_on_another_machine(mien: Mien, home: Path, archive: Path) -> None:
    done = mien("db", "restore", archive, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["faces"], told["files"], told["missing"]) == (1, 2, [])
    assert mien("db", "check").exit_code == 0
    assert {path.name for path in home.iterdir()} == {"mien.db", "mien.db-use", "files"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in home.rglob("*"))
    [answer] = identify(
        acting(make_services(home)), gallery="default", photo=Upload(draw_photo(["Ada"]))
    ).answers
    assert answer.candidates[0].person.name == "Ada"


def test_nothing_is_replaced_unless_that_is_asked_for(
    mien: Mien, home: Path, archive: Path
) -> None:
    home.mkdir()
    services = make_services(home)
    add(services, "Bob")
    services.database.close()
    old_files = files_of(services)
    refused = mien("db", "restore", archive)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert names_in(home) == ["Bob"]
    done = mien("db", "restore", archive, "--force")
    assert done.exit_code == 0, done.stderr
    assert names_in(home) == ["Ada"]
    assert not old_files & files_of(make_services(home))
    assert not list(home.glob(".restore-*"))


def test_a_bad_archive_changes_nothing(
    mien: Mien, home: Path, tmp_path: Path, archive: Path
) -> None:
    home.mkdir()
    services = make_services(home)
    add(services, "Bob")
    services.database.close()
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(archive.read_bytes()[:-200])
    nothing = tmp_path / "text.tar.gz"
    nothing.write_text("no archive")
    for bad in (cut, nothing):
        refused = mien("db", "restore", bad, "--force")
        assert (refused.exit_code, "(invalid_input)" in refused.stderr) == (1, True)
        assert names_in(home) == ["Bob"]


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "files/../../evil", "files/aa/evil.jpg", "secret_key"]
)
def test_an_archive_that_is_none_of_ours_reaches_nowhere(
    mien: Mien, home: Path, tmp_path: Path, name: str
) -> None:
    foreign = tmp_path / "foreign.tar.gz"
    with tarfile.open(foreign, "w:gz") as opened:
        entry = tarfile.TarInfo(name)
        entry.size = 4
        opened.addfile(entry, io.BytesIO(b"evil"))
    before = set(tmp_path.rglob("*"))
    refused = mien("db", "restore", foreign)
    assert refused.exit_code == 1
    assert "not a backup of Mien" in refused.stderr
    assert set(tmp_path.rglob("*")) - before <= {home, home / "mien.db-use"}


def test_a_link_in_an_archive_is_not_followed(mien: Mien, home: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.tar.gz"
    with tarfile.open(foreign, "w:gz") as opened:
        entry = tarfile.TarInfo("mien.db")
        entry.type = tarfile.SYMTYPE
        entry.linkname = "/etc/passwd"
        opened.addfile(entry)
    assert mien("db", "restore", foreign).exit_code == 1
    assert not (home / "mien.db").exists()


def test_a_backup_of_a_newer_version_is_refused(mien: Mien, home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    services = make_services(elsewhere)
    with services.database.connection() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    target = tmp_path / "newer.tar.gz"
    back_up(acting(services), target=target)
    services.database.close()
    refused = mien("db", "restore", target)
    assert refused.exit_code == 1
    assert "(database_outdated)" in refused.stderr
    assert not (home / "mien.db").exists()


def test_a_backup_taken_while_people_are_added_comes_back_whole(tmp_path: Path) -> None:
    (tmp_path / "busy").mkdir()
    services = make_services(tmp_path / "busy")
    acknowledged: list[str] = []
    stop = threading.Event()

    def write(word: str) -> None:
        number = 0
        while not stop.is_set() and number < 200:
            who = f"{word} {number}"
            done = enrol(
                acting(services),
                gallery="default",
                source=Upload(draw_photo([who], face_px=60)),
                subject=NamedPerson(who),
            )
            acknowledged.append(done.face.id)
            number += 1

    writers = [threading.Thread(target=write, args=(word,)) for word in ("ash", "birch")]
    for writer in writers:
        writer.start()
    try:
        for number in range(3):
            while len(acknowledged) < 5 * (number + 1):
                stop.wait(0.01)
            before = set(acknowledged)
            target = tmp_path / f"{number}.tar.gz"
            back_up(acting(services), target=target)
            home = tmp_path / f"restored{number}"
            assert restore(home, source=target).missing == ()
            copy = make_services(home)
            with copy.database.read() as session:
                assert before <= set(session.scalars(select(FaceRow.id)))
                assert referenced(session) <= files_of(copy), "no row without its file"
            copy.database.close()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    services.database.close()


def test_whoever_was_deleted_since_is_deleted_again_by_the_list_of_the_home_before(
    mien: Mien, home: Path, tmp_path: Path, archive: Path
) -> None:
    services = make_services(tmp_path / "elsewhere")
    with services.database.read() as session:
        person_id = session.scalars(select(PersonRow.id)).one()
    forget_person(acting(services), gallery="default", person_id=person_id)
    services.database.close()
    done = mien("db", "restore", archive)
    assert done.exit_code == 0, done.stderr
    assert "mien db reapply-erasures FILE" in done.stderr
    assert names_in(home) == ["Ada"]
    listed = tmp_path / "elsewhere" / "erasures"
    done = mien("db", "reapply-erasures", listed, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {
        "listed": 2,
        "people": 1,
        "galleries": 0,
        "faces": 1,
        "photos": 1,
        "files": 2,
    }
    assert names_in(home) == []
    done = mien("db", "restore", archive, "--force", "--json")
    told = json.loads(done.stdout)
    assert (told["erasures_known"], told["people_erased"]) == (True, 1)
    assert names_in(home) == []
    done = mien("db", "restore", archive, "--force", "--erasures", archive)
    assert done.exit_code == 1
    assert "(invalid_input)" in done.stderr
