"""Whoever was erased does not come back with a backup that was made before."""

import shutil
import tarfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from sqlalchemy import select

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_photo
from looking import bytes_of
from looking import files_of
from looking import rows_of
from mien.access.actor import OPERATOR
from mien.access.actor import SYSTEM
from mien.errors import InvalidInput
from mien.errors import StorageFull
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import undo_addition
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.jobs.rows import new_row
from mien.maintenance.backup import back_up
from mien.maintenance.cleanup import clean_up
from mien.maintenance.reapply_erasures import reapply_erasures
from mien.maintenance.restore import Restored
from mien.maintenance.restore import restore
from mien.runtime import Runtime
from mien.serving.process import Process
from mien.storage.database import Database
from mien.storage.erased import NAME
from mien.storage.erased import Erased
from mien.storage.erased import ErasureList
from mien.storage.migrate import configuration
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import VideoAppearanceRow
from mien.storage.written_files import written_files
from mien.vision.fake import FakeEngine

pytestmark = pytest.mark.thorough


def add(services: Services, name: str, *, gallery: str = "default", size: int = 120) -> Enrolment:
    return enrol(
        acting(services),
        gallery=gallery,
        source=Upload(draw_photo([name], face_px=size)),
        subject=NamedPerson(name),
    )


def forget(services: Services, who: Enrolment) -> None:
    forget_person(acting(services), gallery=who.gallery, person_id=who.person.id)


def names(services: Services) -> list[str]:
    with services.database.read() as session:
        return sorted(session.scalars(select(PersonRow.name)))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar.gz"


def backed_up(runtime: Runtime, archive: Path) -> None:
    back_up(acting(runtime.services), target=archive)


def restored(home: Path, archive: Path, *, erasures: Path | None = None) -> Restored:
    return restore(home, source=archive, force=True, erasures=erasures)


def forgotten_after_backup(home: Path, archive: Path) -> Enrolment:
    """Somebody who is in a backup and was forgotten since."""
    with closing(make_runtime(home)) as runtime:
        ada = add(runtime.services, "ada")
        backed_up(runtime, archive)
        forget(runtime.services, ada)
    return ada


def test_whoever_was_erased_after_the_backup_is_not_in_what_is_restored(
    home: Path, archive: Path
) -> None:
    with closing(make_runtime(home)) as runtime:
        ada, bob = add(runtime.services, "ada"), add(runtime.services, "bob")
        add(runtime.services, "ada", size=90)
        with runtime.database.read() as session:
            vector = session.get_one(FaceRow, ada.face.id).embedding.astype("<f4").tobytes()
        user = make_user(runtime.services)
        hold_photo(
            acting(runtime.services, user), gallery="default", photo=Upload(draw_photo(["cy"]))
        )
        backed_up(runtime, archive)
        forget(runtime.services, ada)
    done = restored(home, archive)
    assert (done.erasures_known, done.people_erased, done.faces_erased) == (True, 1, 2)
    assert (done.faces, done.missing) == (1, ())
    assert vector not in bytes_of(home)
    with closing(make_runtime(home)) as runtime:
        assert names(runtime.services) == ["bob"]
        assert len(files_of(runtime.services)) == 2
        assert "probe" not in rows_of(runtime.services)
        with runtime.database.read() as session:
            event = session.scalars(select(EventRow).filter_by(kind="erasure_reapplied")).one()
        assert (event.subject_id, event.actor_kind) == (ada.person.id, "operator")
        for who, decision in (("ada", "unknown"), ("bob", "match")):
            [answer] = identify(
                acting(runtime.services), gallery="default", photo=Upload(draw_photo([who]))
            ).answers
            assert answer.decision == decision
        assert bob.person.id in {each.person.id for each in answer.candidates}


def test_galleries_and_single_faces_do_not_come_back_either(home: Path, archive: Path) -> None:
    with closing(make_runtime(home)) as runtime:
        services = runtime.services
        create_gallery(acting(services), name="club")
        add(services, "cy", gallery="club")
        one = add(services, "ada")
        other = add(services, "ada", size=90)
        dan = add(services, "dan")
        backed_up(runtime, archive)
        delete_gallery(acting(services), name="club")
        delete_face(
            acting(services),
            gallery="default",
            person_id=one.person.id,
            face_id=one.face.id,
        )
        undo_addition(
            acting(services), gallery="default", person_id=dan.person.id, face_id=dan.face.id
        )
    done = restored(home, archive)
    assert (done.galleries_erased, done.people_erased, done.faces_erased) == (1, 1, 3)
    with closing(make_runtime(home)) as runtime:
        assert names(runtime.services) == ["ada"]
        with runtime.database.read() as session:
            assert session.scalars(select(FaceRow.id)).all() == [other.face.id]
        assert rows_of(runtime.services)["photo"] == 1
        assert len(files_of(runtime.services)) == 2


def test_an_original_that_was_deleted_because_of_somebody_does_not_come_back(
    home: Path, archive: Path
) -> None:
    with closing(make_runtime(home)) as runtime:
        services = runtime.services
        bob = add(services, "bob")
        for number in (1, 2):
            enrol(
                acting(services),
                gallery="default",
                source=Upload(draw_photo(["ada", "bob", "eve"])),
                subject=NamedPerson(f"One {number}"),
                face_number=number,
            )
        backed_up(runtime, archive)
        forget_person(
            acting(services), gallery="default", person_id=bob.person.id, delete_originals=True
        )
        assert "photo" not in rows_of(services)
    restored(home, archive)
    with closing(make_runtime(home)) as runtime:
        assert "photo" not in rows_of(runtime.services)
        assert rows_of(runtime.services)["face"] == 2


def test_erasures_survive_several_restorings(home: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.tar.gz", tmp_path / "2.tar.gz"
    with closing(make_runtime(home)) as runtime:
        ada = add(runtime.services, "ada")
        add(runtime.services, "bob")
        backed_up(runtime, first)
        forget(runtime.services, ada)
        backed_up(runtime, second)
    # On a fresh machine: what the newer backup knows of is not to come back with the older.
    fresh = tmp_path / "fresh"
    assert not restored(fresh, second).erasures_known
    assert restored(fresh, first).people_erased == 1
    with closing(make_runtime(fresh)) as runtime:
        assert names(runtime.services) == ["bob"]


def test_a_home_without_a_list_says_that_nothing_is_known_and_takes_one(
    home: Path, archive: Path, tmp_path: Path
) -> None:
    ada = forgotten_after_backup(home, archive)
    done = restored(tmp_path / "without", archive)
    assert (done.erasures_known, done.people_erased) == (False, 0)
    done = restored(tmp_path / "given", archive, erasures=home / NAME)
    assert (done.erasures_known, done.people_erased) == (True, 1)
    assert ErasureList(tmp_path / "given" / NAME).read() >= {Erased("person", ada.person.id)}
    # A list that is there already is enough, and is nothing that would have to be replaced.
    (tmp_path / "beside").mkdir()
    shutil.copy(home / NAME, tmp_path / "beside" / NAME)
    done = restore(tmp_path / "beside", source=archive)
    assert (done.erasures_known, done.people_erased) == (True, 1)


def test_the_home_of_another_installation_knows_nothing(
    home: Path, archive: Path, tmp_path: Path
) -> None:
    with closing(make_runtime(home)) as runtime:
        add(runtime.services, "ada")
        backed_up(runtime, archive)
    with closing(make_runtime(tmp_path / "other")) as runtime:
        forget(runtime.services, add(runtime.services, "bob"))
    assert not restored(tmp_path / "other", archive).erasures_known


def test_the_database_that_is_replaced_knows_of_erasures_without_a_list(
    home: Path, archive: Path
) -> None:
    ada = forgotten_after_backup(home, archive)
    (home / NAME).unlink()
    done = restored(home, archive)
    assert (done.erasures_known, done.people_erased) == (True, 1)
    assert Erased("person", ada.person.id) in ErasureList(home / NAME).read()


def test_a_damaged_database_does_not_keep_the_list_from_being_used(
    home: Path, archive: Path
) -> None:
    forgotten_after_backup(home, archive)
    (home / "mien.db").write_bytes(b"damaged" * 4096)
    assert restored(home, archive).people_erased == 1


def test_timelines_that_come_back_lose_everybody_when_somebody_was_erased(
    home: Path, archive: Path
) -> None:
    with closing(make_runtime(home)) as runtime:
        services = runtime.services
        ada = add(services, "ada")
        with written_files(services.database, services.files) as put:
            files = [put(b"crop", "jpg") for _ in range(2)]
            with services.database.write() as session:
                gallery = session.scalars(select(GalleryRow)).one()
                job = new_row(OPERATOR, None, "video", gallery_id=gallery.id, title="street")
                session.add(job)
                session.flush()
                session.add_all(
                    VideoAppearanceRow(
                        job_id=job.id,
                        number=number,
                        person_id=person,
                        unknown=0 if person else 1,
                        from_ms=0,
                        to_ms=1000,
                        decision="match" if person else "unknown",
                        similarity=None,
                        pictures=1,
                        agreeing=1,
                        crop_file=files[number],
                        contract_id="",
                        embedding=np.ones(4, np.float32),
                    )
                    for number, person in enumerate((ada.person.id, None))
                )
        backed_up(runtime, archive)
        forget(services, ada)
    assert restored(home, archive).people_erased == 1
    with closing(make_runtime(home)) as runtime:
        with runtime.database.read() as session:
            assert session.scalars(select(VideoAppearanceRow)).all() == []
        assert not runtime.services.files.left(files)


@pytest.mark.parametrize("revision", ["0001", "0004", "0008"])
def test_a_backup_of_an_older_version_is_no_way_back(
    home: Path, tmp_path: Path, archive: Path, revision: str
) -> None:
    with closing(make_runtime(home)) as runtime:
        ada = add(runtime.services, "ada")
        add(runtime.services, "bob")
        with runtime.database.connection() as connection:
            config = configuration()
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
        backed_up_as_it_is(runtime.database, home, archive)
    shutil.rmtree(home)
    ErasureList(tmp_path / "list").add([Erased("person", ada.person.id)])
    done = restored(home, archive, erasures=tmp_path / "list")
    assert (done.schema, done.people_erased) == (revision, 1)
    with closing(make_runtime(home)) as runtime:
        assert names(runtime.services) == ["bob"]


def backed_up_as_it_is(database: Database, home: Path, archive: Path) -> None:
    """An archive as an older version has made it."""
    database.copy_to(home / "copy.db")
    with tarfile.open(archive, "w:gz") as made:
        made.add(home / "copy.db", "mien.db")
        for path in (home / "files").glob("??/*"):
            made.add(path, f"files/{path.relative_to(home / 'files')}")


def test_what_is_no_list_is_refused_before_anything_is_done(
    home: Path, archive: Path, tmp_path: Path
) -> None:
    with closing(make_runtime(home)) as runtime:
        add(runtime.services, "ada")
        backed_up(runtime, archive)
    (tmp_path / "list").write_text("something else")
    with pytest.raises(InvalidInput) as told:
        restored(home, archive, erasures=tmp_path / "list")
    assert told.value.key == "invalid_input.no_erasures"


@pytest.fixture
def by_hand(home: Path) -> tuple[Path, Enrolment]:
    """A home into which the database of before Ada was forgotten was put by hand."""
    with closing(make_runtime(home)) as runtime:
        ada = add(runtime.services, "ada")
        add(runtime.services, "bob")
        runtime.database.copy_to(home.parent / "before.db")
        forget(runtime.services, ada)
    for path in home.glob("mien.db*"):
        path.unlink()
    shutil.copy(home.parent / "before.db", home / "mien.db")
    return home, ada


def test_a_process_erases_again_before_it_serves(by_hand: tuple[Path, Enrolment]) -> None:
    home, ada = by_hand
    with closing(make_runtime(home)) as runtime:
        assert names(runtime.services) == ["ada", "bob"]
        settings = runtime.settings
    process = Process(settings, engine=FakeEngine())
    try:
        process.open(warm=False)
        database = Database(home / "mien.db")
        with closing(database), database.read() as session:
            assert list(session.scalars(select(PersonRow.name))) == ["bob"]
            event = session.scalars(select(EventRow).filter_by(kind="erasure_reapplied")).one()
        assert (event.subject_id, event.actor_kind) == (ada.person.id, "system")
    finally:
        process.close()


def test_what_is_restored_while_a_server_runs_goes_with_the_next_round(
    by_hand: tuple[Path, Enrolment],
) -> None:
    home, _ = by_hand
    with closing(make_runtime(home)) as runtime:
        # Indexes hear of it as of any other removal.
        [answer] = identify(
            acting(runtime.services), gallery="default", photo=Upload(draw_photo(["ada"]))
        ).answers
        assert answer.decision == "match"
        clean_up(acting(runtime.services, SYSTEM))
        assert names(runtime.services) == ["bob"]
        [answer] = identify(
            acting(runtime.services), gallery="default", photo=Upload(draw_photo(["ada"]))
        ).answers
        assert answer.decision == "unknown"
        assert reapply_erasures(acting(runtime.services)).people == 0


def test_an_erasure_that_could_not_be_listed_is_listed_later(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(make_runtime(home)) as runtime:
        services = runtime.services
        ada = add(services, "ada")
        with monkeypatch.context() as patched:

            def full(*_: object) -> None:
                raise StorageFull

            patched.setattr(ErasureList, "add", full)
            forget(services, ada)
        assert rows_of(services)["erasure"] == 1
        assert services.erasures.read() == frozenset()
        clean_up(acting(services, SYSTEM))
        assert services.erasures.read() == {
            Erased("person", ada.person.id),
            Erased("face", ada.face.id),
        }
        assert "erasure" not in rows_of(services)


def test_a_line_that_was_cut_off_spoils_none_but_itself(tmp_path: Path) -> None:
    listed = ErasureList(tmp_path / NAME)
    listed.add([Erased("person", "a")])
    with listed.path.open("ab") as file:
        file.write(b'{"at": "2026-01-01", "ki')
    listed.add([Erased("gallery", "b"), Erased("face", "c")])
    assert listed.read() == {Erased("person", "a"), Erased("gallery", "b"), Erased("face", "c")}
    assert listed.path.stat().st_mode & 0o777 == 0o600
    assert ErasureList(tmp_path / "none").read() == frozenset()


def test_the_list_holds_ids_and_nothing_of_anybody(home: Path) -> None:
    with closing(make_runtime(home)) as runtime:
        forget(runtime.services, add(runtime.services, "Zelda"))
        text = (home / NAME).read_text()
    assert "zelda" not in text.casefold()
    assert len(text) < 200
