"""A video of real portraits, through the networks of the default pack."""

import io
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from filming import portrait_film
from making_videos import make_video
from making_videos import video_library
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.recognition.timeline import watch_video
from mien.gallery.services import Services
from mien.vision.pack_engine import PackEngine
from mien.vision.reader import ImageReader
from mien.vision.types import ImageRGB
from needs import shared_data
from packs_for_tests import real_pack

pytestmark = pytest.mark.models

IMAGES = "face_recognition/tests/test_images"
READER = ImageReader(max_bytes=10**8, max_pixels=10**8)
NAMES = ("obama.jpg", "obama2.jpg", "biden.jpg")
SECONDS, RATE = 2, 10


@pytest.fixture(scope="module")
def photos() -> dict[str, bytes]:
    video_library()
    folder = shared_data(*(f"{IMAGES}/{name}" for name in NAMES)) / IMAGES
    return {name: (folder / name).read_bytes() for name in NAMES}


def scene(photo: bytes) -> Iterator[ImageRGB]:
    return islice(portrait_film(READER.decode(photo).image_rgb), SECONDS * RATE)


def test_who_was_enrolled_is_named_and_a_stranger_who_comes_twice_is_one(
    photos: dict[str, bytes], tmp_path: Path
) -> None:
    scenes = ("obama.jpg", "biden.jpg", "obama.jpg", "biden.jpg")
    video = make_video((picture for name in scenes for picture in scene(photos[name])), rate=RATE)
    with (
        closing(PackEngine(real_pack("standard"))) as engine,
        closing(make_runtime(tmp_path / "home", engine=engine)) as runtime,
    ):
        check(runtime.services, photos["obama2.jpg"], video)


def check(services: Services, photo: bytes, video: bytes) -> None:
    create_gallery(acting(services), name="people")
    enrol(acting(services), gallery="people", source=Upload(photo), subject=NamedPerson("Barack"))
    line = watch_video(acting(services), gallery="people", file=io.BytesIO(video))
    told = [
        (each.person.name if each.person else each.unknown, each.start, each.end)
        for each in line.appearances
    ]
    assert [who for who, *_ in told] == ["Barack", 1, "Barack", 1]
    assert [start for _, start, _ in told] == pytest.approx([0, 2, 4, 6], abs=0.6)
    assert [end for *_, end in told] == pytest.approx([2, 4, 6, 8], abs=0.6)
