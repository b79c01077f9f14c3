"""Who has a thread, who waits, and who is refused."""

from typing import Any

from mien.http.small_bodies import SMALL_BODY_BYTES
from mien.serving.admission import Admission
from mien.serving.arrival import Arrival


class Asker:
    """As much of a connection as matters here."""

    def __init__(
        self,
        *,
        method: str = "POST",
        path: str = "/photos",
        length: int = 0,
        key: str = "",
        cookies: str = "",
        address: str = "192.0.2.1",
    ) -> None:
        head = f"{method} {path} HTTP/1.1\r\nContent-Length: {length}\r\n"
        head += f"X-API-Key: {key}\r\n" if key else ""
        head += f"Cookie: {cookies}\r\n" if cookies else ""
        self.address = address
        self.arrival = Arrival()
        self.arrival.add(f"{head}\r\n".encode())
        self.is_long = self.is_refused = False
        self.sender: int | str = ""


class Door:
    """Notes who was given a thread."""

    def __init__(self, *, threads: int = 1, most_waiting: int = 1) -> None:
        self.begun: list[Any] = []
        self.admission = Admission(
            threads=threads,
            most_waiting=most_waiting,
            looks_at_photos=lambda method, path: (method, path) == ("POST", "/photos"),
            begin=self.begun.append,
        )

    def ask(self, **what: Any) -> Any:
        asker: Any = Asker(**what)
        self.admission.admit(asker)
        return asker


def test_those_that_take_long_wait_for_each_other_and_one_too_many_is_refused() -> None:
    door = Door()
    one, two, three = door.ask(), door.ask(), door.ask()
    assert door.begun == [one, three]
    assert (one.is_refused, three.is_refused) == (False, True)
    assert door.admission.waiting == 1
    door.admission.finished(three)
    assert door.begun == [one, three], "a refusal has no turn to give"
    door.admission.finished(one)
    assert door.begun == [one, three, two]
    assert door.admission.waiting == 0


def test_a_large_body_takes_long_whatever_it_is_for() -> None:
    door = Door()
    door.ask(path="/else", length=SMALL_BODY_BYTES + 1)
    waiting = door.ask(path="/else", length=SMALL_BODY_BYTES + 1)
    assert waiting not in door.begun


def test_the_rest_never_waits() -> None:
    door = Door(most_waiting=0)
    door.ask()
    for what in ({"method": "GET"}, {"path": "/else"}, {"path": "/else", "length": 1000}):
        assert door.ask(**what) in door.begun
        assert not door.begun[-1].is_refused
    assert door.ask().is_refused


def test_one_that_could_not_be_read_here_is_let_through() -> None:
    door = Door(threads=0, most_waiting=0)
    asker: Any = Asker()
    asker.arrival = None
    door.admission.admit(asker)
    assert door.begun == [asker]


def test_senders_have_their_turns_one_after_another() -> None:
    door = Door(threads=1, most_waiting=10)
    first = door.ask(key="a")
    many = [door.ask(key="a") for _ in range(3)]
    few = [door.ask(key="b"), door.ask(key="c"), door.ask(key="b")]
    for running in range(7):
        door.admission.finished(door.begun[running])
    assert door.begun == [first, many[0], few[0], few[1], many[1], few[2], many[2]]


def test_the_last_of_four_threads_is_not_for_whoever_has_the_others() -> None:
    door = Door(threads=4, most_waiting=10)
    many = [door.ask(key="a") for _ in range(5)]
    other = door.ask(key="b")
    assert door.begun == [*many[:3], other]
    door.admission.finished(many[0])
    assert door.begun == [*many[:3], other, many[3]]


def test_who_has_most_in_a_full_queue_makes_room_for_who_has_less() -> None:
    door = Door(threads=1, most_waiting=3)
    running, one, two, three = (door.ask(key="a") for _ in range(4))
    other = door.ask(key="b")
    assert three.is_refused
    assert not any(each.is_refused for each in (running, one, two, other))
    again = door.ask(key="a")
    assert again.is_refused, "whoever has most does not push others out"
    others = door.ask(key="b")
    assert others.is_refused, "equally many are no reason"
    assert door.admission.waiting == 3


def test_requests_without_a_key_are_one_sender() -> None:
    door = Door(threads=4, most_waiting=10)
    many = [door.ask() for _ in range(4)]
    assert door.begun == many[:3]
    assert door.ask(key="a") is door.begun[-1]


def test_a_made_up_cookie_makes_no_other_sender() -> None:
    door = Door(threads=4, most_waiting=10)
    signed_in = [door.ask(cookies=f"x={i}; mien_session=one; y={i}") for i in range(4)]
    unknown = [door.ask(cookies=f"x={i}", address="192.0.2.2") for i in range(4)]
    assert len({each.sender for each in signed_in}) == 1
    assert len({each.sender for each in unknown}) == 1
    assert door.ask(cookies="mien_session=two").sender != signed_in[0].sender
    assert door.ask(cookies="__Host-mien_session=one").sender == signed_in[0].sender


def test_those_without_a_key_are_one_sender_an_address() -> None:
    door = Door(threads=4, most_waiting=10)
    many = [door.ask(address="192.0.2.2") for _ in range(4)]
    assert many[3] not in door.begun
    assert door.ask(address="192.0.2.3") is door.begun[-1]
