"""A disk that is full, read-only or broken is told by a code, in the log and by readiness."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from building import acting
from building import make_runtime
from drawing import draw_photo
from load import upload
from looking import folder_of
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.cli import cli
from mien.errors import StorageFailed
from mien.errors import StorageFull
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.forget import forget_person
from mien.http.health import check
from mien.maintenance.backup import back_up
from mien.maintenance.restore import restore
from mien.runtime import Runtime
from serving_app import Api
from serving_app import key_headers

ADA = draw_photo(["ada"])
# What lies behind a picture is passed over.
LARGE = ADA + bytes(600_000)
CODES = {
    errno.ENOSPC: (507, "storage_full"),
    errno.EDQUOT: (507, "storage_full"),
    errno.EROFS: (503, "storage_read_only"),
    errno.EIO: (503, "storage_failed"),
    errno.EACCES: (503, "storage_failed"),
}


@pytest.fixture
def api(runtime: Runtime) -> Api:
    key, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    return Api(create_app(runtime), key)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode != 0:
        pytest.skip("this account mounts no disks")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def roomy(tmp_path: Path) -> Iterator[Runtime]:
    """An installation that accepts photos which are not held in memory while they are read."""
    made = make_runtime(tmp_path)
    yield made
    made.close()


def detect(client: FlaskClient, photo: bytes, key: str) -> tuple[int, str | None]:
    """The status and, of an error, its code; the form is made here, where it needs no disk."""
    form = upload("/api/v1/detect", photo, key=key)
    answer = client.open(form.path, method=form.method, data=form.body, headers=form.headers)
    return answer.status_code, answer.get_json().get("code")


def send(api: Api, name: str, photo: bytes = ADA) -> TestResponse:
    """Add somebody, and a face of theirs."""
    person = api.add_person(name)
    return api.send(f"/galleries/default/people/{person}/faces", photo=photo)


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def failing(real: Callable[..., Any], number: int, *, below: Path) -> Callable[..., Any]:
    """A call of the system that fails with an error for whatever lies below a folder."""

    def call(path: object, *args: object, **kwargs: object) -> object:
        if str(path).startswith(str(below)):
            raise OSError(number, os.strerror(number))
        return real(path, *args, **kwargs)

    return call


@pytest.mark.parametrize("number", CODES, ids=errno.errorcode.get)
def test_what_cannot_be_stored_says_why(
    runtime: Runtime, api: Api, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    enrol(
        acting(runtime.services),
        gallery="default",
        source=Upload(ADA),
        subject=NamedPerson("Before"),
    )
    files = folder_of(runtime.services)
    assert check(runtime)["files"] == "ok"
    status, code = CODES[number]
    with monkeypatch.context() as patch, structlog.testing.capture_logs() as lines:
        patch.setattr(os, "open", failing(os.open, number, below=files.root))
        answer = send(api, "Ada Lovelace")
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
        # Readiness does not look every time.
        assert check(runtime)["files"] == "ok"
        patch.setattr("mien.storage.folder_store._LOOK_SECONDS", 0.0)
        files._looked = (0.0, None)
        assert check(runtime)["files"] == code
    [line] = [line for line in lines if line["event"] == "A request failed"]
    assert line["errno"] == [errno.errorcode[number]]
    assert "Ada" not in str(lines)
    files._looked = (0.0, None)
    assert check(runtime)["files"] == "ok"
    assert send(api, "Ada").status_code == 201


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_what_cannot_be_read_says_why(
    runtime: Runtime, api: Api, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    person = api.add_person("Ada")
    faces = f"/galleries/default/people/{person}/faces"
    path = f"{faces}/{api.send(faces, photo=ADA).get_json()['id']}/crop"
    assert api("GET", path).status_code == 200

    def read(_path: Path) -> bytes:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", read)
        answer = api("GET", path)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "storage_failed")


def test_what_cannot_be_deleted_now_is_left_and_told(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = enrol(
        acting(runtime.services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    )
    with monkeypatch.context() as patch, structlog.testing.capture_logs() as lines:
        patch.setattr(
            os, "unlink", failing(os.unlink, errno.EROFS, below=folder_of(runtime.services).root)
        )
        proof = forget_person(acting(runtime.services), gallery="default", person_id=done.person.id)
    assert (proof.files_left, proof.complete) == (2, False)
    [line] = [line for line in lines if line["log_level"] == "error"]
    assert (line["files"], line["errno"]) == (2, "EROFS")


@pytest.mark.processes
def test_a_full_disk_takes_nothing_until_there_is_room(small_disk: Path) -> None:
    runtime = make_runtime(small_disk / "home")
    key, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    api = Api(create_app(runtime), key)
    assert send(api, "Ada").status_code == 201
    bob = f"/galleries/default/people/{api.add_person('Bob')}/faces"
    filler = fill(small_disk)
    answer = api.send(bob, photo=draw_photo(["bob"]))
    assert (answer.status_code, answer.get_json()["code"]) == (507, "storage_full")
    folder_of(runtime.services)._looked = (0.0, None)
    checks = check(runtime)
    assert (checks["database"], checks["files"]) == ("storage_full", "storage_full")
    # What needs no room goes on.
    assert api("GET", "/galleries/default/people").status_code == 200
    filler.unlink()
    folder_of(runtime.services)._looked = (0.0, None)
    assert check(runtime)["files"] == "ok"
    assert api.send(bob, photo=draw_photo(["bob"])).status_code == 201
    runtime.close()


@pytest.mark.processes
def test_a_database_on_a_full_disk_says_so(small_disk: Path) -> None:
    runtime = make_runtime(small_disk / "home")
    key, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    api = Api(create_app(runtime), key)
    fill(small_disk)
    notes = "x" * 2000
    codes = set()
    for number in range(300):
        given = {"name": f"Person {number}", "notes": notes}
        answer = api("POST", "/galleries/default/people", json=given)
        if answer.status_code != 201:
            codes.add((answer.status_code, answer.get_json()["code"]))
    assert codes == {(507, "storage_full")}
    runtime.close()


def test_without_a_folder_for_temporary_files_large_photos_are_refused_and_readiness_says_no(
    roomy: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key, _ = create_key(acting(roomy.services), name="k", scopes=["admin"])
    client = create_app(roomy).test_client()
    assert detect(client, LARGE, key) == (200, None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert detect(client, ADA, key) == (200, None)
    assert detect(client, LARGE, key) == (503, "storage_failed")
    said = client.get("/readyz", headers=key_headers(key))
    assert (said.status_code, list(said.get_json()["why"])) == (503, ["temporary_files"])
    assert said.get_json()["checks"]["temporary_files"] == "storage_failed"


@pytest.mark.processes
def test_a_full_disk_of_temporary_files_is_told(
    roomy: Runtime, monkeypatch: pytest.MonkeyPatch, small_disk: Path
) -> None:
    key, _ = create_key(acting(roomy.services), name="k", scopes=["admin"])
    client = create_app(roomy).test_client()
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    fill(small_disk)
    assert detect(client, LARGE, key) == (507, "storage_full")
    states = check(roomy)
    assert (states["temporary_files"], states["files"]) == ("storage_full", "ok")


@pytest.mark.processes
def test_a_backup_and_a_restore_that_find_no_room_leave_nothing(
    runtime: Runtime, small_disk: Path, tmp_path: Path
) -> None:
    enrol(
        acting(runtime.services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    )
    whole = tmp_path / "backup.tar.gz"
    back_up(acting(runtime.services), target=whole)
    filler = fill(small_disk)
    with pytest.raises(StorageFull) as caught:
        back_up(acting(runtime.services), target=small_disk / "backup.tar.gz")
    assert caught.value.key == "storage_full.target"
    environment = {"MIEN_HOME": str(runtime.settings.home), "MIEN_OFFLINE": "true"}
    arguments = ["db", "backup", str(small_disk / "backup.tar.gz")]
    done = CliRunner().invoke(cli, arguments, env=environment)
    assert (done.exit_code, "(storage_full)" in done.stderr) == (1, True)
    with filler.open("r+b") as file:
        file.truncate(filler.stat().st_size - 200_000)
    with pytest.raises(StorageFull):
        restore(small_disk / "home", source=whole)
    assert [path.name for path in small_disk.iterdir()] in (["filler", "home"], ["home", "filler"])
    assert not list((small_disk / "home").glob(".restore*"))


def test_an_archive_that_cannot_be_written_says_why(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("tarfile.TarFile.add", broken)
    with pytest.raises(StorageFailed) as caught:
        back_up(acting(runtime.services), target=tmp_path / "backup.tar.gz")
    assert caught.value.key == "storage_failed.target"
