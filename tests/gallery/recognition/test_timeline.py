"""Who is seen when in a video of drawn faces."""

import io
from collections.abc import Sequence

import pytest
from sqlalchemy import func
from sqlalchemy import select

from building import acting
from drawing import draw_photo
from drawing import draw_picture
from making_videos import make_video
from making_videos import video_library
from mien.access.actor import NOBODY
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import NotAuthenticated
from mien.errors import VideoRefused
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.recognition import timeline
from mien.gallery.recognition.timeline import Timeline
from mien.gallery.recognition.timeline import watch_video
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.storage.models import SearchRow
from mien.vision import quality_limits

RATE = 10


@pytest.fixture(scope="module", autouse=True)
def _library() -> None:
    video_library()


def film(*scenes: tuple[Sequence[str], float]) -> bytes:
    """Scenes of so many seconds, in which these people stand side by side."""
    return make_video(
        [
            draw_picture(list(people), size_wh=(640, 320))
            for people, seconds in scenes
            for _ in range(round(seconds * RATE))
        ],
        rate=RATE,
    )


def add(services: Services, person: str) -> None:
    source = Upload(draw_photo([person]))
    enrol(acting(services), gallery="default", source=source, subject=NamedPerson(person.title()))


def seen(services: Services, video: bytes, *, every: float = 0.5) -> Timeline:
    return watch_video(acting(services), gallery="default", file=io.BytesIO(video), every=every)


def told(line: Timeline) -> list[tuple[str | int, float, float]]:
    return [
        (
            each.person.name if each.person else each.unknown,
            round(each.start, 1),
            round(each.end, 1),
        )
        for each in line.appearances
    ]


def test_people_and_strangers_are_told_with_their_times(services: Services) -> None:
    add(services, "ada")
    video = film((["ada"], 3), ([], 3), (["cy"], 2), ([], 3), (["ada", "cy"], 2))
    line = seen(services, video)
    assert told(line) == [("Ada", 0, 3), (1, 6, 8), ("Ada", 11, 13), (1, 11, 13)]
    assert line.duration == pytest.approx(13, abs=0.2)
    assert line.pictures == 26
    ada = line.appearances[0]
    assert (ada.decision, ada.pictures, ada.agreeing) == ("match", 6, 6)
    assert ada.similarity is not None
    assert ada.similarity > 0.5
    assert ada.portrait.startswith(b"\xff\xd8")


def test_somebody_who_is_away_for_a_moment_was_there_all_the_time(services: Services) -> None:
    add(services, "ada")
    assert told(seen(services, film((["ada"], 2), ([], 1), (["ada"], 2)))) == [("Ada", 0, 5)]


def test_a_cut_from_one_to_another_in_the_same_place_is_seen(services: Services) -> None:
    add(services, "ada")
    add(services, "bob")
    line = seen(services, film((["ada"], 2), (["bob"], 2)))
    assert told(line) == [("Ada", 0, 2), ("Bob", 2, 4)]


@pytest.mark.parametrize("every", [0.2, 1.0, 2.0])
def test_other_paces(services: Services, every: float) -> None:
    add(services, "ada")
    line = seen(services, film((["ada"], 4), ([], 4), (["cy"], 2)), every=every)
    assert told(line) == [("Ada", 0, 4), (1, 8, 10)]


def test_a_face_that_is_followed_counts_as_one_search(services: Services) -> None:
    add(services, "ada")
    counted: list[str] = []
    services.observer.on_decision = counted.append
    seen(services, film((["ada"], 4), ([], 4), (["ada"], 2)))
    services.searches.flush()
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(SearchRow)) == 2
    assert counted == ["match", "match"]


def test_where_it_is_is_told_and_may_be_stopped(services: Services) -> None:
    moments: list[tuple[float, float | None]] = []

    class Enough(Exception):
        pass

    def tell(at: float, duration: float | None) -> None:
        moments.append((at, duration))
        if at >= 1:
            raise Enough

    with pytest.raises(Enough):
        watch_video(
            acting(services), gallery="default", file=io.BytesIO(film((["ada"], 3))), tell=tell
        )
    assert [at for at, _ in moments] == pytest.approx([0, 0.5, 1.0])
    assert moments[0][1] == pytest.approx(3, abs=0.2)


def test_too_many_faces_are_left_out_and_counted(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "MOST_PIECES", 1)
    line = seen(services, film((["ada"], 1), (["bob"], 1), (["cy"], 1)))
    assert len(line.appearances) == 1
    assert line.left_out == 2


def test_faces_too_small_to_be_told_apart_are_left_out(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality_limits, "LEGIBLE_SIZE_PX", 200)
    line = seen(services, film((["ada"], 2)))
    assert (told(line), line.left_out) == ([], 1)


def test_refusals(services: Services) -> None:
    video = film((["ada"], 0.5))
    with pytest.raises(InvalidInput):
        seen(services, video, every=0.01)
    with pytest.raises(VideoRefused):
        seen(services, b"no video")
    with pytest.raises(GalleryNotFound):
        watch_video(acting(services), gallery="none", file=io.BytesIO(video))
    with pytest.raises(NotAuthenticated):
        watch_video(Call(services, NOBODY), gallery="default", file=io.BytesIO(video))
