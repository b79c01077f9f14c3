"""Whether a client is still there is seen on its connection."""

import socket
from collections.abc import Iterator

import pytest

from mien.http.client_gone import client_gone

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=["gunicorn.socket", "werkzeug.socket"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pair() -> Iterator[Pair]:
    """The server's end of a connection, and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    yield server, client
    server.close()
    client.close()


def test_a_client_that_waits_is_there(pair: Pair, name: str) -> None:
    is_gone = client_gone({name: pair[0]})
    assert not is_gone()
    pair[1].send(b"the next request, before the answer to this one")
    assert not is_gone()


def test_a_client_that_closed_is_gone_and_what_it_sent_is_left_to_be_read(
    pair: Pair, name: str
) -> None:
    server, client = pair
    is_gone = client_gone({name: server})
    client.send(b"the end of a body")
    client.close()
    assert is_gone()
    assert is_gone()
    assert server.recv(100) == b"the end of a body"


def test_a_connection_that_was_reset_is_gone(pair: Pair, name: str) -> None:
    server, client = pair
    is_gone = client_gone({name: server})
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    assert is_gone()


def test_where_the_server_shows_no_connection_nobody_leaves() -> None:
    assert not client_gone({})()
    assert not client_gone({"gunicorn.socket": None})()
