"""A name of which nothing is seen is none, whatever it is to be the name of."""

from collections.abc import Callable

import pytest

from building import acting
from looking import rows_of
from mien.access.api_keys import create_key
from mien.access.first_administrator import finish_setup
from mien.access.first_administrator import issue_link
from mien.access.users import add_user
from mien.errors import InvalidInput
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.services import Call
from mien.gallery.services import Services

GOOD = "correct horse battery"


def _first_administrator(call: Call, name: str) -> None:
    finish_setup(call, secret=issue_link(call) or "", name=name, password=GOOD)


def _new_name(call: Call, name: str) -> None:
    person = create_person(call, gallery="default", name="Ada")
    change_person(call, gallery="default", person_id=person.id, name=name)


NAMED: dict[str, Callable[[Call, str], object]] = {
    "first administrator": _first_administrator,
    "user": lambda call, name: add_user(call, name=name, password=GOOD, is_admin=False),
    "key": lambda call, name: create_key(call, name=name, scopes=["read"]),
    "gallery": lambda call, name: create_gallery(call, name=name),
    "new gallery that is shown as": lambda call, name: create_gallery(
        call, name="club", settings={"display_name": name}
    ),
    "gallery that is shown as": lambda call, name: change_gallery(
        call, name="default", settings={"display_name": name}
    ),
    "person": lambda call, name: create_person(call, gallery="default", name=name),
    "person that is renamed": _new_name,
}


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("name", ["\u200b\u2060", "\u3164", "\u2800 \u00ad", "\ufe0f"])
def test_a_name_that_nobody_sees_is_refused(services: Services, kind: str, name: str) -> None:
    with pytest.raises(InvalidInput):
        NAMED[kind](acting(services), name)
    assert set(rows_of(services)) <= {
        "gallery",
        "installation",
        "person",
        "event",
        "change",
        "change_subject",
    }
