"""Looking at one photo ends when its time is up."""

import json
import time
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.errors import Overloaded
from mien.errors import PhotoTakesTooLong
from mien.gallery.analysis import Upload
from mien.gallery.analysis import detect
from mien.options import Detail
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB
from serving_app import Api
from serving_app import assert_problem
from serving_app import photo_part

ADA = draw_photo(["ada"])
IDENTIFY = "/galleries/default/identify"


class Endless(FakeEngine):
    """Is never done with a photo of two or more faces, whoever is to blame for it."""

    waits: ClassVar[float] = 0.0

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        found = super().analyze(image_rgb, detail=detail, budget=budget)
        while budget is not None and len(found) > 1:
            budget.note_wait(self.waits)
            budget.check()
        return found


class Crowded(Endless):
    """Is kept from looking by others."""

    waits = 1.0


@pytest.fixture
def make_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[FakeEngine], Api]]:
    # Other work on the machine of the tests is not the photo's.
    alone = partial(Budget, processor_time=time.monotonic)
    monkeypatch.setattr("mien.http.context.Budget", alone)
    made = []

    def make(engine: FakeEngine) -> Api:
        runtime = make_runtime(tmp_path, engine=engine, photo_seconds=0.1)
        made.append(runtime)
        key, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
        return Api(create_app(runtime), key)

    yield make
    for runtime in made:
        runtime.close()


TWO = draw_photo(["ada", "bob"])


@pytest.mark.parametrize("path", ["/detect", IDENTIFY])
def test_a_photo_that_takes_too_long_is_refused(
    make_api: Callable[[FakeEngine], Api], path: str
) -> None:
    answer = make_api(Endless()).send(path, photo=TWO)
    assert_problem(answer, 422, PhotoTakesTooLong.code)
    assert "Retry-After" not in answer.headers


def test_a_photo_that_waited_too_long_is_to_be_sent_again(
    make_api: Callable[[FakeEngine], Api],
) -> None:
    answer = make_api(Crowded()).send(IDENTIFY, photo=TWO)
    assert_problem(answer, 503, Overloaded.code)
    assert int(answer.headers["Retry-After"]) > 0


def test_of_two_photos_the_one_that_took_too_long_is_named(
    make_api: Callable[[FakeEngine], Api],
) -> None:
    answer = make_api(Endless()).send("/verify", photo_a=ADA, photo_b=TWO)
    assert assert_problem(answer, 422, PhotoTakesTooLong.code)["photo"] == "b"


def test_each_photo_of_a_batch_has_its_own_time(make_api: Callable[[FakeEngine], Api]) -> None:
    api = make_api(Endless())
    answer = api(
        "POST",
        f"{IDENTIFY}/batch",
        data={"photo": [photo_part(TWO), photo_part(ADA)]},
        content_type="multipart/form-data",
    )
    slow, quick = (json.loads(line) for line in answer.text.splitlines())
    assert slow["problem"]["code"] == PhotoTakesTooLong.code
    assert len(quick["identification"]["faces"]) == 1


def test_a_command_has_all_the_time_that_it_needs(tmp_path: Path) -> None:
    class Slow(FakeEngine):
        def analyze(
            self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
        ) -> Faces[Face]:
            assert budget is not None
            budget.note_wait(10_000)
            return super().analyze(image_rgb, detail=detail, budget=budget)

    runtime = make_runtime(tmp_path, engine=Slow(), photo_seconds=0.000_001)
    assert len(detect(acting(runtime.services), photo=Upload(TWO)).faces) == 2
    runtime.close()
