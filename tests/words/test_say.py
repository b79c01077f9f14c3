"""Sentences are made at the doors, of keys and values."""

from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import NoFaceFound
from mien.errors import Objection
from mien.errors import PackInvalid
from mien.errors import PhotoNotGoodEnough
from mien.words import say

SMALL = Objection(code="too_small", figure=39.97, limit=40.0, unit="pixels")
TURNED = Objection(code="turned_away", figure=75.01, limit=75.0, unit="%")


def test_a_sentence_is_made_of_the_words_and_of_what_machines_get() -> None:
    error = InvalidInput("setting", words={"why": "it is odd"}, field="MIEN_PORT")
    assert say.error(error) == "MIEN_PORT is not valid: it is odd."
    assert say.facts(error) == {"field": "MIEN_PORT"}


def test_an_error_itself_tells_no_value() -> None:
    error = InvalidInput("confirm_name", words={"name": "Ada"}, field="name")
    assert (str(error), error.key, error.code) == (
        "invalid_input.confirm_name",
        "invalid_input.confirm_name",
        "invalid_input",
    )
    assert "Ada" not in repr(error)


def test_an_error_within_an_error_is_its_sentence() -> None:
    inner = PackInvalid("name_taken", words={"name": "own"})
    error = PackInvalid("not_usable", words={"path": "own.toml", "why": inner})
    assert say.error(error) == f"Cannot use own.toml. {say.error(inner)}"


def test_all_reasons_are_told_and_what_to_do_about_the_first() -> None:
    error = PhotoNotGoodEnough(reasons=(SMALL, TURNED))
    assert say.error(error) == (
        f"This face was not stored. {say.objection(SMALL).what} {say.objection(TURNED)}".replace(
            say.objection(TURNED).advice, say.objection(SMALL).advice
        )
    )
    assert say.facts(error)["reasons"][0] == {
        "code": "too_small",
        "detail": "The face is 39 pixels wide; at least 40 are required.",
        "advice": say.objection(SMALL).advice,
        "figure": 40.0,
        "limit": 40.0,
        "unit": "pixels",
    }


def test_a_figure_never_reads_like_the_limit_that_it_misses() -> None:
    assert "is 39 pixels" in say.objection(SMALL).what
    assert "by 76 %" in say.objection(TURNED).what


def test_a_door_may_speak_another_language() -> None:
    assert say.error(NameTaken("gallery"), translate=str.upper) == (
        "A GALLERY WITH THIS NAME ALREADY EXISTS."
    )


def test_a_mistake_in_the_catalogue_hides_no_error() -> None:
    assert say.error(NameTaken("of_nothing")) == "Something went wrong: name_taken.of_nothing."
    assert say.error(NoFaceFound()) == "Something went wrong: no_face_found."
