"""`mien users` and `mien keys`."""

import json
from pathlib import Path

import pytest

from building import acting
from building import make_services
from commanding import Mien
from mien.access import api_keys as verbs
from mien.access.reset_links import check_reset_link
from mien.access.sign_ins import sign_in
from mien.access.sign_ins import who_is
from mien.errors import KeyInvalid
from mien.errors import NotAuthenticated
from mien.errors import ResetLinkInvalid

GOOD = "correct horse battery"


def test_an_administrator_is_added_with_a_password_from_standard_input(
    mien: Mien, home: Path
) -> None:
    done = mien("users", "add", "Root", "--admin", "--password-stdin", input=f"{GOOD}\n")
    assert done.exit_code == 0, done.stderr
    services = make_services(home)
    _, opened = sign_in(acting(services), name="root", password=GOOD, browser="", lasts_seconds=60)
    assert opened.user.is_admin
    found = json.loads(mien("users", "list", "--json").stdout)["users"]
    assert [(each["name"], each["is_admin"]) for each in found] == [("Root", True)]
    assert "password" not in str(found)
    assert mien("users", "list").stdout.split("\t")[:2] == ["Root", "administrator"]


@pytest.mark.usefixtures("at_a_terminal")
def test_at_a_terminal_the_password_is_asked_for_twice(mien: Mien) -> None:
    typed = f"{GOOD}\nsomething else\n{GOOD}\n{GOOD}\n"
    done = mien("users", "add", "eve", "--json", input=typed)
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["is_admin"] is False
    assert GOOD not in done.stdout + done.stderr


def test_without_a_terminal_the_password_has_to_be_sent(mien: Mien) -> None:
    done = mien("users", "add", "root", "--admin")
    assert done.exit_code == 2
    assert "--password-stdin" in done.stderr


@pytest.mark.parametrize("sent", ["", "short\n", "\n"])
def test_a_password_that_is_none_is_refused(mien: Mien, sent: str) -> None:
    done = mien("users", "add", "root", "--password-stdin", input=sent)
    assert done.exit_code == 1
    assert "(invalid_input)" in done.stderr


def test_a_lost_password_is_replaced_at_the_machine(mien: Mien, home: Path) -> None:
    mien("users", "add", "root", "--admin", "--password-stdin", input=GOOD)
    other = "another fine horse"
    done = mien("users", "change", "ROOT", "--password-stdin", "--json", input=f"{other}\n")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["name"] == "root"
    assert other not in done.stdout + done.stderr
    services = make_services(home)
    sign_in(acting(services), name="root", password=other, browser="", lasts_seconds=60)
    refused = mien("users", "change", "nobody", "--password-stdin", input=other)
    assert (refused.exit_code, "(user_not_found)" in refused.stderr) == (1, True)


def test_a_link_for_a_new_password_is_printed_alone(mien: Mien, home: Path) -> None:
    mien("users", "add", "root", "--admin", "--password-stdin", input=GOOD)
    done = mien("users", "reset", "ROOT")
    assert done.exit_code == 0, done.stderr
    start, _, secret = done.stdout.strip().rpartition("/")
    assert start == "http://127.0.0.1:8000/reset"
    assert secret not in done.stderr
    services = make_services(home)
    assert check_reset_link(acting(services), secret=secret).name == "root"
    address = "https://mien.example.org/"
    made = json.loads(mien("users", "reset", "root", "--address", address, "--json").stdout)
    assert made["link"].startswith("https://mien.example.org/reset/")
    assert made["name"] == "root"
    with pytest.raises(ResetLinkInvalid):
        check_reset_link(acting(services), secret=secret)
    assert "(user_not_found)" in mien("users", "reset", "nobody").stderr


def test_an_account_is_signed_out_everywhere_at_the_machine(mien: Mien, home: Path) -> None:
    mien("users", "add", "root", "--admin", "--password-stdin", input=GOOD)
    services = make_services(home)
    secret, _ = sign_in(acting(services), name="root", password=GOOD, browser="", lasts_seconds=60)
    done = mien("users", "sign-out", "ROOT", "--json")
    assert (done.exit_code, json.loads(done.stdout)["name"]) == (0, "root")
    with pytest.raises(NotAuthenticated):
        who_is(acting(services), secret=secret, lasts_seconds=60, most_seconds=60)
    assert "(user_not_found)" in mien("users", "sign-out", "nobody").stderr


def test_the_last_administrator_stays(mien: Mien) -> None:
    mien("users", "add", "root", "--admin", "--password-stdin", input=GOOD)
    mien("users", "add", "eve", "--password-stdin", input=GOOD)
    done = mien("users", "remove", "root", "--yes")
    assert done.exit_code == 1
    assert "(last_administrator)" in done.stderr
    assert mien("users", "remove", "eve").exit_code == 2
    assert mien("users", "remove", "EVE", "--yes").exit_code == 0
    assert mien("users", "remove", "eve", "--yes").exit_code == 1


def test_a_key_is_printed_once_and_works_until_it_is_revoked(mien: Mien, home: Path) -> None:
    done = mien("keys", "add", "door", "--scope", "identify", "--scope", "read", "--json")
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["scopes"] == ["read", "identify"]
    services = make_services(home)
    assert verbs.check_key(acting(services), secret=made["key"]).id == made["id"]
    listed = mien("keys", "list", "--json")
    assert made["key"] not in listed.stdout
    assert [each["id"] for each in json.loads(listed.stdout)["keys"]] == [made["id"]]
    assert mien("keys", "remove", made["id"]).exit_code == 0
    with pytest.raises(KeyInvalid):
        verbs.check_key(acting(services), secret=made["key"])
    assert mien("keys", "list").stdout.strip().split("\t")[-1] == "revoked"
    assert mien("keys", "remove", "nothing").exit_code == 1


def test_a_pipe_gets_the_key_alone(mien: Mien, home: Path) -> None:
    done = mien("keys", "add", "k", "--scope", "admin")
    secret = done.stdout.strip()
    assert verbs.check_key(acting(make_services(home)), secret=secret).allows("enrol")
    assert secret not in done.stderr


def test_a_key_needs_a_scope_that_there_is(mien: Mien) -> None:
    assert mien("keys", "add", "k").exit_code == 2
    assert mien("keys", "add", "k", "--scope", "write").exit_code == 2
