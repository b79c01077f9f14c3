import threading

import pytest

from mien.errors import ShuttingDown
from mien.vision.decode_permits import DecodePermits


def test_small_pictures_share_the_room() -> None:
    room = DecodePermits(10)
    with room.take(5), room.take(5):
        pass


def test_who_needs_more_than_there_is_takes_all_of_it() -> None:
    room = DecodePermits(10)
    with room.take(1_000):
        pass
    with room.take(10):
        pass


def test_a_large_picture_is_not_passed_by_small_ones_that_come_later() -> None:
    room = DecodePermits(10)
    order: list[str] = []

    def take(name: str, pixels: int) -> None:
        with room.take(pixels):
            order.append(name)

    threads = [
        threading.Thread(target=take, args=("large", 10)),
        threading.Thread(target=take, args=("small", 1)),
    ]
    with room.take(5):
        for thread in threads:
            thread.start()
            thread.join(0.05)
        assert order == []
    for thread in threads:
        thread.join(5)
    assert order == ["large", "small"]


def test_room_is_given_back_when_a_picture_fails() -> None:
    room = DecodePermits(10)
    for _ in range(3):
        with pytest.raises(MemoryError), room.take(10):
            raise MemoryError


def test_closing_sends_away_all_who_wait_for_a_picture_that_never_ends() -> None:
    room = DecodePermits(10)
    sent_away: list[bool] = []

    def wait() -> None:
        with pytest.raises(ShuttingDown), room.take(10):
            pass
        sent_away.append(True)

    threads = [threading.Thread(target=wait, daemon=True) for _ in range(3)]
    with room.take(10):
        for thread in threads:
            thread.start()
        threads[0].join(0.05)
        room.close()
        for thread in threads:
            thread.join(5)
        assert len(sent_away) == 3
