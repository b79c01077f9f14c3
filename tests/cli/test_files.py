"""`mien files`, and what `mien db` does where photos are in a bucket."""

import json
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from commanding import Mien
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.forget import forget_person
from mien.runtime import Runtime
from mien.storage.bucket import Bucket
from mien.storage.bucket import VersionsNotToldError
from mien.storage.erased import Erased
from mien.storage.erased import ErasureList
from s3_server import everything_in
from s3_server import make_bucket
from s3_server import s3_settings


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket to which commands have a key, though no photos are there yet."""
    name = make_bucket(s3)
    for setting, value in s3_settings(s3, name).items():
        if setting != "files_url":
            monkeypatch.setenv(f"MIEN_{setting.upper()}", value)
    return name


@contextmanager
def opened(home: Path, s3: str, bucket: str) -> Iterator[Runtime]:
    with closing(make_runtime(home, **s3_settings(s3, bucket))) as runtime:
        yield runtime


def add(runtime: Runtime, name: str) -> str:
    return enrol(
        acting(runtime.services),
        gallery="default",
        source=Upload(draw_photo([name])),
        subject=NamedPerson(name),
    ).person.id


def stored(s3: str, bucket: str) -> set[str]:
    return {key for key in everything_in(s3, bucket) if "/files/" in key}


def test_photos_are_moved_and_shown(
    mien: Mien, home: Path, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(make_runtime(home)) as runtime:
        add(runtime, "ada")
    place = f"s3://{bucket}/photos"
    assert mien("files", "move", "no-place", "--yes").exit_code == 1
    assert mien("files", "move", place).exit_code == 2, "nobody is there to be asked"
    assert stored(s3, bucket) == set()
    monkeypatch.setenv("MIEN_FILES_URL", place)
    early = mien("files", "show")
    assert (early.exit_code, "files_unavailable" in early.stderr) == (1, True)
    monkeypatch.delenv("MIEN_FILES_URL")
    done = mien("files", "move", place, "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {
        "place": place, "files": 2, "missing": 0, "left": 0, "versions_unknown": False,
        "settled": True,
    }  # fmt: skip
    late = mien("files", "show")
    assert (late.exit_code, "files_unavailable" in late.stderr) == (1, True)
    monkeypatch.setenv("MIEN_FILES_URL", place)
    shown = json.loads(mien("files", "show", "--json").stdout)
    assert shown == {
        "place": place, "files": 2, "set_aside": 0, "keeps_versions": False, "former_places": []
    }  # fmt: skip
    assert mien("db", "check").exit_code == 0
    # What a server had left to do in the former place.
    again = mien("files", "move", place, "--from", "folder", "--yes")
    assert again.exit_code == 0, again.stderr
    back = mien("files", "move", "folder", "--yes")
    assert back.exit_code == 0, back.stderr
    assert "testing" not in back.output + shown["place"]
    assert stored(s3, bucket) == set()


def test_a_backup_holds_the_photos_of_a_bucket_and_brings_them_back(
    mien: Mien, home: Path, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = home.parent / "backup.tar.gz"
    with opened(home, s3, bucket) as runtime:
        add(runtime, "ada")
        bob = add(runtime, "bob")
    monkeypatch.setenv("MIEN_FILES_URL", f"s3://{bucket}/photos")
    assert json.loads(mien("db", "backup", archive, "--json").stdout)["files"] == 4
    with opened(home, s3, bucket) as runtime:
        forget_person(acting(runtime.services), gallery="default", person_id=bob)
        runtime.services.files.delete(list(runtime.services.files.names()))
    assert mien("db", "check").exit_code == 1
    done = mien("db", "restore", archive, "--force", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["files"], told["missing"], told["people_erased"]) == (2, [], 1)
    assert len(stored(s3, bucket)) == 2
    assert not (home / "files").exists()
    assert mien("db", "check").exit_code == 0


def test_a_list_from_another_node_is_applied_and_shared(
    mien: Mien, home: Path, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(home, s3, bucket) as runtime:
        ada = add(runtime, "ada")
    copy = home.parent / "copy"
    ErasureList(copy).add([Erased("person", ada)])
    monkeypatch.setenv("MIEN_FILES_URL", f"s3://{bucket}/photos")
    done = mien("db", "reapply-erasures", copy, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["people"] == 1
    assert stored(s3, bucket) == set()
    assert f"photos/erasures/person.{ada}" in everything_in(s3, bucket)


def test_a_backup_goes_into_an_empty_bucket_and_into_none_of_another(
    mien: Mien, home: Path, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = home.parent / "backup.tar.gz"
    with closing(make_runtime(home.parent / "elsewhere")) as runtime:
        add(runtime, "ada")
    monkeypatch.setenv("MIEN_HOME", str(home.parent / "elsewhere"))
    assert mien("db", "backup", archive).exit_code == 0
    monkeypatch.setenv("MIEN_HOME", str(home))
    taken = make_bucket(s3)
    with opened(home.parent / "third", s3, taken) as runtime:
        add(runtime, "bob")
    before = everything_in(s3, taken)
    monkeypatch.setenv("MIEN_FILES_URL", f"s3://{taken}/photos")
    refused = mien("db", "restore", archive)
    assert refused.exit_code == 1
    assert "files_of_another_database" in refused.stderr
    assert not (home / "mien.db").exists()
    assert everything_in(s3, taken) == before
    monkeypatch.setenv("MIEN_FILES_URL", f"s3://{bucket}/photos")
    done = mien("db", "restore", archive)
    assert done.exit_code == 0, done.stderr
    assert len(stored(s3, bucket)) == 2
    assert mien("db", "check").exit_code == 0


def test_who_has_lost_the_database_begins_anew_in_the_bucket(
    mien: Mien, home: Path, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(home, s3, bucket) as runtime:
        add(runtime, "ada")
    for path in home.glob("mien.db*"):
        path.unlink()
    monkeypatch.setenv("MIEN_FILES_URL", f"s3://{bucket}/photos")
    refused = mien("db", "upgrade")
    assert "files_of_another_database" in refused.stderr
    done = mien("db", "begin-anew", "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    former = json.loads(done.stdout)["folder"]
    assert former.startswith(f"s3://{bucket}/photos/former-")
    assert len(stored(s3, bucket)) == 2
    assert mien("files", "show").exit_code == 0


def test_a_place_that_does_not_tell_of_versions_is_told_of_until_it_is_said_to_be_gone(
    mien: Mien, home: Path, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> bool:
        raise VersionsNotToldError

    with opened(home, s3, bucket) as runtime:
        add(runtime, "ada")
    place = f"s3://{bucket}/photos"
    monkeypatch.setenv("MIEN_FILES_URL", place)
    monkeypatch.setattr(Bucket, "keeps_versions", silent)
    monkeypatch.setattr(Bucket, "versions", silent)
    done = mien("files", "move", "folder", "--yes", "--json")
    assert done.exit_code == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["left"], told["versions_unknown"], told["settled"]) == (0, True, True)
    monkeypatch.delenv("MIEN_FILES_URL")
    assert json.loads(mien("files", "show", "--json").stdout)["former_places"] == [place]
    assert mien("files", "forget", place, "--yes").exit_code == 1, "a move is only to be finished"
    assert mien("files", "forget", place, "--gone").exit_code == 2, "nobody is there to be asked"
    assert mien("files", "forget", place, "--gone", "--yes").exit_code == 0
    assert json.loads(mien("files", "show", "--json").stdout)["former_places"] == []
    assert mien("files", "forget", place, "--gone", "--yes").exit_code == 1
