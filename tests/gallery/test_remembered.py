"""What is remembered makes room for more, by count and by length."""

from collections.abc import Callable

from mien.gallery.remembered import Remembered


def known(remembered: Remembered, *names: str) -> list[str]:
    """Which of them would not have to be worked out."""
    found = []
    for name in names:
        worked_out: list[str] = []

        def note(worked_out: list[str] = worked_out) -> frozenset[int]:
            worked_out.append("")
            return frozenset()

        remembered.get(name, 1, note)
        if not worked_out:
            found.append(name)
    return found


def some(count: int) -> Callable[[], frozenset[int]]:
    return lambda: frozenset(range(count))


def test_a_value_holds_for_its_state_and_until_it_is_forgotten() -> None:
    remembered = Remembered()
    assert remembered.get("a", 1, lambda: "old") == "old"
    assert remembered.get("a", 1, lambda: "new") == "old"
    assert remembered.get("a", 2, lambda: "new") == "new"
    remembered.forget("a")
    remembered.forget("a")
    assert remembered.get("a", 2, lambda: "newer") == "newer"


def test_the_oldest_make_room_when_there_are_too_many() -> None:
    remembered = Remembered(most=2)
    for name in "abc":
        remembered.get(name, 1, some(0))
    assert known(remembered, "c", "b") == ["c", "b"]
    assert known(remembered, "a") == []


def test_the_oldest_make_room_when_all_are_too_long_together() -> None:
    remembered = Remembered(most_together=10)
    for name, count in (("a", 4), ("b", 4), ("c", 4)):
        remembered.get(name, 1, some(count))
    assert known(remembered, "b", "c") == ["b", "c"]
    # Of another state it takes the place of its own.
    remembered.get("c", 2, some(6))
    assert known(remembered, "b") == ["b"]
    assert known(remembered, "a") == []


def test_one_alone_is_kept_however_long_it_is() -> None:
    remembered = Remembered(most_together=10)
    remembered.get("a", 1, some(5))
    remembered.get("b", 1, some(11))
    assert known(remembered, "b") == ["b"]
    remembered.get("c", 1, some(5))
    assert known(remembered, "c") == ["c"]
    assert known(remembered, "b") == []
