"""Stored files that Nginx sends: the answer names them and holds nothing."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.errors import FileMissing
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.results import StoredFile
from mien.settings import Settings
from mien.storage.folder_store import FolderContent


def test_the_answer_names_the_file_and_holds_no_bytes(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path, accel_prefix="/_files/")
    try:
        done = enrol(
            acting(runtime.services),
            gallery="default",
            source=Upload(draw_photo(["ada"])),
            subject=NewPerson("Ada"),
        )
        secret, _ = create_key(acting(runtime.services), name="k", scopes=["read"])
        client: FlaskClient = create_app(runtime).test_client()
        face = f"people/{done.person.id}/faces/{done.face.id}"
        answer = client.get(f"/api/v1/galleries/default/{face}/crop", headers={"X-API-Key": secret})
        [crop] = [
            path
            for path in (tmp_path / "files").rglob("*.jpg")
            if answer.headers["X-Accel-Redirect"].endswith(path.name)
        ]
        assert answer.headers["X-Accel-Redirect"] == f"/_files/{crop.parent.name}/{crop.name}"
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.mimetype == "image/jpeg"
        assert "ETag" not in answer.headers
        assert crop.stat().st_mode & 0o777 == 0o640
        assert crop.parent.stat().st_mode & 0o777 == 0o750
    finally:
        runtime.close()


def test_without_a_key_nobody_is_told_a_files_name(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path, accel_prefix="/_files/")
    try:
        done = enrol(
            acting(runtime.services),
            gallery="default",
            source=Upload(draw_photo(["ada"])),
            subject=NewPerson("Ada"),
        )
        face = f"people/{done.person.id}/faces/{done.face.id}"
        answer = create_app(runtime).test_client().get(f"/api/v1/galleries/default/{face}/crop")
        assert answer.status_code == 401
        assert "X-Accel-Redirect" not in answer.headers
    finally:
        runtime.close()


@pytest.mark.parametrize("prefix", ["_files/", "/_files", "/", "//", "/a b/", "/../", "/a;b/"])
def test_a_prefix_that_no_location_can_have_is_refused(prefix: str) -> None:
    with pytest.raises(ValidationError):
        Settings(accel_prefix=prefix)


def test_a_file_that_goes_meanwhile_is_missed_in_words(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        assert StoredFile(FolderContent(tmp_path / "gone"), media_type="image/jpeg", etag="a").data
