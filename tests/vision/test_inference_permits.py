import threading
import time

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


def test_all_waits_for_those_who_have_a_turn() -> None:
    turns = InferencePermits(2, Observer())
    told: list[str] = []

    def take() -> None:
        with turns.one():
            time.sleep(0.05)
            told.append("one")

    takers = [threading.Thread(target=take) for _ in range(2)]
    for taker in takers:
        taker.start()
    time.sleep(0.02)
    with turns.all():
        told.append("all")
    for taker in takers:
        taker.join()
    assert told == ["one", "one", "all"]
    with turns.one():
        told.append("again")
