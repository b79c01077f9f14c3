"""What only a store over a network can go through."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from botocore import exceptions
from botocore.utils import IMDSFetcher
from sqlalchemy import select

from building import acting
from building import make_runtime
from drawing import draw_photo
from looking import rows_of
from mien.cli.terminal.erasure import print_erasure
from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.errors import MienError
from mien.errors import StorageFull
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.forget import forget_person
from mien.gallery.services import Services
from mien.maintenance.backup import back_up
from mien.maintenance.cleanup import clean_up
from mien.maintenance.cleanup import remove_expired_probes
from mien.maintenance.integrity import check
from mien.maintenance.reapply_erasures import reapply_erasures
from mien.runtime import Runtime
from mien.schemas.erasure import ErasureOut
from mien.storage import bucket as bucket_module
from mien.storage import bucket_client as client_module
from mien.storage import object_store as store_module
from mien.storage.binding import bind
from mien.storage.bucket import Bucket
from mien.storage.bucket import NoSuchObjectError
from mien.storage.bucket import VersionsNotToldError
from mien.storage.bucket import _meaning
from mien.storage.bucket_client import BucketAccess
from mien.storage.bucket_client import make_client
from mien.storage.bucket_client import parse_url
from mien.storage.erased import Erased
from mien.storage.models import FaceRow
from mien.storage.models import PhotoRow
from mien.storage.object_store import ObjectStore
from mien.storage.process_identity import is_gone
from mien.storage.process_identity import this_process
from mien.web.pages.confirm import erasure_words
from own_modules import running_program
from s3_server import Line
from s3_server import access_to
from s3_server import dripping
from s3_server import everything_in
from s3_server import lost_behind_a_door
from s3_server import make_bucket
from s3_server import s3_settings

ADA = draw_photo(["ada"])

# Writes a portrait, says so, and waits to be killed.
PROGRAM = """
import json, sys
from pathlib import Path
from typing import Any
from building import make_runtime
from mien.storage.written_files import written_files

runtime = make_runtime(Path(sys.argv[1]), **json.loads(sys.argv[2]))
with written_files(runtime.services.database, runtime.services.files) as put:
    print(put(b"portrait", "jpg"), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def line(s3: str) -> Iterator[Line]:
    made = Line(s3)
    yield made
    made.cut()


@pytest.fixture
def bucket(s3: str) -> str:
    return make_bucket(s3)


@pytest.fixture
def node(line: Line, bucket: str, tmp_path: Path) -> Iterator[Runtime]:
    """A node whose photos are in a bucket, at the end of a line that can be cut."""
    with closing(make_runtime(tmp_path / "home", **s3_settings(line.address, bucket))) as runtime:
        yield runtime


def add(services: Services, name: str = "Ada", photo: bytes = ADA) -> str:
    return enrol(
        acting(services), gallery="default", source=Upload(photo), subject=NamedPerson(name)
    ).person.id


def names_in(address: str, bucket: str, part: str) -> set[str]:
    start = f"photos/{part}/"
    return {
        key.removeprefix(start) for key in everything_in(address, bucket) if key.startswith(start)
    }


def test_what_a_killed_process_has_written_is_set_aside_at_once_and_no_other(
    s3: str, bucket: str, node: Runtime
) -> None:
    add(node.services)
    home, settings = node.settings.home, s3_settings(s3, bucket)
    known = names_in(s3, bucket, "files")
    assert len(known) == 2
    with (
        running_program(PROGRAM, str(home), json.dumps(settings)) as (alive, going_on),
        running_program(PROGRAM, str(home), json.dumps(settings)) as (killed, left),
    ):
        assert left in names_in(s3, bucket, "files")
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        remove_expired_probes(acting(node.services))
        assert names_in(s3, bucket, "files") == {*known, going_on}
        assert names_in(s3, bucket, "set-aside") == {left}
        assert len(names_in(s3, bucket, "writing")) == 1
        assert alive.poll() is None


def test_changes_of_other_machines_are_left_for_an_hour(
    node: Runtime, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(node.services)
    stray = node.services.files.put(b"x", extension="jpg")
    with closing(Bucket(access_to(s3, bucket))) as by_hand:
        by_hand.put("writing/0123456789abcdef.1.5.00", f"{stray}\n".encode())
    remove_expired_probes(acting(node.services))
    assert stray in names_in(s3, bucket, "files")
    monkeypatch.setattr(store_module, "OTHERS_SECONDS", -10)
    remove_expired_probes(acting(node.services))
    assert names_in(s3, bucket, "set-aside") == {stray}
    assert names_in(s3, bucket, "writing") == set()


def test_a_process_is_gone_only_where_that_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    own = this_process()
    machine, pid, started = own.split(".")
    assert not is_gone(own)
    assert is_gone(f"{machine}.{pid}.{int(started) + 1}")
    assert is_gone(f"{machine}.{2**22 + 1}.1")
    assert not is_gone(f"0123456789abcdef.{pid}.1")
    assert not is_gone("")
    assert not is_gone(f"{machine}.x.1")
    # A system can hide what other accounts run.
    with monkeypatch.context() as patch:
        patch.setattr("mien.storage.process_identity._started", lambda _: None)
        assert not is_gone(own)
        assert not is_gone(f"{machine}.1.1")
        assert is_gone(f"{machine}.{2**22 + 1}.1")
    done = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)
    time.sleep(0.5)
    assert is_gone(f"{machine}.{done.pid}.1")
    done.wait()


def test_a_change_that_fails_leaves_nothing(node: Runtime, s3: str, bucket: str) -> None:
    add(node.services)
    before = everything_in(s3, bucket)
    with pytest.raises(MienError):
        add(node.services, "", draw_photo(["bob"]))
    assert everything_in(s3, bucket) == before


def test_strays_are_set_aside_and_removed_after_a_week(
    node: Runtime, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(node.services)
    known = names_in(s3, bucket, "files")
    stray = node.services.files.put(b"x", extension="jpg")
    assert clean_up(acting(node.services)).files == 0
    monkeypatch.setattr("mien.maintenance.cleanup.STRAY_SECONDS", -10)
    assert clean_up(acting(node.services)).files == 1
    assert names_in(s3, bucket, "files") == known
    assert names_in(s3, bucket, "set-aside") == {stray}
    monkeypatch.setattr(store_module, "_WEEK_SECONDS", -10)
    assert clean_up(acting(node.services)).emptied == 1
    assert names_in(s3, bucket, "set-aside") == set()
    assert names_in(s3, bucket, "files") == known


@pytest.mark.parametrize("how", ["cut", "hang"])
def test_while_the_store_is_away_nothing_is_lost_and_nobody_waits_long(
    node: Runtime, line: Line, bucket: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_READ_SECONDS", 1)
    monkeypatch.setattr(bucket_module, "_AWAY_SECONDS", 2.0)
    gone, kept = add(node.services), add(node.services, "Bob", draw_photo(["bob"]))
    assert gone != kept
    before = names_in(line.behind, bucket, "files")
    # A limit of time holds for connections that are made after it is set.
    node.services.files.close()
    getattr(line, how)()
    began = time.monotonic()
    with pytest.raises(FilesUnavailable, match=r"files_unavailable\.store"):
        add(node.services, "Cy", draw_photo(["cy"]))
    assert time.monotonic() - began < 8
    began = time.monotonic()
    for _ in range(10):
        with pytest.raises(FilesUnavailable):
            add(node.services, "Cy", draw_photo(["cy"]))
    assert time.monotonic() - began < 12
    proof = forget_person(acting(node.services), gallery="default", person_id=gone)
    assert (proof.rows_left, proof.files_left, proof.complete) == (0, 2, False)
    assert names_in(line.behind, bucket, "files") == before
    line.mend()
    time.sleep(2.1)
    add(node.services, "Cy", draw_photo(["cy"]))
    clean_up(acting(node.services))
    assert len(names_in(line.behind, bucket, "files")) == 4
    assert len(before & names_in(line.behind, bucket, "files")) == 2
    assert names_in(line.behind, bucket, "writing") == set()


def test_who_is_acknowledged_while_the_line_is_cut_again_and_again_is_whole(
    node: Runtime, line: Line, s3: str, bucket: str
) -> None:
    add(node.services)
    stop = threading.Event()

    def trouble() -> None:
        while not stop.wait(0.15):
            line.cut()
            stop.wait(0.05)
            line.mend()

    breaking = threading.Thread(target=trouble)
    breaking.start()
    acknowledged = 1
    try:
        for number in range(12):
            try:
                add(node.services, f"N{number}", draw_photo([f"n{number}"]))
            except FilesUnavailable:
                continue
            acknowledged += 1
    finally:
        stop.set()
        breaking.join()
        line.mend()
    with node.services.database.read() as session:
        crops = set(session.scalars(select(FaceRow.crop_file)))
        photos = set(session.scalars(select(PhotoRow.file)))
    assert len(crops) == acknowledged
    assert (crops | photos) <= names_in(s3, bucket, "files")


def test_a_bucket_that_belongs_to_another_database_is_refused(
    node: Runtime, line: Line, s3: str, bucket: str, tmp_path: Path
) -> None:
    add(node.services)
    before = everything_in(s3, bucket)
    with closing(make_runtime(tmp_path / "second", **s3_settings(s3, bucket))) as other:
        with pytest.raises(FilesOfAnotherDatabase, match=r"\.marker"):
            bind(other.database, other.services.files)
        with pytest.raises(FilesUnavailable):
            add(other.services)
        with pytest.raises(MienError):
            clean_up(acting(other.services))
    assert everything_in(s3, bucket) == before


def test_whatever_lies_among_the_files_and_has_another_name_is_neither_told_of_nor_touched(
    node: Runtime, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(node.services)
    name = "f" * 32 + ".jpg"
    others = {
        f"{part}/{rest}"
        for part in ("files", "set-aside", "writing")
        for rest in (
            f"files/{name}",
            f"set-aside/{name}",
            "writing/0123456789abcdef.1.5.00",
            f"writing/{this_process().rpartition('.')[0]}.1.00",
            "installation",
            "erasures/person.p",
            f"{name}/x",
            "notes.txt",
        )
    }
    with closing(Bucket(access_to(s3, bucket))) as by_hand:
        for key in others:
            by_hand.put(key, f"{name}\n".encode())
    monkeypatch.setattr("mien.maintenance.cleanup.STRAY_SECONDS", -10)
    monkeypatch.setattr(store_module, "OTHERS_SECONDS", -10)
    monkeypatch.setattr(store_module, "_WEEK_SECONDS", -10)
    files = node.services.files
    assert (files.count(), files.changes(), list(files.aside())) == (2, 0, [])
    for _ in range(2):
        done = clean_up(acting(node.services))
        assert (done.files, done.emptied, done.stuck) == (0, 0, 0)
    assert list(files.abandoned()) == []
    assert files.bring_back({f"files/{name}", "installation"}).done == 0
    assert files.delete(list(files.names())) == 2
    files.leave_behind()
    left = {key.removeprefix("photos/") for key in everything_in(s3, bucket)}
    assert others <= left


def test_nodes_with_homes_of_their_own_share_database_and_bucket(
    s3: str, bucket: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    settings = {"database_url": url, **s3_settings(s3, bucket)}
    with (
        closing(make_runtime(tmp_path / "one", **settings)) as one,
        closing(make_runtime(tmp_path / "two", **settings)) as two,
    ):
        ada = add(one.services)
        bob = add(two.services, "Bob", draw_photo(["bob"]))
        names = names_in(s3, bucket, "files")
        assert len(names) == 4
        for each in (one, two):
            assert each.services.files.present(names) == names
        for node, person in ((one, bob), (two, ada)):
            proof = forget_person(acting(node.services), gallery="default", person_id=person)
            assert proof.complete
    assert names_in(s3, bucket, "files") == set()
    assert not (tmp_path / "one" / "files").exists()


def test_a_deleted_person_is_in_no_older_version_either(s3: str, tmp_path: Path) -> None:
    bucket = make_bucket(s3, versions=True)
    with closing(make_runtime(tmp_path / "home", **s3_settings(s3, bucket))) as node:
        person = add(node.services)
        assert len(everything_in(s3, bucket)) == 3
        # As by somebody's hand: an older version is left of it.
        name = next(node.services.files.names())
        with closing(Bucket(access_to(s3, bucket))) as by_hand:
            data = by_hand.read(f"files/{name}")
            by_hand.delete(f"files/{name}")
        assert name in node.services.files.every_name()
        node.services.files.write(name, data)
        # As after a database of another moment was in use for a while.
        places = list(node.services.files.stray(set(), older_than=time.time() + 1000))
        node.services.files.set_aside(places[:1])
        proof = forget_person(acting(node.services), gallery="default", person_id=person)
    assert (proof.files, proof.files_left, proof.complete) == (2, 0, True)
    # Random ids of what was deleted, for older backups.
    left = {key for key in everything_in(s3, bucket) if "/erasures/" not in key}
    assert left == {"photos/installation"}


def test_the_proof_says_where_a_store_does_not_tell_of_versions(
    node: Runtime, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> bool:
        raise VersionsNotToldError

    monkeypatch.setattr(Bucket, "keeps_versions", silent)
    monkeypatch.setattr(Bucket, "versions", silent)
    person = add(node.services)
    proof = forget_person(acting(node.services), gallery="default", person_id=person)
    assert (proof.files_left, proof.erased, proof.complete) == (0, True, False)
    [unclear] = proof.not_checked
    assert (unclear.what, unclear.why, unclear.count) == ("older_versions", "not_told", 2)
    # Everybody who tells of it has words for it.
    assert ErasureOut.of(proof).not_checked[0].what == "older_versions"
    assert "versions" in erasure_words(proof)
    print_erasure(proof)
    monkeypatch.undo()
    assert names_in(s3, bucket, "files") == set()


def test_no_secret_is_told(
    node: Runtime, line: Line, bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    access = BucketAccess(f"s3://{bucket}", access_key="AKIA-secret", secret_key="very-secret")
    assert "secret" not in repr(access)
    with structlog.testing.capture_logs() as lines:
        line.cut()
        with pytest.raises(FilesUnavailable) as caught:
            add(node.services)
        with pytest.raises(FilesUnavailable) as read:
            node.services.files.read("f" * 32 + ".jpg")
    told = repr([lines, caught.value.words, read.value.words, str(read.value)])
    assert "testing" not in told
    assert "testing" not in repr(node.settings)


def test_nobody_asks_the_cloud_for_a_key_unless_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def ask(*_: object, **__: object) -> None:
        asked.append(1)
        raise IMDSFetcher._RETRIES_EXCEEDED_ERROR_CLS

    monkeypatch.setattr(IMDSFetcher, "_fetch_metadata_token", ask)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_DEFAULTS_MODE", "auto")
    for told in (False, True):
        access = BucketAccess("s3://bucket", endpoint="http://127.0.0.1:9", instance_role=told)
        with (
            closing(Bucket(access)) as bucket,
            pytest.raises(FilesUnavailable, match="no_credentials"),
        ):
            bucket.has("x")
        assert bool(asked) == told


def test_no_profile_has_the_cloud_asked_for_a_key_either(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[int] = []

    def ask(*_: object, **__: object) -> None:
        asked.append(1)
        raise IMDSFetcher._RETRIES_EXCEEDED_ERROR_CLS

    config = tmp_path / "config"
    config.write_text(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/mien\n"
        "credential_source = Ec2InstanceMetadata\n",
        encoding="ascii",
    )
    monkeypatch.setattr(IMDSFetcher, "_fetch_metadata_token", ask)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for told in (False, True):
        access = BucketAccess("s3://bucket", endpoint="http://127.0.0.1:9", instance_role=told)
        with (
            closing(Bucket(access)) as bucket,
            pytest.raises(FilesUnavailable, match="no_credentials"),
        ):
            bucket.has("x")
        assert bool(asked) == told


@pytest.mark.parametrize("part", [-1, 4])
def test_a_store_that_sends_drop_by_drop_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(bucket_module, "_BODY_SECONDS", 0.5, raising=False)
    with dripping(0.2, drops=30) as address:
        access = BucketAccess("s3://bucket", endpoint=address, access_key="a", secret_key="b")
        began = time.monotonic()
        with closing(Bucket(access)) as bucket:
            size, source = bucket.open("k")
            with closing(source), pytest.raises(FilesUnavailable, match=r"\.store"):
                all(source.read(part) for _ in range(99))
        assert size == 30
        assert time.monotonic() - began < 4


def test_who_reads_slowly_gets_all(node: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_module, "_BODY_SECONDS", 0.3, raising=False)
    data = os.urandom(3_000_000)
    name = node.services.files.put(data, extension="jpg")
    size, source = node.services.files.locate(name).open()
    got = []
    with closing(source):
        while part := source.read(1_000_000):
            got.append(part)
            time.sleep(0.2)
    assert (size, b"".join(got)) == (len(data), data)


def test_a_file_that_is_cut_off_is_no_file(node: Runtime) -> None:
    with dripping(0.0, drops=5, told=9) as address:
        access = BucketAccess("s3://bucket", endpoint=address, access_key="a", secret_key="b")
        with closing(Bucket(access)) as bucket, pytest.raises(FilesUnavailable, match=r"\.store"):
            bucket.read("k")


def test_without_the_library_it_is_said_which_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore", None)
    with pytest.raises(FilesUnavailable, match=r"\.no_botocore"):
        Bucket(BucketAccess("s3://bucket")).has("x")


def test_a_bucket_that_keeps_versions_from_now_on_is_noticed(
    node: Runtime, s3: str, bucket: str
) -> None:
    person = add(node.services)
    assert node.services.files.keeps_versions() is False
    make_bucket(s3, name=bucket, versions=True)
    assert forget_person(acting(node.services), gallery="default", person_id=person).complete
    assert names_in(s3, bucket, "files") == set()


def test_a_bucket_that_is_not_there_says_so(s3: str) -> None:
    with closing(ObjectStore(Bucket(access_to(s3, "nobodys-bucket")))) as files:
        for use in (files.read_marker, files.holds_any, lambda: files.put(b"x", extension="jpg")):
            with pytest.raises(FilesUnavailable, match=r"\.no_bucket"):
                use()


@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        ("SlowDown", 503, "files_unavailable.store"),
        ("InternalError", 500, "files_unavailable.store"),
        ("AccessDenied", 403, "files_unavailable.refused"),
        ("SignatureDoesNotMatch", 403, "files_unavailable.refused"),
        ("<b>odd</b>", 400, "files_unavailable.refused"),
        ("NoSuchBucket", 404, "files_unavailable.no_bucket"),
        ("404", 404, "files_unavailable.store"),
        ("NotFound", 404, "files_unavailable.store"),
        ("NoSuchKey", 404, "files_unavailable.store"),
        ("QuotaExceeded", 403, "storage_full.store"),
        ("XMinioStorageFull", 507, "storage_full.store"),
    ],
)
def test_what_a_store_answers_has_a_code(code: str, status: int, meaning: str) -> None:
    answered = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    found = _meaning(exceptions.ClientError(answered, "PutObject"), versions=False)
    assert isinstance(found, MienError)
    assert found.key == meaning
    assert "<" not in repr(found.words)


@pytest.mark.parametrize(
    ("operation", "code", "is_missing"),
    [
        ("GetObject", "NoSuchKey", True),
        ("GetObject", "404", False),
        ("CopyObject", "NoSuchVersion", True),
        ("CopyObject", "404", False),
        ("HeadObject", "404", True),
        ("ListObjectsV2", "404", False),
    ],
)
def test_only_what_the_store_itself_says_is_missing_is(
    operation: str, code: str, is_missing: bool
) -> None:
    answered = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 404}}
    found = _meaning(exceptions.ClientError(answered, operation), versions=False)
    assert isinstance(found, NoSuchObjectError) == is_missing
    assert isinstance(found, FilesUnavailable) != is_missing


def test_a_front_door_that_does_not_find_the_store_is_a_store_that_is_away(
    node: Runtime, line: Line, s3: str, bucket: str, tmp_path: Path
) -> None:
    ada, bob = add(node.services), add(node.services, "Bob", draw_photo(["bob"]))
    with lost_behind_a_door() as door:
        line.cut()
        line.lead_to(door)
        line.mend()
        with pytest.raises(FilesUnavailable, match=r"\.store"):
            add(node.services, "Cy", draw_photo(["cy"]))
        with pytest.raises(FilesUnavailable, match=r"\.store"):
            node.services.files.read("f" * 32 + ".jpg")
        proof = forget_person(acting(node.services), gallery="default", person_id=ada)
        assert (proof.rows_left, proof.files_left, proof.complete) == (0, 2, False)
        found = check(acting(node.services))
        assert (found.misfit, found.missing_files) == ("files_unavailable", ())
        with pytest.raises(FilesUnavailable):
            back_up(acting(node.services), target=tmp_path / "backup.tar.gz")
        for keep_house in (remove_expired_probes, clean_up):
            with pytest.raises(FilesUnavailable):
                keep_house(acting(node.services))
        line.cut()
        line.lead_to(s3)
        line.mend()
    clean_up(acting(node.services))
    assert len(names_in(s3, bucket, "files")) == 2
    assert "file_deletion" not in rows_of(node.services)
    assert forget_person(acting(node.services), gallery="default", person_id=bob).complete


def test_a_backup_calls_no_file_missing_where_it_is_not_known_whose_files_they_are(
    node: Runtime, s3: str, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(node.services)
    with closing(Bucket(access_to(s3, bucket))) as by_hand:
        by_hand.put("installation", b"another")
    node.services.files.delete(list(node.services.files.names()))
    with pytest.raises(FilesOfAnotherDatabase):
        back_up(acting(node.services), target=tmp_path / "backup.tar.gz")
    assert list(tmp_path.glob("backup*")) == []


def test_whatever_happens_to_one_step_of_housekeeping_the_others_are_done(
    node: Runtime, s3: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(node.services)
    stray = node.services.files.put(b"x", extension="jpg")
    monkeypatch.setattr("mien.maintenance.cleanup.STRAY_SECONDS", -10)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("mien.maintenance.cleanup._noted_files", broken)
    with pytest.raises(ZeroDivisionError):
        clean_up(acting(node.services))
    assert names_in(s3, bucket, "set-aside") == {stray}


def test_a_write_that_was_refused_is_told_until_one_succeeds(
    node: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = node.services.files
    add(node.services)
    assert files.trouble() is None

    def full(*_: object) -> None:
        raise StorageFull("store")

    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "put", full)
        with pytest.raises(StorageFull):
            files.put(b"x", extension="jpg")
    assert isinstance(files.trouble(), StorageFull)
    files.put(b"x", extension="jpg")
    assert files.trouble() is None


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("s3://bucket", ("bucket", "")),
        ("s3://bucket/", ("bucket", "")),
        ("s3://my.bucket-1/a/b_c", ("my.bucket-1", "a/b_c/")),
        ("s3://bucket/former/files2", ("bucket", "former/files2/")),
    ],
)
def test_an_address_is_bucket_and_prefix(url: str, parts: tuple[str, str]) -> None:
    assert parse_url(url) == parts


@pytest.mark.parametrize(
    "url",
    [
        "", "s3://", "s3://b", "http://bucket", "s3://bucket/../x", "s3://bucket//x", "s3://B/x",
        "s3://bucket/files", "s3://bucket/a/writing", "s3://bucket/set-aside/b",
        "s3://bucket/erasures", "s3://bucket/installation", "s3://bucket/former-20260101T000000",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket"):
        parse_url(url)


def test_what_one_node_deleted_every_node_knows_when_an_older_dump_comes_back(
    s3: str, bucket: str, tmp_path: Path
) -> None:
    url, dump = f"sqlite:///{tmp_path / 'shared.db'}", tmp_path / "dump.db"
    settings = {"database_url": url, **s3_settings(s3, bucket)}
    with closing(make_runtime(tmp_path / "one", **settings)) as one:
        ada = add(one.services)
        one.database.copy_to(dump)
        forget_person(acting(one.services), gallery="default", person_id=ada)
    assert ada in {each.partition(".")[2] for each in names_in(s3, bucket, "erasures")}
    for path in tmp_path.glob("shared.db*"):
        path.unlink()
    dump.rename(tmp_path / "shared.db")
    with closing(make_runtime(tmp_path / "two", **settings)) as two:
        bind(two.database, two.services.files)
        assert reapply_erasures(acting(two.services)).people == 1
        assert clean_up(acting(two.services)).erasures == 0


def test_a_deletion_while_the_store_is_away_is_listed_when_it_is_back(
    node: Runtime, line: Line, bucket: str
) -> None:
    ada = add(node.services)
    line.cut()
    forget_person(acting(node.services), gallery="default", person_id=ada)
    with pytest.raises(FilesUnavailable):
        clean_up(acting(node.services))
    # The home knows at once, and once.
    here = node.services.erasures.path.read_text(encoding="ascii")
    assert here.count(ada) == 1
    line.mend()
    clean_up(acting(node.services))
    assert f"person.{ada}" in names_in(line.behind, bucket, "erasures")
    assert "erasure" not in rows_of(node.services)


def test_a_process_that_began_while_the_store_was_away_lists_what_it_deletes(
    node: Runtime, line: Line, s3: str, bucket: str
) -> None:
    ada = add(node.services)
    # Nothing was bound in it, and nobody sends it a photo.
    with closing(make_runtime(node.settings.home, **s3_settings(line.address, bucket))) as late:
        proof = forget_person(acting(late.services), gallery="default", person_id=ada)
        assert proof.complete
        assert f"person.{ada}" in names_in(s3, bucket, "erasures")
        assert "erasure" not in rows_of(late.services)


def test_what_the_home_knows_and_the_bucket_does_not_is_brought_there(
    node: Runtime, line: Line, s3: str, bucket: str
) -> None:
    ada, bob = add(node.services), add(node.services, "Bob", draw_photo(["bob"]))
    node.services.erasures.add_here([Erased("person", "before-there-was-a-bucket")])
    with closing(make_runtime(node.settings.home, **s3_settings(line.address, bucket))) as late:
        line.cut()
        with pytest.raises(FilesUnavailable):
            reapply_erasures(acting(late.services), more=[Erased("person", ada)])
        # Whether or not others can be told of it.
        assert ada not in str(rows_of(late.services)["person"])
        line.mend()
        assert reapply_erasures(acting(late.services), more=[Erased("person", bob)]).people == 1
    listed = names_in(s3, bucket, "erasures")
    assert {"person.before-there-was-a-bucket", f"person.{ada}", f"person.{bob}"} <= listed


def test_the_bucket_of_another_database_is_told_of_no_deletion(
    node: Runtime, s3: str, bucket: str, tmp_path: Path
) -> None:
    add(node.services)
    before = everything_in(s3, bucket)
    with (
        closing(make_runtime(tmp_path / "second", **s3_settings(s3, bucket))) as other,
        pytest.raises(FilesUnavailable),
    ):
        other.services.erasures.add([Erased("person", "p")])
    assert everything_in(s3, bucket) == before


def test_a_checkup_says_that_the_store_is_away(node: Runtime, line: Line) -> None:
    add(node.services)
    line.cut()
    found = check(acting(node.services))
    assert (found.misfit, found.sound, found.missing_files) == ("files_unavailable", False, ())


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "eu-b-1"}, "eu-b-1"),
        ({"AWS_DEFAULT_REGION": "eu-b-1", "AWS_REGION": "eu-a-1"}, "eu-a-1"),
    ],
)
def test_the_region_may_stand_where_other_programs_look_for_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], region: str
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for own, found in (("", region), ("eu-c-1", "eu-c-1")):
        access = BucketAccess("s3://bucket", region=own, access_key="a", secret_key="b")
        with closing(make_client(access)) as client:
            assert client.meta.region_name == found


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "https://s3.example.org"])
def test_what_is_sent_is_signed_with_its_digest(endpoint: str) -> None:
    sent = {}

    def look(request: Any, **_: object) -> None:
        sent.update(request.headers.items())
        raise ConnectionAbortedError

    access = BucketAccess("s3://bucket", endpoint=endpoint, access_key="a", secret_key="b")
    with closing(make_client(access)) as client:
        client.meta.events.register("before-send.s3", look)
        with pytest.raises(ConnectionAbortedError):
            client.put_object(Bucket="bucket", Key="k", Body=b"photo")
    assert sent["X-Amz-Content-SHA256"] == hashlib.sha256(b"photo").hexdigest().encode()
