"""Nginx over several nodes, Gunicorn and uWSGI mixed: shared load, and one of them killed."""

import os
import signal
import threading
from urllib.parse import urlsplit

import pytest

from asking import Answer
from asking import arrivals
from asking import call
from asking import page
from asking import problem
from front_stack import STYLE
from front_stack import Stack
from load import Request
from load import running
from servers import wait_for

pytestmark = pytest.mark.processes

ECHO = "/api/test/echo"
SLOW = "/api/test/slow"


@pytest.fixture(scope="module")
def site(stack: Stack) -> str:
    """A Gunicorn that is killed, a uWSGI that stays, and Nginx before both."""
    slow = {"MIEN_TEST_SECONDS": "1"}
    first = stack.gunicorn("gunicorn", **slow)
    second = stack.uwsgi("uwsgi", **slow)
    return stack.nginx(
        "--upstream", first, "--upstream", second, "--requests", "10000", "--photos", "10000"
    )


def upload_all(site: str, ids: list[str]) -> dict[str, Answer]:
    """Send uploads at the same time."""
    answers: dict[str, Answer] = {}

    def send(one: str) -> None:
        answers[one] = call(site, f"/api/test/upload?id={one}", method="POST", body=bytes(300_000))

    threads = [threading.Thread(target=send, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_both_kinds_of_node_share_the_load_and_see_the_same(site: str) -> None:
    seen = [call(site, ECHO, source="127.0.0.4").json for _ in range(8)]
    assert {each["node"] for each in seen} == {"gunicorn", "uwsgi"}
    assert {each["client"] for each in seen} == {"127.0.0.4"}
    assert {each["scheme"] for each in seen} == {"http"}
    assert {each["host"] for each in seen} == {urlsplit(site).netloc}


def test_answers_of_both_kinds_arrive_bit_by_bit(site: str) -> None:
    for _ in range(2):
        assert arrivals(site, "/api/test/lines?marked")[2] > 0.6


def test_an_upload_goes_once_to_one_node(site: str, stack: Stack) -> None:
    answers = upload_all(site, [f"once{number}" for number in range(6)])
    assert {each.status for each in answers.values()} == {200}
    came = [line.split()[0] for line in stack.uploads if line.startswith("once")]
    assert sorted(came) == sorted(answers)


def test_a_node_killed_under_load_is_no_error_to_anybody_who_only_asks(
    site: str, stack: Stack
) -> None:
    sent: dict[str, Answer] = {}
    killed = stack.nodes["gunicorn"].workers()

    def uploads_at(node: set[int]) -> set[str]:
        came = [line.split() for line in stack.uploads if line.startswith("killed")]
        return {one for one, pid in came if int(pid) in node}

    with running(site, Request("GET", SLOW), threads=4, keep_alive=False) as outcome:
        outcome.wait_for_more(10)
        uploading = threading.Thread(
            target=lambda: sent.update(upload_all(site, [f"killed{n}" for n in range(4)]))
        )
        uploading.start()
        wait_for(lambda: uploads_at(killed) != set())
        os.killpg(stack.nodes["gunicorn"].process.pid, signal.SIGKILL)
        outcome.wait_for_more(10)
        uploading.join()
    assert outcome.failures == []
    assert outcome.refused == 0
    # An upload that was under way at the killed node is told to have failed: it may have been done.
    came = [line.split()[0] for line in stack.uploads if line.startswith("killed")]
    assert len(came) == len(set(came)), "none was sent twice"
    assert {each.status for each in sent.values()} == {200, 502}
    failed = next(each for each in sent.values() if each.status == 502)
    problem(failed, 502, "unavailable")
    assert failed.headers["Retry-After"] == "5"


def test_with_every_node_gone_static_files_are_still_there(site: str, stack: Stack) -> None:
    os.killpg(stack.nodes["uwsgi"].process.pid, signal.SIGKILL)
    assert call(site, STYLE).status == 200
    problem(call(site, "/api/v1/galleries"), 502, "unavailable")
    page(call(site, "/identify"), 502, "Not available at the moment")
