"""Accounts, the set-up link and sign-ins."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from building import acting
from building import make_user
from looking import bytes_of
from looking import rows_of
from mien.access.api_keys import create_key
from mien.access.change_password import change_password
from mien.access.first_administrator import check_link
from mien.access.first_administrator import finish_setup
from mien.access.first_administrator import issue_link
from mien.access.first_administrator import setup_needed
from mien.access.sign_ins import SignIn
from mien.access.sign_ins import end_sign_in
from mien.access.sign_ins import list_sign_ins
from mien.access.sign_ins import open_sign_in
from mien.access.sign_ins import sign_in
from mien.access.sign_ins import who_is
from mien.access.sign_out_user import sign_out_user
from mien.access.users import User
from mien.access.users import add_user
from mien.access.users import list_users
from mien.access.users import remove_user
from mien.access.users import set_password
from mien.errors import InvalidInput
from mien.errors import LastAdministrator
from mien.errors import NameTaken
from mien.errors import NotAuthenticated
from mien.errors import NotFound
from mien.errors import NotPermitted
from mien.errors import SetupFinished
from mien.errors import SetupLinkInvalid
from mien.errors import UserNotFound
from mien.errors import WrongCredentials
from mien.gallery.services import Services
from mien.storage.models import SignInRow
from mien.storage.models import now

GOOD = "correct horse battery"
HOUR = 3600


def add(services: Services, name: str = "root", *, is_admin: bool = True) -> User:
    return add_user(acting(services), name=name, password=GOOD, is_admin=is_admin)


def enter(services: Services, name: str = "root", password: str = GOOD) -> str:
    secret, _ = sign_in(
        acting(services), name=name, password=password, browser="test", lasts_seconds=HOUR
    )
    return secret


def whose(services: Services, secret: str, *, most_seconds: int = 24 * HOUR) -> SignIn:
    return who_is(acting(services), secret=secret, lasts_seconds=HOUR, most_seconds=most_seconds)


def let_in(services: Services, user: User) -> str:
    secret, _ = open_sign_in(acting(services), user_id=user.id, browser="", lasts_seconds=HOUR)
    return secret


# The set-up link


def test_the_link_works_once_and_makes_an_administrator(services: Services) -> None:
    assert setup_needed(acting(services))
    secret = issue_link(acting(services))
    assert secret is not None
    check_link(acting(services), secret=secret)
    user = finish_setup(acting(services), secret=secret, name=" Root ", password=GOOD)
    assert (user.name, user.is_admin) == ("Root", True)
    assert not setup_needed(acting(services))
    assert issue_link(acting(services)) is None
    with pytest.raises(SetupFinished):
        check_link(acting(services), secret=secret)
    with pytest.raises(SetupFinished):
        finish_setup(acting(services), secret=secret, name="second", password=GOOD)
    assert "installation" not in rows_of(services)


def test_only_the_newest_link_works(services: Services) -> None:
    old, new = issue_link(acting(services)), issue_link(acting(services))
    assert old is not None
    assert new is not None
    with pytest.raises(SetupLinkInvalid):
        check_link(acting(services), secret=old)
    check_link(acting(services), secret=new)


@pytest.mark.parametrize("secret", ["", "wrong", "\ud800", "ü" * 10_000])
def test_a_wrong_link_is_refused(services: Services, secret: str) -> None:
    issue_link(acting(services))
    with pytest.raises(SetupLinkInvalid):
        finish_setup(acting(services), secret=secret, name="root", password=GOOD)
    assert list_users(acting(services)) == ()


def test_without_a_link_nobody_sets_up(services: Services) -> None:
    with pytest.raises(SetupLinkInvalid):
        check_link(acting(services), secret="")


def test_a_link_survives_a_form_filled_in_wrongly(services: Services) -> None:
    add(services, "Root", is_admin=False)
    secret = issue_link(acting(services))
    assert secret is not None
    for name, password, error in (
        ("", GOOD, InvalidInput),
        ("a", "short", InvalidInput),
        ("ROOT", GOOD, NameTaken),
    ):
        with pytest.raises(error):
            finish_setup(acting(services), secret=secret, name=name, password=password)
    finish_setup(acting(services), secret=secret, name="somebody else", password=GOOD)


def test_no_secret_is_kept(services: Services, home: Path) -> None:
    link = issue_link(acting(services))
    add(services, is_admin=False)
    cookie = enter(services)
    key, _ = create_key(acting(services), name="k", scopes=["read"])
    kept = bytes_of(home)
    for secret in (link, cookie, key, GOOD):
        assert secret is not None
        assert secret.encode() not in kept


# Accounts


def test_accounts_have_names_that_are_given_once(services: Services) -> None:
    add(services, "Root")
    with pytest.raises(NameTaken):
        add(services, "ROOT")
    add(services, "eve", is_admin=False)
    assert [(user.name, user.is_admin) for user in list_users(acting(services))] == [
        ("eve", False),
        ("Root", True),
    ]


EASY = (
    "1234567890",
    "password12",
    "P@ssw0rd123",
    "qwertyuiop",
    "letmein1234",
    "administrator",
    "aaaaaaaaaaaa",
    "mienmienmien",
    "facerecognition",
    "Ada Lovelace",
    "adalovelace1",
    "lovelaceada!",
    "ADALOVELACE",
    "Password2024!",
    "Welcome2025!",
    "!Dragon2024",
)


@pytest.mark.parametrize("password", EASY)
def test_a_password_that_anybody_would_try_is_refused_wherever_it_is_set(
    services: Services, password: str
) -> None:
    with pytest.raises(InvalidInput, match=r"invalid_input\.password_easy"):
        add_user(acting(services), name="Ada Lovelace", password=password, is_admin=False)
    user = add_user(acting(services), name="Ada Lovelace", password=GOOD, is_admin=False)
    with pytest.raises(InvalidInput, match=r"invalid_input\.password_easy"):
        change_password(
            acting(services, user.id),
            user_id=user.id,
            old_password=GOOD,
            new_password=password,
        )
    with pytest.raises(InvalidInput, match=r"invalid_input\.password_easy"):
        set_password(acting(services), name="Ada Lovelace", password=password)


@pytest.mark.parametrize("password", ["a long walk by the sea", "Xk7$wq-pl2", "слово за слово 7"])
def test_a_password_that_is_not_easy_is_taken(services: Services, password: str) -> None:
    add_user(acting(services), name="Ada Lovelace", password=password, is_admin=False)
    enter(services, "ada lovelace", password)


def test_a_long_password_takes_no_long_time_to_judge(services: Services) -> None:
    password = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(4))
    add_user(acting(services), name="Ada", password=password, is_admin=False)


def test_the_operator_sets_a_password_that_was_lost(services: Services) -> None:
    user = add_user(acting(services), name="Ada", password=GOOD, is_admin=False)
    secret = enter(services, "Ada")
    set_password(acting(services), name="ADA", password="another password of hers")
    with pytest.raises(NotAuthenticated):
        whose(services, secret)
    with pytest.raises(WrongCredentials):
        enter(services, "Ada")
    enter(services, "Ada", "another password of hers")
    with pytest.raises(NotPermitted):
        set_password(acting(services, user.id), name="Ada", password=GOOD)


@pytest.mark.parametrize("password", ["", "123456789", "a" * 257, "\ud800" * 12])
def test_a_password_is_text_of_some_length(services: Services, password: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        add_user(acting(services), name="root", password=password, is_admin=True)
    assert caught.value.field == "password"


def test_the_last_administrator_stays(services: Services) -> None:
    make_user(services, "root")
    make_user(services, "eve", is_admin=False)
    with pytest.raises(LastAdministrator):
        remove_user(acting(services), name="ROOT")
    make_user(services, "second")
    assert remove_user(acting(services), name="Root").name == "root"
    assert remove_user(acting(services), name="eve").name == "eve"
    with pytest.raises(UserNotFound):
        remove_user(acting(services), name="eve")


def test_whoever_is_removed_is_signed_out(services: Services) -> None:
    make_user(services)
    secret = let_in(services, make_user(services, "eve", is_admin=False))
    remove_user(acting(services), name="eve")
    with pytest.raises(NotAuthenticated):
        whose(services, secret)


def test_a_new_password_ends_every_sign_in(services: Services) -> None:
    user = add(services)
    here, elsewhere = let_in(services, user), let_in(services, user)

    def change(old: str, new: str, user_id: str = user.id) -> None:
        change_password(
            acting(services),
            user_id=user_id,
            old_password=old,
            new_password=new,
        )

    with pytest.raises(WrongCredentials):
        change("wrong password", "another password")
    with pytest.raises(InvalidInput):
        change(GOOD, "short")
    with pytest.raises(UserNotFound):
        change(GOOD, "another password", "nobody")
    change(GOOD, "another password")
    for secret in (here, elsewhere):
        with pytest.raises(NotAuthenticated):
            whose(services, secret)
    with pytest.raises(WrongCredentials):
        enter(services)
    enter(services, password="another password")


# Sign-ins


@pytest.mark.parametrize(
    ("name", "password"),
    [("root", "wrong password"), ("nobody", GOOD), ("root", ""), ("", ""), ("root", "\ud800")],
)
def test_wrong_credentials_do_not_say_which_of_the_two_is_wrong(
    services: Services, name: str, password: str
) -> None:
    add(services)
    with pytest.raises(WrongCredentials) as caught:
        enter(services, name, password)
    assert caught.value.key == "wrong_credentials"


def test_a_cookies_secret_stands_for_its_sign_in(services: Services) -> None:
    user = add(services)
    found = whose(services, enter(services, "ROOT"))
    assert found.user == user
    assert found.browser == "test"
    for secret in ("", "wrong", "\ud800"):
        with pytest.raises(NotAuthenticated):
            whose(services, secret)


def test_a_sign_in_lasts_from_its_last_use(services: Services) -> None:
    secret = let_in(services, make_user(services))

    def backdate(**times: dt.datetime) -> None:
        with services.database.write() as session:
            row = session.scalars(select(SignInRow)).one()
            for name, time in times.items():
                setattr(row, name, time)

    soon = now() + dt.timedelta(seconds=10)
    backdate(seen_at=now() - dt.timedelta(minutes=6), expires_at=soon)
    whose(services, secret)
    assert whose(services, secret).expires_at > soon
    backdate(expires_at=now() - dt.timedelta(seconds=1))
    with pytest.raises(NotAuthenticated):
        whose(services, secret)


def test_a_sign_in_ends_after_a_time_however_often_it_is_used(services: Services) -> None:
    secret = let_in(services, make_user(services))
    begun = now() - dt.timedelta(seconds=3 * HOUR)

    def backdate() -> None:
        with services.database.write() as session:
            row = session.scalars(select(SignInRow)).one()
            row.created_at, row.seen_at = begun, now() - dt.timedelta(minutes=6)

    backdate()
    most = 3 * HOUR + 60
    whose(services, secret, most_seconds=most)
    used = whose(services, secret, most_seconds=most)
    assert used.expires_at == begun + dt.timedelta(seconds=most), (
        "using it adds no more than there is"
    )
    with pytest.raises(NotAuthenticated):
        whose(services, secret, most_seconds=3 * HOUR)


def test_signing_in_ends_what_the_browser_had_before(services: Services) -> None:
    root, eve = add(services), add(services, "eve", is_admin=False)
    before, elsewhere = let_in(services, eve), let_in(services, eve)
    now_it_is, _ = sign_in(
        acting(services),
        name="root",
        password=GOOD,
        browser="",
        lasts_seconds=HOUR,
        replaces=before,
    )
    assert whose(services, now_it_is).user == root
    whose(services, elsewhere)
    with pytest.raises(NotAuthenticated):
        whose(services, before)


def test_a_wrong_password_ends_nothing(services: Services) -> None:
    root = add(services)
    before = let_in(services, root)
    with pytest.raises(WrongCredentials):
        sign_in(
            acting(services),
            name="root",
            password="wrong",
            browser="",
            lasts_seconds=HOUR,
            replaces=before,
        )
    whose(services, before)


def test_an_administrator_signs_somebody_out_everywhere(services: Services) -> None:
    root, eve = make_user(services), make_user(services, "Eve", is_admin=False)
    own, *others = let_in(services, root), let_in(services, eve), let_in(services, eve)
    with pytest.raises(NotPermitted):
        sign_out_user(acting(services, eve), name="root")
    assert sign_out_user(acting(services, root), name="eve") == eve
    for secret in others:
        with pytest.raises(NotAuthenticated):
            whose(services, secret)
    whose(services, own)
    with pytest.raises(UserNotFound):
        sign_out_user(acting(services, root), name="nobody")


def test_a_browser_can_be_signed_out_by_its_user_alone(services: Services) -> None:
    root, eve = make_user(services), make_user(services, "eve", is_admin=False)
    secret = let_in(services, root)
    let_in(services, root)
    mine = whose(services, secret)
    assert len(list_sign_ins(acting(services), user_id=root.id)) == 2
    assert list_sign_ins(acting(services), user_id=eve.id) == ()
    for user_id, sign_in_id in ((eve.id, mine.id), (root.id, "nothing"), (root.id, "\ud800")):
        with pytest.raises(NotFound):
            end_sign_in(acting(services), user_id=user_id, sign_in_id=sign_in_id)
    end_sign_in(acting(services), user_id=root.id, sign_in_id=mine.id)
    with pytest.raises(NotAuthenticated):
        whose(services, secret)
    assert len(list_sign_ins(acting(services), user_id=root.id)) == 1


def test_somebody_who_is_gone_is_not_signed_in(services: Services) -> None:
    with pytest.raises(UserNotFound):
        open_sign_in(acting(services), user_id="nobody", browser="", lasts_seconds=HOUR)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(services)
    hashed: list[str] = []

    def note(_self: PasswordHasher, *given: str) -> str:
        hashed.append(given[-1])
        return ""

    monkeypatch.setattr(PasswordHasher, "hash", note)
    monkeypatch.setattr(PasswordHasher, "verify", note)
    for name in ("root", "nobody"):
        before = len(hashed)
        with pytest.raises(WrongCredentials):
            enter(services, name, "a wrong password")
        assert len(hashed) == before + 1
