import re
import time
from pathlib import Path

import pytest

from mien.errors import SourceUnavailable
from mien.packs.manifest import HttpsSource
from mien.packs.sources import describe
from mien.packs.sources import fetch
from mien.words import say
from model_server import ModelServer
from packs_for_tests import drawn_bytes

pytestmark = pytest.mark.thorough

CONTENT = drawn_bytes()


def get(url: str, to: Path, *, timeout_seconds: float = 5, stall_seconds: float = 5) -> None:
    fetch(
        HttpsSource(kind="https", url=url),
        to=to,
        size_bytes=len(CONTENT),
        timeout_seconds=timeout_seconds,
        stall_seconds=stall_seconds,
        progress=lambda _done, _total: None,
    )


@pytest.mark.parametrize("how", ["right", "plain", "moved"])
def test_a_file_is_fetched(server: ModelServer, tmp_path: Path, how: str) -> None:
    get(f"{server.address(how)}/drawn.onnx", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == CONTENT


@pytest.mark.parametrize("how", ["slow", "drip"])
def test_an_address_that_does_not_answer_is_given_up_in_time(
    server: ModelServer, tmp_path: Path, how: str
) -> None:
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="no_answer"):
        get(f"{server.address(how)}/drawn.onnx", tmp_path / "got", timeout_seconds=0.3)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("stall", r"sent nothing for 0\.3 seconds after 150000 of 300000 bytes"),
        ("cut", r"after 150000 of 300000 bytes"),
        ("lie", r"ended after 150000 of 300000 bytes"),
        ("long", r"longer than the 300000 bytes"),
        ("gone", r"replied with 404"),
        ("broken", r"replied with 500"),
        ("away", r"http://models\.example/drawn\.onnx is not an https address"),
        ("round", r"replied with 302"),
    ],
)
def test_what_went_wrong_is_named(server: ModelServer, tmp_path: Path, how: str, what: str) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        get(f"{server.address(how)}/drawn.onnx", tmp_path / "got", stall_seconds=0.3)
    assert re.search(what, say.error(caught.value))


def test_nobody_listening_is_named(server: ModelServer, tmp_path: Path) -> None:
    address = server.address("right")
    server.close()
    with pytest.raises(SourceUnavailable, match="not_reached"):
        get(f"{address}/drawn.onnx", tmp_path / "got")


@pytest.mark.parametrize(
    "url", ["http://models.example/x", "ftp://models.example/x", "file:///etc/hostname"]
)
def test_only_safe_addresses_are_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(SourceUnavailable, match="not_https"):
        get(url, tmp_path / "got")


def test_a_transfer_that_was_cut_off_is_continued(server: ModelServer, tmp_path: Path) -> None:
    url = f"{server.address('cut')}/drawn.onnx"
    with pytest.raises(SourceUnavailable):
        get(url, tmp_path / "got")
    get(url, tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == CONTENT
    assert server.ranges == ["bytes=150000-"]


def test_a_server_that_cannot_continue_sends_the_whole(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "got").write_bytes(CONTENT[:1000])
    get(f"{server.address('plain')}/drawn.onnx", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == CONTENT


def test_passwords_in_an_address_are_never_told(server: ModelServer, tmp_path: Path) -> None:
    address = server.address("gone").replace("//", "//user:hush@")
    url = f"{address}/drawn.onnx?token=hush"
    with pytest.raises(SourceUnavailable) as caught:
        get(url, tmp_path / "got")
    assert "hush" not in str(caught.value)
    assert "hush" not in describe(HttpsSource(kind="https", url=url))
