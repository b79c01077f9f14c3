"""Who stands in the way of a match, and what is said of the two."""

from typing import Any

from mien.decision.operating_point import OperatingPoint
from mien.gallery.results import Answer
from mien.gallery.results import Candidate
from mien.gallery.results import PersonRef
from mien.options import Doubt
from mien.vision.fake import FakeEngine
from mien.web.pages.faces import CandidateView
from mien.web.pages.faces import Rival
from mien.web.pages.identify import _rival

POINT = OperatingPoint(0.4, 0.001, 10, 10, FakeEngine(calibrated=True).summary.calibration)
SECOND = 0.6 - 1.2 * POINT.margin(None)
ALIKE = 0.7


def candidate(name: str, similarity: float, to_best: float | None, *, same: bool) -> Candidate:
    return Candidate(
        person_id=name,
        similarity=similarity,
        face_id=name,
        example_similarity=similarity,
        similarity_to_best=to_best,
        person=PersonRef(name, name),
        may_be_same_person=same,
    )


def rival(doubt: Doubt) -> Rival | None:
    candidates = (
        candidate("a", 0.6, None, same=False),
        candidate("a again", 0.59, 0.9, same=True),
        candidate("b", SECOND, ALIKE, same=False),
    )
    views = tuple(CandidateView(each.person_id, "", "", each.similarity) for each in candidates)
    not_looked_at: Any = None
    answer = Answer(
        number=1,
        face=not_looked_at,
        decision="ambiguous",
        doubts=(doubt,),
        candidates=candidates,
    )
    return _rival(answer, views, POINT)


def test_people_who_look_alike_are_said_to_be_as_alike_as_their_own_photos_are() -> None:
    found = rival("look_alike")
    assert found is not None
    assert found.candidate.person_id == "b"
    assert found.similarity == ALIKE
    assert found.lead_needed == POINT.margin(ALIKE)


def test_who_may_be_the_same_person_stands_in_the_way_of_nobody() -> None:
    found = rival("close_runner_up")
    assert found is not None
    assert found.candidate.person_id == "b"
    assert found.lead_needed == POINT.margin(None)
