"""Requests made from the API's own description, good ones and bad ones.

The same ones every time; no answer may be a mistake of the server or one that is not described.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import content_type_conformance
from schemathesis.specs.openapi.checks import negative_data_rejection
from schemathesis.specs.openapi.checks import response_schema_conformance
from schemathesis.specs.openapi.checks import status_code_conformance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from building import acting
from building import make_runtime
from drawing import draw_photo
from making_videos import video_library
from mien.access.api_keys import create_key
from mien.app import create_app
from serving_app import Api
from serving_app import key_headers

pytestmark = pytest.mark.thorough

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
few = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def described_operations() -> list[str]:
    """Such as `GET /api/v1/galleries`, from the description as it is committed."""
    file = Path(__file__).parents[2] / "docs" / "openapi.json"
    paths = json.loads(file.read_text(encoding="utf-8"))["paths"]
    return [f"{method.upper()} {path}" for path, item in paths.items() for method in item]


class Served:
    """The description of a served API, a key for it, and somebody who is in it."""

    def __init__(self, home: Path) -> None:
        self.runtime = make_runtime(home)
        self.key, _ = create_key(acting(self.runtime.services), name="a key", scopes=["admin"])
        app = create_app(self.runtime)
        api = Api(app, self.key)
        person = api.add_person("Ada")
        face = api.send(f"/galleries/default/people/{person}/faces", photo=draw_photo(["ada"]))
        api("PATCH", "/galleries/default", json={"keep_unknown_days": 3})
        for variant in range(2):
            photo = draw_photo(["stranger"], variant=variant)
            api.send("/galleries/default/identify", photo=photo)
        [unknown] = api("GET", "/galleries/default/unknown").get_json()["people"]
        self.real = {
            "cluster_id": unknown["id"],
            "number": 1,
            "gallery": "default",
            "person_id": person,
            "other_person_id": api.add_person("Bob"),
            "face_id": face.get_json()["id"],
            "job_id": api("POST", "/galleries/default/imports", json={}).get_json()["id"],
            "change_id": face.headers["Mien-Change"],
        }
        self.schema: OpenApiSchema = schemathesis.openapi.from_wsgi(
            "/api/openapi.json", app, headers=key_headers(self.key)
        )

    def operation(self, label: str) -> Any:
        method, path = label.split(" ", 1)
        return self.schema[path][method]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("served"))
    yield made
    made.runtime.close()


MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def needs_its_library(label: str) -> None:
    """Where videos cannot be read, that is said instead of what is described."""
    if label.endswith("/videos"):
        video_library()


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", described_operations())
def test_every_answer_is_one_that_is_described(
    served: Served, label: str, mode: GenerationMode
) -> None:
    needs_its_library(label)

    @few
    @given(case=served.operation(label).as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        checks = [*CHECKS, negative_data_rejection]
        case.call_and_validate(headers=key_headers(served.key), checks=checks)

    ask()


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    "label", [label for label in described_operations() if not label.startswith("DELETE")]
)
def test_so_is_every_answer_about_somebody_who_is_there(
    served: Served, label: str, mode: GenerationMode
) -> None:
    needs_its_library(label)

    @few
    @given(case=served.operation(label).as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        for name in case.path_parameters:
            case.path_parameters[name] = served.real[name]
        case.call_and_validate(headers=key_headers(served.key), checks=CHECKS)

    ask()


@pytest.mark.parametrize("label", described_operations())
def test_without_a_key_every_answer_is_a_refusal(served: Served, label: str) -> None:
    @few
    @given(case=served.operation(label).as_strategy())
    def ask(case: Case[Any]) -> None:
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)
        assert answer.status_code in {401, 404}, "404 is for addresses that no rule has"

    ask()
