"""What is measured is what the server answers."""

from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from labelled import draw_people
from mien.evaluation.acquire import acquire
from mien.evaluation.figures import OperatingSettings
from mien.evaluation.photos import photos_of_people
from mien.evaluation.searches import search_split
from mien.evaluation.split import split_people
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.recognition.identify import identify
from mien.vision.fake import FakeEngine

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("threshold", [None, 0.85])
def test_a_search_is_answered_as_the_server_answers_it(
    tmp_path: Path, threshold: float | None
) -> None:
    folder = draw_people(
        tmp_path / "set", {**{f"p{number}": 4 for number in range(6)}, "q": 1, "r": 1}
    )
    runtime = make_runtime(tmp_path, engine=FakeEngine(calibrated=True))
    services = runtime.services
    gallery = create_gallery(
        acting(services),
        name="staff",
        settings={"threshold": threshold, "accepted_fpir": 0.01, "gate": "off"},
    )
    split = split_people(photos_of_people(folder), enrolled="all", examples=2, seed=3)
    for person, photos in split.gallery.items():
        for photo in photos:
            enrol(
                acting(services),
                gallery="staff",
                source=Upload((folder / photo).read_bytes()),
                subject=NamedPerson(person),
            )
    acquired = acquire(services.engine, services.reader, folder, split.photos, face="largest")
    searched = search_split(
        split,
        acquired.samples,
        summary=services.engine.summary,
        settings=OperatingSettings(
            "staff", gallery.settings.accepted_fpir, gallery.settings.accepted_fmr, threshold
        ),
    )
    searches = [*searched.probes, *searched.strangers]
    assert len(searches) == 14
    for search in searches:
        found = identify(
            acting(services), gallery="staff", photo=Upload((folder / search.photo).read_bytes())
        )
        told = found.answers[0]
        assert found.point.threshold == pytest.approx(searched.point.threshold, abs=1e-9)
        assert search.best is not None
        assert search.verdict is not None
        assert search.best.person_id == told.candidates[0].person.name
        assert search.best.similarity == pytest.approx(told.candidates[0].similarity, abs=1e-6)
        assert search.verdict.decision == told.decision
        assert search.verdict.doubts == told.doubts
        assert search.verdict.expected_false_match_rate == pytest.approx(
            told.expected_false_match_rate, rel=1e-3
        )
    runtime.close()
