"""Stored files move from the folder into a bucket and back, whatever happens meanwhile."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
from drawing import draw_photo
from looking import rows_of
from mien.cli.terminal.erasure import print_erasure
from mien.errors import FileMissing
from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.errors import InvalidInput
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.forget import forget_person
from mien.gallery.services import Services
from mien.maintenance.adopt import adopt
from mien.maintenance.begin_anew import begin_anew
from mien.maintenance.cleanup import clean_up
from mien.maintenance.forget_place import forget_place
from mien.maintenance.integrity import check
from mien.maintenance.move_files import FilesMoved
from mien.maintenance.move_files import move_files
from mien.progress import Progress
from mien.runtime import Runtime
from mien.runtime import build_files
from mien.schemas.erasure import ErasureOut
from mien.storage.binding import bind
from mien.storage.bucket import Bucket
from mien.storage.bucket import VersionsNotToldError
from mien.storage.files import FileStore
from mien.storage.files import Moved
from mien.storage.former_places import note_former_place
from mien.storage.models import PersonRow
from mien.storage.object_store import ObjectStore
from mien.storage.written_files import written_files
from mien.web.pages.confirm import erasure_words
from s3_server import everything_in
from s3_server import make_bucket
from s3_server import s3_settings

_Open = Callable[..., Runtime]


@pytest.fixture
def bucket(s3: str) -> str:
    return make_bucket(s3, versions=True)


@pytest.fixture
def opened(s3: str, bucket: str, home: Path) -> Iterator[_Open]:
    """Opens the installation over the folder or the bucket."""
    made: list[Runtime] = []

    def open_it(*, in_bucket: bool) -> Runtime:
        settings = s3_settings(s3, bucket)
        if not in_bucket:
            del settings["files_url"]
        made.append(make_runtime(home, **settings))
        return made[-1]

    yield open_it
    for each in made:
        each.close()


@pytest.fixture
def here(opened: _Open) -> Runtime:
    """An installation with three people, whose files are in the folder."""
    runtime = opened(in_bucket=False)
    for name in ("ada", "bob", "cy"):
        add(runtime.services, name)
    return runtime


@pytest.fixture
def there(here: Runtime, bucket: str) -> Iterator[FileStore]:
    """The store in the bucket."""
    with closing(build_files(here.settings, f"s3://{bucket}/photos")) as store:
        yield store


def add(services: Services, name: str) -> str:
    return enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo([name])),
        subject=NamedPerson(name),
    ).person.id


def moved(
    runtime: Runtime, target: FileStore, *, seconds: float = 0.0, **options: object
) -> FilesMoved:
    return move_files(
        acting(runtime.services),
        source=runtime.services.files,
        target=target,
        patience_seconds=seconds,
        **options,  # type: ignore[arg-type]  # only `progress`
    )


def test_they_move_and_move_back(here: Runtime, there: FileStore, opened: _Open, s3: str,
                                 bucket: str) -> None:  # fmt: skip
    names = set(here.services.files.names())
    aside = here.services.files.put(b"stray", extension="jpg")
    here.services.files.set_aside(here.services.files.left_by([aside]))
    told: list[Progress] = []
    done = moved(here, there, progress=told.append)
    assert (done.files, done.missing, done.left, done.settled) == (7, 0, 0, True)
    assert (told[-1].done, told[-1].total) == (1, 1)
    assert set(there.names()) == {*names, aside}
    assert list(here.services.files.names()) == list(here.services.files.aside()) == []
    # Whoever still has the old setting stores nothing, and says why.
    with pytest.raises(FilesUnavailable):
        add(here.services, "dan")
    with pytest.raises(FilesUnavailable, match=r"\.moved"):
        bind(here.database, build_files(here.settings))
    for way in (adopt, begin_anew):
        with pytest.raises(FilesUnavailable, match=r"\.moved"):
            way(acting(here.services))
    now = opened(in_bucket=True)
    dan = add(now.services, "dan")
    assert check(acting(now.services)).sound
    assert forget_person(acting(now.services), gallery="default", person_id=dan).complete
    assert any(dan in key for key in everything_in(s3, bucket))
    now.services.erasures.path.unlink()
    back = moved(now, build_files(now.settings, ""))
    assert dan in now.services.erasures.path.read_text(encoding="ascii")
    assert (back.files, back.missing, back.left) == (7, 0, 0)
    assert not any("/files/" in key or "/set-aside/" in key for key in everything_in(s3, bucket))
    again = opened(in_bucket=False)
    assert check(acting(again.services)).sound
    add(again.services, "eve")


@pytest.mark.parametrize("at", range(9))
def test_a_move_that_is_broken_off_is_finished_by_doing_it_again(
    here: Runtime, there: FileStore, opened: _Open, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = set(here.services.files.names())
    write, marked, calls = ObjectStore.write, ObjectStore.write_marker, iter(range(100))

    def counted(do: Callable[..., None]) -> Callable[..., None]:
        def call(*given: object) -> None:
            if next(calls) == at:
                raise KeyboardInterrupt
            do(*given)

        return call

    # The marker of files on their way, six files, the last marker, and what comes after.
    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "write", counted(write))
        patch.setattr(ObjectStore, "write_marker", counted(marked))
        if at == 8:
            patch.setattr(type(here.services.files), "delete", counted(lambda *_: None))
        with pytest.raises(KeyboardInterrupt):
            moved(here, there)
    if 0 < at < 8:
        with pytest.raises(FilesUnavailable, match=r"\.incoming"):
            bind(here.database, build_files(here.settings, there.place))
    done = moved(here, there)
    assert (done.files, done.missing, done.left) == (6, 0, 0)
    assert set(there.names()) == names
    assert check(acting(opened(in_bucket=True).services)).sound


def test_who_is_deleted_while_files_move_is_in_neither_place(
    here: Runtime, there: FileStore, opened: _Open, s3: str, bucket: str
) -> None:
    person = add(here.services, "dan")
    mine = set(here.services.files.names())
    gone = False

    def delete(progress: Progress, /) -> None:
        nonlocal gone
        if progress.done == progress.total and not gone:
            # All of them are copied.
            gone = True
            forget_person(acting(here.services), gallery="default", person_id=person)

    done = moved(here, there, progress=delete)
    assert gone
    assert done.files == 6
    left = {key.rpartition("/")[2] for key in everything_in(s3, bucket) if "/files/" in key}
    assert len(left & mine) == 6
    assert len(left) == 6
    assert check(acting(opened(in_bucket=True).services)).sound


def test_a_deletion_after_the_old_place_was_left_reaches_the_new_one(
    here: Runtime, there: FileStore, opened: _Open, s3: str, bucket: str
) -> None:
    person = add(here.services, "dan")
    moved(here, there)
    # A server that was not started anew yet.
    proof = forget_person(acting(here.services), gallery="default", person_id=person)
    assert (proof.files_left, proof.complete) == (2, False)
    now = opened(in_bucket=True)
    clean_up(acting(now.services))
    assert "file_deletion" not in rows_of(now.services)
    assert len([key for key in everything_in(s3, bucket) if "/files/" in key]) == 6


def test_changes_that_are_storing_are_waited_for(
    here: Runtime, there: FileStore, opened: _Open
) -> None:
    with written_files(here.database, here.services.files) as put:
        name = put(b"late", "jpg")
        done = moved(here, there, seconds=0.2)
        assert not done.settled
    assert there.exists(name)
    assert opened(in_bucket=True).services.files.read(name) == b"late"


def test_who_is_deleted_while_the_old_place_is_not_emptied_does_not_come_back(
    here: Runtime, there: FileStore, opened: _Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = add(here.services, "dan")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(here.services.files), "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            moved(here, there)
    now = opened(in_bucket=True)
    bind(now.database, now.services.files)
    proof = forget_person(acting(now.services), gallery="default", person_id=person)
    assert (proof.files_left, proof.erased, proof.complete) == (0, True, False)
    [unclear] = proof.not_checked
    assert (unclear.what, unclear.why, unclear.count) == ("former_places", "not_emptied", 2)
    # Everybody who tells of it has words for it.
    assert ErasureOut.of(proof).not_checked[0].why == "not_emptied"
    assert "moved" in erasure_words(proof)
    print_erasure(proof)
    assert here.services.files.count() == 8
    done = moved(here, there)
    assert (done.files, done.missing, done.left, done.settled) == (6, 0, 0, True)
    assert there.count() == 6
    assert here.services.files.every_name() == set()
    # Nothing is unknown any more.
    next_one = add(now.services, "eve")
    assert forget_person(acting(now.services), gallery="default", person_id=next_one).complete


def test_a_late_file_is_neither_lost_nor_taken_over_before_it_has_its_row(
    here: Runtime, there: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(here.services.files), "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            moved(here, there)
    late = here.services.files
    late.installation = None
    name = "a" * 32 + ".jpg"
    with late.journal():
        late.write(name, b"late")
        monkeypatch.setattr(type(late), "changes", lambda _: 1)
        done = moved(here, there)
        assert (done.left, done.settled) == (1, False)
        assert not there.exists(name)
        assert late.exists(name)
    monkeypatch.undo()
    done = moved(here, there)
    assert (done.left, done.settled) == (0, True)
    assert not there.exists(name)


def test_while_copies_are_made_proofs_tell_of_them_until_the_move_is_given_up(
    here: Runtime, there: FileStore, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(
            "mien.maintenance.move_files._wait_for_writers",
            lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()),
        )
        with pytest.raises(KeyboardInterrupt):
            moved(here, there)
    assert there.count() == 6
    with pytest.raises(FilesUnavailable):
        add(here.services, "dan")
    call = acting(here.services)
    with here.database.read() as session:
        people = list(session.scalars(select(PersonRow.id).order_by(PersonRow.id)))
    proof = forget_person(call, gallery="default", person_id=people[0])
    assert not proof.complete
    assert [each.what for each in proof.not_checked] == ["former_places"]
    done = forget_place(call, store=there)
    assert (done.left, done.versions_unknown, done.forgotten) == (0, False, True)
    assert {key for key in everything_in(s3, bucket) if "/files/" in key} == set()
    # Where they are they can be stored again, and all of it is told again.
    clean_up(call)
    dan = add(here.services, "dan")
    assert forget_person(call, gallery="default", person_id=dan).complete
    assert forget_person(call, gallery="default", person_id=people[1]).complete
    with pytest.raises(InvalidInput, match="no_former_place"):
        forget_place(call, store=there)
    assert moved(here, there).files == 2


def test_copies_are_removed_only_where_a_move_was_given_up(
    here: Runtime, there: FileStore, opened: _Open
) -> None:
    moved(here, there)
    now = opened(in_bucket=True)
    call = acting(now.services)
    with here.database.write() as session:
        note_former_place(session, there.place)
        note_former_place(session, here.services.files.place)
    with pytest.raises(InvalidInput, match="place_in_use"):
        forget_place(call, store=there)
    with pytest.raises(InvalidInput, match="move_not_finished"):
        forget_place(call, store=here.services.files)
    here.services.files.write_marker("another")
    with pytest.raises(FilesOfAnotherDatabase):
        forget_place(call, store=here.services.files)
    assert there.count() == 6
    assert forget_place(call, store=here.services.files, gone=True).forgotten


@pytest.mark.parametrize("what", ["untold", "locked"])
def test_a_bucket_that_may_keep_versions_is_not_said_to_be_empty(
    here: Runtime, there: FileStore, opened: _Open, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(here, there)
    now = opened(in_bucket=True)
    bind(now.database, now.services.files)
    delete = Bucket.delete

    def locked(bucket: Bucket, key: str, version: str | None = None) -> None:
        if version is not None:
            raise FilesUnavailable("refused", words={"why": "AccessDenied"})
        delete(bucket, key)

    def untold(*_: object) -> bool:
        raise VersionsNotToldError

    with monkeypatch.context() as patch:
        if what == "locked":
            patch.setattr(Bucket, "delete", locked)
        else:
            patch.setattr(Bucket, "versions", untold)
            patch.setattr(Bucket, "keeps_versions", untold)
        now.services.files.close()
        now.services.files.keeps_versions()
        done = moved(now, build_files(now.settings, ""))
    assert (done.left, done.versions_unknown) == ((6, False) if what == "locked" else (0, True))
    again = opened(in_bucket=False)
    bind(again.database, again.services.files)
    dan = add(again.services, "dan")
    proof = forget_person(acting(again.services), gallery="default", person_id=dan)
    assert (proof.erased, proof.complete) == (True, False)
    # As after the key was allowed more.
    with closing(build_files(now.settings)) as source:
        assert len(source.every_name()) == 6
        done = move_files(
            acting(again.services),
            source=source,
            target=again.services.files,
            patience_seconds=0.0,
        )
        assert (done.left, done.versions_unknown, done.settled) == (0, False, True)
        assert source.every_name() == set()
    eve = add(again.services, "eve")
    assert forget_person(acting(again.services), gallery="default", person_id=eve).complete


def test_what_cannot_be_brought_back_is_told_as_left(
    here: Runtime, there: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = here.services.files
    aside = files.put(b"stray", extension="jpg")
    files.set_aside(files.left_by([aside]))
    failed = Moved()
    failed.failed["EIO", 5] += 1
    monkeypatch.setattr(type(files), "bring_back", lambda *_: failed)
    done = moved(here, there)
    assert (done.files, done.left) == (6, 1)
    assert list(files.aside()) == [aside]


def test_a_copy_that_is_not_what_was_written_ends_the_move(
    here: Runtime, there: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = set(here.services.files.names())
    with monkeypatch.context() as patch:
        patch.setattr(type(there), "read", lambda *_: b"something else")
        with pytest.raises(FileMissing, match="not_as_written"):
            moved(here, there)
    assert set(here.services.files.names()) == names
    # Nobody has left yet.
    add(here.services, "dan")
    assert moved(here, there).files == 8


def test_files_of_others_are_neither_moved_nor_moved_into(
    here: Runtime, there: FileStore, bucket: str
) -> None:
    with pytest.raises(InvalidInput, match="same_place"):
        moved(here, build_files(here.settings))
    stray = there.put(b"x", extension="jpg")
    with pytest.raises(FilesOfAnotherDatabase, match=r"\.unclaimed"):
        moved(here, there)
    there.delete([stray])
    there.write_marker("another")
    with pytest.raises(FilesOfAnotherDatabase, match=r"\.marker"):
        moved(here, there)
    with closing(build_files(here.settings, f"s3://{bucket}/elsewhere")) as elsewhere:
        here.services.files.write_marker("another")
        with pytest.raises(FilesOfAnotherDatabase, match=r"\.marker"):
            moved(here, elsewhere)
        assert elsewhere.read_marker() is None
