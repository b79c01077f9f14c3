"""Which gallery is meant when none is named: the settings', or what the server in front passes."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import create_gallery
from mien.options import DEFAULT_GALLERY
from mien.runtime import Runtime
from mien.settings import Settings
from serving_app import Api
from serving_app import assert_problem
from serving_app import photo_part


def test_it_is_the_default_one_until_somebody_says_otherwise() -> None:
    assert Settings().default_gallery == DEFAULT_GALLERY


@pytest.mark.parametrize("name", ["", "a b", "-a", "ä", "a" * 101, "a/b"])
def test_a_setting_that_is_no_galleries_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Settings(default_gallery=name)


def ask(runtime: Runtime, **options: Any) -> tuple[int, str]:
    """Verify a photo against somebody of the gallery `family`, without naming the gallery."""
    create_gallery(acting(runtime.services), name="family")
    done = enrol(
        acting(runtime.services),
        gallery="family",
        source=Upload(draw_photo(["ada"])),
        subject=NewPerson("Ada"),
    )
    secret, _ = create_key(acting(runtime.services), name="k", scopes=["identify"])
    api = Api(create_app(runtime), secret)
    answer = api(
        "POST",
        "/verify",
        data={"photo": photo_part(draw_photo(["ada"])), "person_id": done.person.id},
        content_type="multipart/form-data",
        **options,
    )
    return answer.status_code, answer.get_json().get("code", "")


def test_the_api_takes_the_gallery_of_the_settings(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path, default_gallery="family")
    assert ask(runtime) == (200, "")
    runtime.close()


def test_the_api_takes_the_gallery_that_the_server_in_front_passes(runtime: Runtime) -> None:
    passed = {"MIEN_DEFAULT_GALLERY": "family"}
    assert ask(runtime, environ_overrides=passed) == (200, "")


@pytest.mark.parametrize("header", ["MIEN_DEFAULT_GALLERY", "Mien-Default-Gallery"])
def test_a_client_cannot_choose_it_by_a_header(runtime: Runtime, header: str) -> None:
    assert ask(runtime, headers={header: "family"}) == (404, "person_not_found")


def test_what_cannot_be_a_name_is_refused_and_nothing_else_taken(runtime: Runtime) -> None:
    secret, _ = create_key(acting(runtime.services), name="k", scopes=["identify"])
    api = Api(create_app(runtime), secret)
    answer = api(
        "POST",
        "/verify",
        json={"photo": "aGFsbG8=", "person_id": "0" * 8 + "-0000-0000-0000-" + "0" * 12},
        environ_overrides={"MIEN_DEFAULT_GALLERY": "no name"},
    )
    body = assert_problem(answer, 422, "invalid_input")
    assert body["field"] == "MIEN_DEFAULT_GALLERY"


def test_pages_open_in_the_gallery_that_is_passed(browser: FlaskClient, runtime: Runtime) -> None:
    create_gallery(acting(runtime.services), name="family")
    answer = browser.get("/people", environ_overrides={"MIEN_DEFAULT_GALLERY": "family"})
    assert answer.headers["Location"] == "/galleries/family/people"
    assert browser.get("/people").headers["Location"] == "/galleries/default/people"
