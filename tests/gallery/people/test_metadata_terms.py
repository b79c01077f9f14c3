"""People are chosen by their metadata alike in SQLite and PostgreSQL."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from building import acting
from mien.errors import InvalidInput
from mien.gallery.people.metadata_terms import MOST_TERMS
from mien.gallery.people.metadata_terms import TERM_LENGTH
from mien.gallery.people.metadata_terms import parse_terms
from mien.gallery.people.metadata_terms import saying
from mien.gallery.people.people import create_person
from mien.gallery.services import Services
from mien.storage.models import PersonRow

PEOPLE: dict[str, dict[str, Any]] = {
    "night": {"team": "night", "level": 3, "vip": True, "größe": "klein"},
    "day": {"team": "day", "level": 3.0, "vip": False, "note": 'says "night"'},
    "both": {"team": ["night", "day"], "level": "3", "vip": "true"},
    "deep": {"team": {"team": "night"}, "level": [3, 4], "tags": [["night"]]},
    "none": {},
    "other": {"night": "team", "Team": "night", "level": None, "empty": "", "wild": "a%b_c"},
    "large": {"number": 10**30, "real": 0.5},
}


def chosen(services: Services, *terms: str) -> set[str]:
    with services.database.read() as session:
        found = session.scalars(
            select(PersonRow.name).where(*saying(session, parse_terms(terms)))
        ).all()
    return set(found)


def people_of(services: Services) -> Services:
    for name, metadata in PEOPLE.items():
        create_person(acting(services), gallery="default", name=name, metadata=metadata)
    return services


@pytest.fixture
def peopled(either: Services) -> Services:
    return people_of(either)


def test_people_are_chosen_by_what_their_metadata_say(peopled: Services) -> None:
    expected = {
        "team=night": {"night", "both"},
        "team=day": {"day", "both"},
        "team = night ": {"night", "both"},
        "Team=night": {"other"},
        "team=Night": set(),
        "team=nigh": set(),
        "team=n%": set(),
        "level=3": {"night", "day", "both", "deep"},
        "level=3.0": {"night", "day", "deep"},
        "level=4": {"deep"},
        "level=null": set(),
        "vip=true": {"night", "both"},
        "vip=false": {"day"},
        "vip=1": set(),
        "größe=klein": {"night"},
        "empty=": {"other"},
        "team=": set(),
        "nobody=has": set(),
        "tags=night": set(),
        "wild=a%b_c": {"other"},
        "wild=aXb_c": set(),
        "real=5e-1": {"large"},
        f"number={10**30}": {"large"},
        'note=says "night"': {"day"},
        "note=NaN": set(),
        "note=1e999": set(),
        f"note={'9' * 400}": set(),
    }
    assert {term: chosen(peopled, term) for term in expected} == expected


def test_all_terms_must_hold_and_none_chooses_everybody(peopled: Services) -> None:
    assert chosen(peopled, "team=night", "level=3", "vip=true") == {"night", "both"}
    assert chosen(peopled, "team=night", "team=day") == {"both"}
    assert chosen(peopled, "team=night", "level=4") == set()
    assert chosen(peopled) == set(PEOPLE)


@pytest.mark.sqlite
def test_metadata_that_no_database_reads_hide_nobody_else(services: Services) -> None:
    """Nested deeper than SQLite reads, as only an older version can have stored it.

    PostgreSQL checks what it stores.
    """
    peopled = people_of(services)
    deep = "[" * 2500 + '"night"' + "]" * 2500
    with peopled.database.write() as session:
        session.connection().exec_driver_sql(
            "update person set metadata = ? where name = 'none'",
            (json.dumps({"team": "night"})[:-1] + f', "deep": {deep}}}',),
        )
    assert chosen(peopled, "team=night") == {"night", "both"}


def test_what_is_no_term_is_refused() -> None:
    for texts, key in (
        (["night"], "invalid_input.term_form"),
        (["=night"], "invalid_input.term_form"),
        (["  = night"], "invalid_input.term_form"),
        ([""], "invalid_input.term_form"),
        (["a=" + "b" * TERM_LENGTH], "invalid_input.term_too_long"),
        (["a=\x00"], "invalid_input.term_characters"),
        (["a=\ud800"], "invalid_input.term_characters"),
        ([f"a={number}" for number in range(MOST_TERMS + 1)], "invalid_input.terms_too_many"),
    ):
        with pytest.raises(InvalidInput) as caught:
            parse_terms(texts)
        assert (caught.value.key, caught.value.field) == (key, "where")


def test_a_value_may_have_equals_signs_and_a_term_counts_once() -> None:
    one, other = parse_terms(["a=b=c", " a = b=c ", "d=e"])
    assert (one.key, one.value, str(other)) == ("a", "b=c", "d=e")
