"""The whole application with its photos in a bucket."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.http.health import check
from mien.maintenance.cleanup import clean_up
from mien.runtime import Runtime
from mien.settings import Settings
from mien.vision.engine import Engine
from mien.vision.fake import FakeEngine
from mien.vision.pack_engine import PackEngine
from needs import shared_data
from packs_for_tests import real_pack
from s3_server import Line
from s3_server import everything_in
from s3_server import make_bucket
from s3_server import s3_settings
from serving_app import Api
from serving_app import assert_problem
from visiting import Visitor
from visiting import links

ADA = draw_photo(["ada"])
# What lies behind a picture is passed over, and kept with it.
LARGE = ADA + bytes(400_000)
FACES = "/galleries/default/people/{}/faces"


@pytest.fixture(params=["drawn", pytest.param("real", marks=pytest.mark.models)])
def looking(request: pytest.FixtureRequest) -> Iterator[tuple[Engine, bytes]]:
    """An engine, and a photo of somebody whom it sees."""
    if request.param == "drawn":
        yield FakeEngine(), ADA
        return
    images = shared_data("lfw-dev/images") / "lfw-dev" / "images"
    photo = min(images.rglob("*.jpg"))
    with closing(PackEngine(real_pack("compact"))) as engine:
        yield engine, photo.read_bytes()


@pytest.fixture
def line(s3: str) -> Iterator[Line]:
    made = Line(s3)
    yield made
    made.cut()


@pytest.fixture
def node(line: Line, tmp_path: Path) -> Iterator[Runtime]:
    settings = s3_settings(line.address, make_bucket(line.behind))
    with closing(make_runtime(tmp_path / "home", keep_metadata=True, **settings)) as runtime:
        yield runtime


def api_of(runtime: Runtime) -> Api:
    key, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    return Api(create_app(runtime), key)


def enrolled(api: Api, photo: bytes, name: str = "Ada") -> tuple[str, str]:
    """Somebody's id, and the address of their face."""
    person = api.add_person(name)
    made = api.send(FACES.format(person), photo=photo)
    assert made.status_code == 201, made.text
    return person, f"{FACES.format(person)}/{made.get_json()['id']}"


def test_a_person_comes_is_shown_and_goes_without_a_trace(
    s3: str, tmp_path: Path, looking: tuple[Engine, bytes]
) -> None:
    engine, photo = looking
    bucket = make_bucket(s3, versions=True)
    settings = s3_settings(s3, bucket)
    with closing(make_runtime(tmp_path / "home", engine=engine, **settings)) as runtime:
        api = api_of(runtime)
        person, face = enrolled(api, photo)
        assert len(everything_in(s3, bucket)) == 3
        assert not (tmp_path / "home" / "files").exists()
        crop = api("GET", f"{face}/crop")
        assert (crop.status_code, crop.mimetype, crop.data[:2]) == (200, "image/jpeg", b"\xff\xd8")
        visitor = Visitor(create_app(runtime), runtime).signed_in()
        page = visitor.get(f"/galleries/default/people/{person}")
        shown = f"{face}/crop"
        assert shown in links(page, "/crop")
        portrait = visitor.client.get(shown)
        assert (portrait.status_code, portrait.data) == (200, crop.data)
        gone = api("DELETE", f"/galleries/default/people/{person}")
        assert gone.status_code == 200
        assert (gone.get_json()["files"], gone.get_json()["complete"]) == (2, True)
    # Random ids of what was deleted, for older backups.
    left = {key for key in everything_in(s3, bucket) if "/erasures/" not in key}
    assert left == {"photos/installation"}


def test_a_stored_file_is_sent_as_from_a_folder(node: Runtime, tmp_path: Path) -> None:
    with closing(make_runtime(tmp_path / "other", keep_metadata=True)) as folder:
        answers = []
        for runtime in (folder, node):
            api = api_of(runtime)
            _, face = enrolled(api, LARGE)
            visitor = Visitor(create_app(runtime), runtime).signed_in()
            photo = f"{face}/photo"
            with visitor.client.get(photo) as large, api("GET", f"{face}/crop") as crop:
                again = api("GET", f"{face}/crop", headers={"If-None-Match": crop.headers["ETag"]})
                part = api("GET", f"{face}/crop", headers={"Range": "bytes=0-1"})
                assert large.data == LARGE
                answers.append(
                    [
                        [(each.status_code, len(each.data), told(each.headers))]
                        for each in (large, crop, again, part)
                    ]
                )
    assert answers[0] == answers[1]
    # Nobody without a key is told anything.
    assert Api(create_app(node))("GET", f"{face}/crop").status_code == 401


def told(headers: object) -> dict[str, str]:
    compared = ("Content-Type", "Content-Length", "Cache-Control", "Content-Disposition",
                "Content-Security-Policy", "Last-Modified", "Location")  # fmt: skip
    return {name: headers.get(name) for name in compared}  # type: ignore[attr-defined]  # of werkzeug


def test_while_the_store_is_away_there_is_a_code_and_no_loss(node: Runtime, line: Line) -> None:
    api = api_of(node)
    person, face = enrolled(api, ADA)
    assert check(node)["files"] == "ok"
    line.cut()
    refused = api.send(FACES.format(person), photo=draw_photo(["bob"]))
    assert_problem(refused, 503, "files_unavailable")
    assert refused.headers["Retry-After"] == "5"
    read = api("GET", f"{face}/crop")
    assert_problem(read, 503, "files_unavailable")
    assert read.headers["Retry-After"] == "5"
    assert check(node)["files"] == "files_unavailable"
    assert api.client.get("/readyz").status_code == 503
    # What needs no photo goes on.
    assert api("GET", "/galleries/default/people").status_code == 200
    assert api.send("/galleries/default/identify", photo=ADA).status_code == 200
    gone = api("DELETE", f"/galleries/default/people/{person}").get_json()
    assert (gone["rows_left"], gone["files_left"], gone["complete"]) == (0, 2, False)
    line.mend()
    assert check(node)["files"] == "ok"
    _, again = enrolled(api, ADA, "Bob")
    assert api("GET", f"{again}/crop").status_code == 200
    clean_up(acting(node.services))
    assert node.services.files.count() == 2


def test_a_file_that_is_not_in_the_store_is_missed_in_words(node: Runtime) -> None:
    api = api_of(node)
    _, face = enrolled(api, ADA)
    node.services.files.delete(list(node.services.files.names()))
    assert_problem(api("GET", f"{face}/crop"), 503, "file_missing")


@pytest.mark.parametrize(
    "settings",
    [
        {"files_url": "s3://b"},
        {"files_url": "file:///var/photos"},
        {"files_url": "s3://user:password@bucket"},
        {"files_url": "s3://bucket", "files_s3_endpoint": "http://user:password@store"},
        {"files_url": "s3://bucket", "files_s3_access_key": "half-a-secret"},
        {"files_url": "s3://bucket", "files_s3_secret_key": "half-a-secret"},
        {"files_url": "s3://bucket", "accel_prefix": "/_files/"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(settings)
    assert "half-a-secret" not in str(caught.value)


def test_keys_come_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY", "SECRET_KEY"):
        (tmp_path / name).write_text(f"{name} of a file\n")
        monkeypatch.setenv(f"MIEN_FILES_S3_{name}_FILE", str(tmp_path / name))
    settings = Settings()
    assert settings.files_s3_access_key.get_secret_value() == "ACCESS_KEY of a file"
    assert settings.files_s3_secret_key.get_secret_value() == "SECRET_KEY of a file"
    assert "of a file" not in repr(settings)
