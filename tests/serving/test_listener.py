import socket

import pytest

from mien.cli.dev import is_loopback
from mien.errors import AddressInUse
from mien.errors import InvalidInput
from mien.serving.listener import address_of
from mien.serving.listener import listen


def test_port_0_takes_a_free_port_and_the_address_names_it() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert port > 0
        assert address_of(listener) == f"http://127.0.0.1:{port}"


@pytest.mark.thorough
def test_a_port_in_use_is_refused_with_a_way_out() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(AddressInUse):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_elsewhere_is_refused(host: str) -> None:
    with pytest.raises(InvalidInput, match="no_address") as refusal:
        listen(host, 0)
    assert refusal.value.field == "MIEN_HOST"


def test_all_interfaces_are_shown_by_the_name_of_the_machine() -> None:
    with listen("0.0.0.0", 0) as listener:  # noqa: S104 - what is tested
        assert address_of(listener).startswith(f"http://{socket.gethostname()}:")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - what is tested
        ("192.0.2.1", False),
    ],
)
def test_the_debugger_knows_what_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
