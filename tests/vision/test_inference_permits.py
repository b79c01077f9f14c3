import threading
import time

import pytest

from mien.errors import ShuttingDown
from mien.observing import Observer
from mien.vision.inference_permits import InferencePermits


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
