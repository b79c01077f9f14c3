"""Stored files move from the folder into a bucket and back, whatever happens meanwhile."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from looking import rows_of
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
from mien.maintenance.integrity import check
from mien.maintenance.move_files import FilesMoved
from mien.maintenance.move_files import move_files
from mien.progress import Progress
from mien.runtime import Runtime
from mien.runtime import build_files
from mien.storage.binding import bind
from mien.storage.files import FileStore
from mien.storage.object_store import ObjectStore
from mien.storage.written_files import written_files
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
