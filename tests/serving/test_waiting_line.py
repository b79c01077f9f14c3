"""Connections in line."""

import time
from typing import Any

from mien.serving.waiting_line import WaitingLine


class Waiter:
    """As much of a connection as a line knows."""

    line: WaitingLine | None = None
    deadline = since = 0.0


def conn() -> Any:
    return Waiter()


def line(seconds: float) -> WaitingLine:
    return WaitingLine(seconds, on_readable=lambda _each: None, on_expired=lambda _each: None)


def test_who_came_first_is_first_and_late_first() -> None:
    waiting = line(0.02)
    one, two = conn(), conn()
    waiting.join(one, most_seconds=60)
    time.sleep(0.03)
    waiting.join(two, most_seconds=60)
    assert waiting.expired(all_deadlines=False) == [one]
    waiting.leave(one)
    assert (waiting.first, one.line, len(waiting)) == (two, None, 1)


def test_a_deadline_can_be_brought_forward_and_not_put_off() -> None:
    waiting, one, two = line(60), conn(), conn()
    waiting.join(one, most_seconds=60)
    waiting.join(two, most_seconds=0)
    assert waiting.expired(all_deadlines=True) == [two]
    waiting.hurry(time.monotonic())
    assert waiting.expired(all_deadlines=True) == [one, two]
    waiting.hurry(time.monotonic() + 60)
    assert waiting.expired(all_deadlines=True) == [one, two]
