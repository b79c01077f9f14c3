"""Nginx over two nodes, one of which dies with requests in hand: what is asked of the other."""

import os
import signal
import threading
from collections import Counter

import pytest

from asking import Answer
from asking import call
from asking import problem
from front_stack import Stack
from servers import wait_for

pytestmark = pytest.mark.processes

CHANGING = ("DELETE", "PUT", "PATCH", "POST")
METHODS = ("GET", *CHANGING)


def method_of(one: str) -> str:
    """With what method a request that is called so is sent."""
    return one.partition("-")[0]


@pytest.mark.parametrize(
    "kinds", [("gunicorn", "gunicorn"), ("uwsgi", "uwsgi"), ("gunicorn", "uwsgi")], ids="-".join
)
def test_of_a_node_that_dies_only_questions_are_put_to_another(
    stack: Stack, kinds: tuple[str, str]
) -> None:
    hold = stack.folder / "hold"
    hold.touch()
    start = {"gunicorn": stack.gunicorn, "uwsgi": stack.uwsgi}
    names = [f"{'-'.join(kinds)}-{number}" for number in range(2)]
    upstreams = [
        start[kind](name, "--threads", "12", MIEN_TEST_HOLD=str(hold))
        for kind, name in zip(kinds, names, strict=True)
    ]
    site = stack.nginx("--upstream", upstreams[0], "--upstream", upstreams[1])
    answers: dict[str, Answer] = {}

    def ask(one: str) -> None:
        answers[one] = call(site, f"/api/test/upload?id={one}", method=method_of(one))

    def came(one: str) -> list[int]:
        lines = [line.split() for line in stack.uploads]
        return [int(pid) for name, pid in lines if name == one]

    # The node with the fewest requests in hand gets the next one: of each pair both get one.
    pairs = [f"{method}-{number}-{names[0]}" for method in METHODS for number in range(2)]
    threads = []
    for one in pairs:
        threads.append(threading.Thread(target=ask, args=(one,)))
        threads[-1].start()
        wait_for(lambda one=one: came(one) != [])  # type: ignore[misc]  # mypy infers no lambda's default
    dying = stack.nodes[names[0]]
    workers = dying.workers()
    lost = [one for one in pairs if came(one)[0] in workers]
    assert Counter(map(method_of, lost)) == dict.fromkeys(METHODS, 1)
    os.killpg(dying.process.pid, signal.SIGKILL)
    [question] = [one for one in lost if one.startswith("GET")]
    wait_for(lambda: len(came(question)) == 2)
    hold.unlink()
    for thread in threads:
        thread.join()
    for one in pairs:
        if one in lost and one != question:
            assert len(came(one)) == 1, "it may have been done"
            problem(answers[one], 502, "unavailable")
            assert answers[one].headers["Retry-After"] == "5"
        else:
            assert answers[one].status == 200, one
            assert len(came(one)) == (2 if one == question else 1)
    for name in (names[1], "nginx"):
        stack.nodes[name].stop()
