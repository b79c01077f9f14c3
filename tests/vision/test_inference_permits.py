import threading
import time

import pytest

from mien.errors import ClientGone
from mien.errors import MienError
from mien.errors import Overloaded
from mien.errors import PhotoTakesTooLong
from mien.errors import ShuttingDown
from mien.observing import Observer
from mien.vision.budget import Budget
from mien.vision.inference_permits import InferencePermits

pytestmark = pytest.mark.thorough


def test_a_stage_is_timed_without_what_it_waited_and_the_wait_is_told() -> None:
    stages: dict[str, float] = {}
    waits: list[float] = []
    waiting: list[int] = []
    turns = InferencePermits(
        1,
        Observer(on_stage=stages.__setitem__, on_wait=waits.append, on_waiting=waiting.append),
    )
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with turns.one():
            entered.set()
            leave.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(5)
    threading.Timer(0.2, leave.set).start()
    with turns.stage("embed"):
        time.sleep(0.02)
        with turns.one():
            pass
    holder.join()
    assert waits[0] == 0.0
    assert waits[1] > 0.1
    assert waiting == [1, -1]
    assert 0.02 <= stages["embed"] < 0.1


def test_closing_waits_for_those_who_have_a_turn() -> None:
    turns = InferencePermits(2, Observer())
    told: list[str] = []
    inside = threading.Barrier(3)

    def take() -> None:
        with turns.one():
            inside.wait(5)
            time.sleep(0.05)
            told.append("one")

    takers = [threading.Thread(target=take) for _ in range(2)]
    for taker in takers:
        taker.start()
    inside.wait(5)
    assert turns.close()
    told.append("closed")
    for taker in takers:
        taker.join()
    assert told == ["one", "one", "closed"]


def test_closing_sends_away_who_waits_and_waits_for_no_inference_that_never_returns() -> None:
    turns = InferencePermits(1, Observer())
    inside, never, sent_away = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        with turns.one():
            inside.set()
            never.wait(20)

    def wait() -> None:
        with pytest.raises(ShuttingDown), turns.one():
            pass
        sent_away.set()

    threads = [threading.Thread(target=hang), threading.Thread(target=wait)]
    threads[0].start()
    assert inside.wait(5)
    threads[1].start()
    start = time.monotonic()
    assert not turns.close(0.1)
    assert time.monotonic() - start < 5
    assert sent_away.wait(5)
    with pytest.raises(ShuttingDown), turns.one():
        pass
    never.set()
    for thread in threads:
        thread.join()


def _in_line(turns: InferencePermits, budget: Budget | None = None) -> "_Waiter":
    waiter = _Waiter(turns, budget)
    waiter.start()
    assert waiter.waits.wait(5)
    return waiter


class _Waiter(threading.Thread):
    """Somebody who waits for a turn, and what came of it."""

    def __init__(self, turns: InferencePermits, budget: Budget | None = None) -> None:
        super().__init__(daemon=True)
        self._turns = turns
        self._budget = budget
        self.waits = threading.Event()
        self.got = threading.Event()
        self.goes = threading.Event()
        self.error: Exception | None = None
        turns._observer.on_waiting = lambda step: self.waits.set() if step > 0 else None

    def run(self) -> None:
        try:
            with self._turns.one(self._budget):
                self.got.set()
                self.goes.wait(5)
        except MienError as error:
            self.error = error


def test_whoever_waits_comes_before_who_has_just_had_a_turn() -> None:
    turns = InferencePermits(1, Observer())
    with turns.one():
        waiter = _in_line(turns)
        threading.Timer(0.5, waiter.goes.set).start()
    # Nothing lies between giving the turn back and asking for the next.
    with turns.one():
        assert waiter.got.is_set()
    waiter.join(5)


def test_waiting_ends_when_time_is_up_and_the_line_goes_on() -> None:
    turns = InferencePermits(1, Observer())
    with turns.one():
        first = _in_line(turns, Budget(0.05, processor_time=time.monotonic))
        second = _in_line(turns)
        first.join(5)
        assert isinstance(first.error, Overloaded)
        assert not second.got.is_set()
    assert second.got.wait(5)
    second.goes.set()
    second.join(5)


def test_waiting_ends_when_nobody_waits_for_the_answer() -> None:
    turns = InferencePermits(1, Observer())
    gone = threading.Event()
    with turns.one():
        waiter = _in_line(turns, Budget(is_gone=gone.is_set))
        gone.set()
        waiter.join(5)
        assert isinstance(waiter.error, ClientGone)


def test_a_turn_is_not_begun_without_time() -> None:
    turns = InferencePermits(1, Observer())
    spent = Budget(0.0, processor_time=time.monotonic)
    with pytest.raises(PhotoTakesTooLong), turns.one(spent):
        pytest.fail("it was begun")
    with turns.one():
        pass


def test_askers_have_their_turns_one_after_another() -> None:
    turns = InferencePermits(1, Observer())
    order: list[str] = []

    def take(asker: str) -> None:
        with turns.one(Budget(asker=asker)):
            order.append(asker)

    with turns.one(Budget(asker="many")):
        takers = []
        for count, asker in enumerate(["many", "many", "many", "few", "few"], start=1):
            takers.append(threading.Thread(target=take, args=(asker,)))
            takers[-1].start()
            while len(turns._line) < count:
                time.sleep(0.001)
    for taker in takers:
        taker.join(10)
    assert order == ["few", "many", "few", "many", "many"]


def test_of_many_askers_only_the_last_are_remembered() -> None:
    turns = InferencePermits(1, Observer())
    for asker in range(1_100):
        with turns.one(Budget(asker=asker)):
            pass
    assert len(turns._last_turn) == 1_000
