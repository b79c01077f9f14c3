"""How long looking at a photo may take, and who still waits for it."""

import time

import pytest

from mien.errors import ClientGone
from mien.errors import Overloaded
from mien.errors import PhotoTakesTooLong
from mien.vision.budget import Budget


def test_without_an_end_there_is_always_time() -> None:
    budget = Budget()
    budget.note_wait(10_000)
    budget.check()


def test_a_photo_that_took_the_time_itself_is_refused() -> None:
    budget = Budget(0.02, processor_time=time.monotonic)
    budget.check()
    time.sleep(0.03)
    with pytest.raises(PhotoTakesTooLong) as caught:
        budget.check()
    assert caught.value.extra["seconds"] == 0.02


def test_a_photo_that_waited_for_others_is_to_be_sent_again() -> None:
    budget = Budget(0.02, processor_time=time.monotonic)
    time.sleep(0.03)
    budget.note_wait(60)
    with pytest.raises(Overloaded) as caught:
        budget.check()
    assert caught.value.extra["retry_after_seconds"] > 0


def test_on_a_machine_that_is_busy_with_something_else_the_photo_is_not_to_blame() -> None:
    budget = Budget(0.02, processor_time=lambda: time.monotonic() / 3)
    time.sleep(0.03)
    with pytest.raises(Overloaded):
        budget.check()


def test_nothing_is_done_for_who_is_gone() -> None:
    gone = False
    budget = Budget(60, is_gone=lambda: gone)
    budget.check()
    gone = True
    with pytest.raises(ClientGone):
        budget.check()
