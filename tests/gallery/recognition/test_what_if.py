import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.what_if import Setting
from mien.gallery.recognition.what_if import weigh
from mien.gallery.recognition.what_if import weigh_all
from mien.gallery.services import Services
from mien.storage.models import SearchRow
from mien.storage.models import now
from mien.vision.fake import FakeEngine


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    runtime = make_runtime(tmp_path, engine=FakeEngine(calibrated=True))
    yield runtime.services
    runtime.close()


def remember(services: Services, *similarities: float, runner_up: float | None = None) -> None:
    """Searches of the default gallery that came so near."""
    gallery = show_gallery(acting(services), name="default")
    with services.database.write() as session:
        session.add_all(
            SearchRow(
                id=str(uuid.uuid4()),
                gallery_id=gallery.id,
                at=now(),
                similarity=similarity,
                examples=1,
                runner_up=runner_up,
                similarity_to_best=0.0,
                legible=True,
            )
            for similarity in similarities
        )


def people(services: Services, *names: str, drawn_as: str = "") -> None:
    for size, name in enumerate(names):
        photo = draw_photo([drawn_as or name], face_px=120 - 20 * size)
        enrol(acting(services), gallery="default", source=Upload(photo), subject=NamedPerson(name))


def test_a_searched_face_is_weighed_as_it_was_answered(services: Services) -> None:
    people(services, "ada")
    told = identify(
        acting(services), gallery="default", photo=Upload(draw_photo(["ada", "cy"], face_px=100))
    )
    weighed = weigh(acting(services), gallery="default")
    assert weighed.point.threshold == told.threshold
    assert weighed.decisions == {"match": 1, "ambiguous": 0, "unknown": 1}
    assert weighed.searches == 2


def test_a_smaller_accepted_error_never_names_more(services: Services) -> None:
    people(services, "ada", "bob")
    remember(services, *(step / 50 for step in range(10, 50)))
    settings = [Setting(accepted_fpir=10.0**-power) for power in range(1, 6)]
    weighed = weigh_all(acting(services), gallery="default", settings=settings)
    thresholds = [each.point.threshold for each in weighed]
    assert thresholds == sorted(thresholds)
    unknown = [each.decisions["unknown"] for each in weighed]
    assert unknown == sorted(unknown)
    assert unknown[0] < unknown[-1]
    assert [each.searches for each in weighed] == [40] * 5


def test_all_together_are_weighed_as_each_alone(services: Services) -> None:
    people(services, "ada", "bob")
    remember(services, 0.3, 0.45, 0.6, runner_up=0.28)
    change_gallery(acting(services), name="default", settings={"threshold": 0.5})
    settings = [Setting(), Setting(accepted_fpir=0.1), Setting(threshold=0.2)]
    assert weigh_all(acting(services), gallery="default", settings=settings) == tuple(
        weigh(
            acting(services),
            gallery="default",
            accepted_fpir=each.accepted_fpir,
            threshold=each.threshold,
        )
        for each in settings
    )
    assert weigh(acting(services), gallery="default").point.threshold == 0.5


def test_two_who_look_alike_are_counted_both(services: Services) -> None:
    people(services, "ada", "ada again", drawn_as="ada")
    people(services, "bob")
    assert weigh(acting(services), gallery="default").alike == 2
    assert weigh(acting(services), gallery="default", threshold=0.999).alike == 0
    assert weigh(acting(services), gallery="default").compared == 3


def test_weighing_changes_nothing(services: Services) -> None:
    before = show_gallery(acting(services), name="default")
    weigh(acting(services), gallery="default", accepted_fpir=0.1)
    assert show_gallery(acting(services), name="default") == before


def test_an_empty_gallery_weighs_nothing(services: Services) -> None:
    weighed = weigh(acting(services), gallery="default")
    assert (weighed.searches, weighed.compared, weighed.alike) == (0, 0, 0)


def test_what_is_rarer_than_the_data_can_speak_of_is_the_least_rate(services: Services) -> None:
    people(services, "ada", "bob")
    point = weigh(acting(services), gallery="default").point
    assert point.expected_rate(0.99) == point.least_expected_rate > 0
    assert (point.expected_rate(0.3) or 0) > point.least_expected_rate


def test_figures_out_of_range_and_galleries_that_are_not_there_are_refused(
    services: Services,
) -> None:
    with pytest.raises(InvalidInput):
        weigh(acting(services), gallery="default", accepted_fpir=2)
    with pytest.raises(InvalidInput):
        weigh(acting(services), gallery="default", threshold=2)
    with pytest.raises(GalleryNotFound):
        weigh(acting(services), gallery="none")
