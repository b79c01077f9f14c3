import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from building import acting
from drawing import draw_photo
from mien.gallery import search_log as searches
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.recognition.identify import identify
from mien.gallery.search_log import SearchRecord
from mien.gallery.search_log import last_searches
from mien.gallery.services import Services


def near(similarity: float) -> SearchRecord:
    return SearchRecord(similarity, examples=2, runner_up=0.3, similarity_to_best=0.1, legible=True)


def gallery_id(services: Services) -> str:
    return create_gallery(acting(services), name="club").id


def contract(services: Services) -> str:
    return services.engine.summary.contract_id


def remembered(services: Services, gallery: str) -> tuple[SearchRecord, ...]:
    services.searches.flush()
    with services.database.read() as session:
        return last_searches(session, gallery)


def test_numbers_are_remembered_and_nothing_else(services: Services) -> None:
    gallery = gallery_id(services)
    services.searches.note(gallery, [near(0.7)], contract_id=contract(services))
    assert remembered(services, gallery) == (near(0.7),)


def test_only_the_last_searches_stay(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "KEPT", 3)
    gallery = gallery_id(services)
    for number in range(6):
        services.searches.note(gallery, [near(number / 10)], contract_id=contract(services))
    found = remembered(services, gallery)
    assert len(found) == 3


def test_searches_go_with_their_gallery(services: Services) -> None:
    gallery = gallery_id(services)
    services.searches.note(gallery, [near(0.7)], contract_id=contract(services))
    assert len(remembered(services, gallery)) == 1
    delete_gallery(acting(services), name="club")
    services.searches.note(gallery, [near(0.7)], contract_id=contract(services))
    assert remembered(services, gallery) == ()


def test_what_was_compared_under_another_contract_is_let_go_of(services: Services) -> None:
    gallery = gallery_id(services)
    services.searches.note(gallery, [near(0.7)], contract_id="former")
    services.searches.note(gallery, [near(0.6)], contract_id=contract(services))
    assert remembered(services, gallery) == (near(0.6),)


def test_identifying_is_remembered(services: Services) -> None:
    gallery = gallery_id(services)
    photo = draw_photo(["ada", "eve"])
    identify(acting(services), gallery="club", photo=Upload(photo))
    assert remembered(services, gallery) == ()  # nobody to be compared with
    enrol(
        acting(services),
        gallery="club",
        source=Upload(draw_photo(["ada"])),
        subject=NamedPerson("Ada"),
    )
    [first, second] = identify(acting(services), gallery="club", photo=Upload(photo)).answers
    told = {answer.candidates[0].similarity for answer in (first, second)}
    assert {each.similarity for each in remembered(services, gallery)} == told


def test_searches_that_cannot_be_written_are_let_go_of_and_said(services: Services) -> None:
    gallery = gallery_id(services)
    with services.database.write() as session:
        session.execute(text("drop table search"))
    services.searches.note(gallery, [near(0.7)], contract_id=contract(services))
    with capture_logs() as said:
        services.searches.flush()
        services.searches.flush()
    assert [(line["log_level"], line["rows"]) for line in said] == [("warning", 1)]


def test_searches_that_come_too_fast_are_let_go_of_and_said_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "_MOST_WAITING", 2)
    gallery = gallery_id(services)
    for _ in range(2):
        with capture_logs() as said:
            for _ in range(4):
                services.searches.note(gallery, [near(0.7)], contract_id=contract(services))
        assert [(line["log_level"], line["waiting"]) for line in said] == [("warning", 2)]
        services.searches.flush()
    assert len(remembered(services, gallery)) == 4
