import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import make_runtime
from drawing import draw_photo
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.gallery.enrol import enrol
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.identify import identify
from mien.gallery.tools import Tools
from mien.gallery.weigh import Setting
from mien.gallery.weigh import weigh
from mien.gallery.weigh import weigh_all
from mien.gallery.whom import NamedPerson
from mien.storage.models import SearchRow
from mien.storage.models import now
from mien.vision.fake import FakeEngine


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    runtime = make_runtime(tmp_path, engine=FakeEngine(calibrated=True))
    yield runtime.tools
    runtime.close()


def remember(tools: Tools, *similarities: float, runner_up: float | None = None) -> None:
    """Searches of the default gallery that came so near."""
    gallery = show_gallery(tools, name="default")
    with tools.database.write() as session:
        session.add_all(
            SearchRow(
                id=str(uuid.uuid4()),
                gallery_id=gallery.id,
                at=now(),
                similarity=similarity,
                examples=1,
                runner_up=runner_up,
                likeness=0.0,
                legible=True,
            )
            for similarity in similarities
        )


def people(tools: Tools, *names: str, drawn_as: str = "") -> None:
    for size, name in enumerate(names):
        photo = draw_photo([drawn_as or name], face_px=120 - 20 * size)
        enrol(tools, gallery="default", photo=photo, whom=NamedPerson(name))


def test_a_searched_face_is_weighed_as_it_was_answered(tools: Tools) -> None:
    people(tools, "ada")
    told = identify(tools, gallery="default", photo=draw_photo(["ada", "cy"], face_px=100))
    weighed = weigh(tools, gallery="default")
    assert weighed.point.threshold == told.threshold
    assert weighed.decisions == {"match": 1, "ambiguous": 0, "unknown": 1}
    assert weighed.searches == 2


def test_a_smaller_accepted_error_never_names_more(tools: Tools) -> None:
    people(tools, "ada", "bob")
    remember(tools, *(step / 50 for step in range(10, 50)))
    settings = [Setting(accepted_fpir=10.0**-power) for power in range(1, 6)]
    weighed = weigh_all(tools, gallery="default", settings=settings)
    thresholds = [each.point.threshold for each in weighed]
    assert thresholds == sorted(thresholds)
    unknown = [each.decisions["unknown"] for each in weighed]
    assert unknown == sorted(unknown)
    assert unknown[0] < unknown[-1]
    assert [each.searches for each in weighed] == [40] * 5


def test_all_together_are_weighed_as_each_alone(tools: Tools) -> None:
    people(tools, "ada", "bob")
    remember(tools, 0.3, 0.45, 0.6, runner_up=0.28)
    change_gallery(tools, name="default", threshold=0.5)
    settings = [Setting(), Setting(accepted_fpir=0.1), Setting(threshold=0.2)]
    assert weigh_all(tools, gallery="default", settings=settings) == tuple(
        weigh(
            tools,
            gallery="default",
            accepted_fpir=each.accepted_fpir,
            threshold=each.threshold,
        )
        for each in settings
    )
    assert weigh(tools, gallery="default").point.threshold == 0.5


def test_two_who_look_alike_are_counted_both(tools: Tools) -> None:
    people(tools, "ada", "ada again", drawn_as="ada")
    people(tools, "bob")
    assert weigh(tools, gallery="default").alike == 2
    assert weigh(tools, gallery="default", threshold=0.999).alike == 0
    assert weigh(tools, gallery="default").compared == 3


def test_weighing_changes_nothing(tools: Tools) -> None:
    before = show_gallery(tools, name="default")
    weigh(tools, gallery="default", accepted_fpir=0.1)
    assert show_gallery(tools, name="default") == before


def test_an_empty_gallery_weighs_nothing(tools: Tools) -> None:
    weighed = weigh(tools, gallery="default")
    assert (weighed.searches, weighed.compared, weighed.alike) == (0, 0, 0)


def test_what_is_rarer_than_the_data_can_speak_of_is_the_least_rate(tools: Tools) -> None:
    people(tools, "ada", "bob")
    point = weigh(tools, gallery="default").point
    assert point.expected_rate(0.99) == point.least_expected_rate > 0
    assert (point.expected_rate(0.3) or 0) > point.least_expected_rate


def test_figures_out_of_range_and_galleries_that_are_not_there_are_refused(tools: Tools) -> None:
    with pytest.raises(InvalidInput):
        weigh(tools, gallery="default", accepted_fpir=2)
    with pytest.raises(InvalidInput):
        weigh(tools, gallery="default", threshold=2)
    with pytest.raises(GalleryNotFound):
        weigh(tools, gallery="none")
