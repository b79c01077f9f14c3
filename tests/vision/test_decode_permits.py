import threading

import pytest

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
