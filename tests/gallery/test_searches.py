import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from drawing import draw_photo
from mien.gallery import searches
from mien.gallery.enrol import enrol
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.identify import identify
from mien.gallery.searches import Searched
from mien.gallery.searches import last_searches
from mien.gallery.tools import Tools
from mien.gallery.whom import NamedPerson


def near(similarity: float) -> Searched:
    return Searched(similarity, examples=2, runner_up=0.3, likeness=0.1, legible=True)


def gallery_id(tools: Tools) -> str:
    return create_gallery(tools, name="club").id


def remembered(tools: Tools, gallery: str) -> tuple[Searched, ...]:
    tools.searches.flush()
    with tools.database.read() as session:
        return last_searches(session, gallery)


def test_numbers_are_remembered_and_nothing_else(tools: Tools) -> None:
    gallery = gallery_id(tools)
    tools.searches.note(gallery, [near(0.7)])
    assert remembered(tools, gallery) == (near(0.7),)


def test_a_search_of_a_name_is_remembered_once(tools: Tools) -> None:
    gallery = gallery_id(tools)
    for _ in range(2):
        tools.searches.note(gallery, [near(0.7)], once="photo")
        assert len(remembered(tools, gallery)) == 1


def test_only_the_last_searches_stay(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "KEPT", 3)
    gallery = gallery_id(tools)
    for number in range(6):
        tools.searches.note(gallery, [near(number / 10)])
    found = remembered(tools, gallery)
    assert len(found) == 3


def test_searches_go_with_their_gallery(tools: Tools) -> None:
    gallery = gallery_id(tools)
    tools.searches.note(gallery, [near(0.7)])
    assert len(remembered(tools, gallery)) == 1
    delete_gallery(tools, name="club")
    tools.searches.note(gallery, [near(0.7)])
    assert remembered(tools, gallery) == ()


def test_identifying_is_remembered(tools: Tools) -> None:
    gallery = gallery_id(tools)
    photo = draw_photo(["ada", "eve"])
    identify(tools, gallery="club", photo=photo)
    assert remembered(tools, gallery) == ()  # nobody to be compared with
    enrol(tools, gallery="club", photo=draw_photo(["ada"]), whom=NamedPerson("Ada"))
    [first, second] = identify(tools, gallery="club", photo=photo).answers
    told = {answer.candidates[0].similarity for answer in (first, second)}
    assert {each.similarity for each in remembered(tools, gallery)} == told


def test_searches_that_cannot_be_written_are_let_go_of_and_said(tools: Tools) -> None:
    gallery = gallery_id(tools)
    with tools.database.write() as session:
        session.execute(text("drop table search"))
    tools.searches.note(gallery, [near(0.7)])
    with capture_logs() as said:
        tools.searches.flush()
        tools.searches.flush()
    assert [(line["log_level"], line["rows"]) for line in said] == [("warning", 1)]


def test_searches_that_come_too_fast_are_let_go_of_and_said_once(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "_MOST_WAITING", 2)
    gallery = gallery_id(tools)
    for _ in range(2):
        with capture_logs() as said:
            for _ in range(4):
                tools.searches.note(gallery, [near(0.7)])
        assert [(line["log_level"], line["waiting"]) for line in said] == [("warning", 2)]
        tools.searches.flush()
    assert len(remembered(tools, gallery)) == 4
