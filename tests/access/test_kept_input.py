import datetime as dt

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_user
from mien.access.kept_input import MOST_BYTES
from mien.access.kept_input import keep_input
from mien.access.kept_input import take_input
from mien.gallery.services import Services
from mien.storage.models import KeptInputRow
from mien.storage.models import now

CONTENT = {"values": {"name": "Ada"}}


@pytest.fixture
def root(services: Services) -> str:
    return make_user(services).id


def keep(services: Services, user_id: str, place: str = "/edit") -> str:
    kept = keep_input(acting(services), user_id=user_id, place=place, content=CONTENT)
    assert kept is not None
    return kept


def test_what_was_typed_is_given_once(services: Services, root: str) -> None:
    kept = keep(services, root)
    call = acting(services, root)
    assert take_input(call, kept_id=kept, place="/other") is None
    assert take_input(call, kept_id=kept, place="/edit") == CONTENT
    assert take_input(call, kept_id=kept, place="/edit") is None


def test_it_is_given_to_nobody_else(services: Services, root: str) -> None:
    eve = make_user(services, "eve", is_admin=False).id
    kept = keep(services, root)
    assert take_input(acting(services, eve), kept_id=kept, place="/edit") is None
    assert take_input(acting(services, root), kept_id=kept, place="/edit") == CONTENT


def test_it_is_gone_when_its_time_is_over(services: Services, root: str) -> None:
    kept = keep(services, root)
    with services.database.write() as session:
        session.execute(update(KeptInputRow).values(expires_at=now() - dt.timedelta(seconds=1)))
    assert take_input(acting(services, root), kept_id=kept, place="/edit") is None


def test_it_is_bounded_in_size_and_number(services: Services, root: str) -> None:
    large = {"notes": "x" * MOST_BYTES}
    assert keep_input(acting(services), user_id=root, place="/edit", content=large) is None
    assert keep_input(acting(services), user_id="nobody", place="/edit", content={}) is None
    first, *others = [keep(services, root, f"/{number}") for number in range(9)]
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(KeptInputRow)) == 8
    call = acting(services, root)
    assert take_input(call, kept_id=first, place="/0") is None
    assert take_input(call, kept_id=others[-1], place="/8") == CONTENT
