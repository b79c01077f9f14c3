import io
import json
import logging
import re
from typing import Any

import numpy as np
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from mien import logs

pytestmark = pytest.mark.usefixtures("restored_logging")


PERSON = "Ada Lovelace"


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    logs.configure(log_format="json", stream=stream)
    return stream


def test_a_line_is_one_json_object_with_time_level_and_attributes(stream: io.StringIO) -> None:
    structlog.get_logger().info("A face was stored", gallery_id=3)
    (line,) = lines_of(stream)
    assert line["event"] == "A face was stored"
    assert line["level"] == "info"
    assert line["gallery_id"] == 3
    assert line["timestamp"].endswith("Z")


def test_a_bound_request_id_is_in_every_line(stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger().info("One")
        logging.getLogger("gunicorn").info("Two")
    structlog.get_logger().info("Three")
    assert [line.get("request_id") for line in lines_of(stream)] == ["r1", "r1", None]


def test_lines_of_other_libraries_look_the_same(stream: io.StringIO) -> None:
    logging.getLogger("gunicorn.error").warning("Worker %s left", 7)
    (line,) = lines_of(stream)
    assert (line["event"], line["level"]) == ("Worker 7 left", "warning")


@pytest.mark.parametrize(
    "key",
    [
        "name",
        "person_name",
        "image",
        "photo",
        "embedding",
        "embeddings",
        "password",
        "api_key",
        "key",
        "token",
        "set-cookie",
        "Authorization",
    ],
)
def test_what_could_tell_of_a_person_is_withheld_by_its_name(stream: io.StringIO, key: str) -> None:
    structlog.get_logger().info(
        "Something", **{key: "Ada", "more": {key: "Ada"}, "many": [{key: "Ada"}]}
    )
    assert "Ada" not in stream.getvalue()
    assert lines_of(stream)[0][key] == logs.WITHHELD


@pytest.mark.parametrize("key", ["photo_id", "key_id", "image_width", "photo_bytes", "faces"])
def test_ids_and_sizes_are_written(stream: io.StringIO, key: str) -> None:
    structlog.get_logger().info("Something", **{key: 12})
    assert lines_of(stream)[0][key] == 12


@pytest.mark.parametrize("value", [b"\xff\xd8", np.ones(4, np.float32), [b"x"]])
def test_bytes_and_arrays_are_withheld_whatever_they_are_called(
    stream: io.StringIO, value: object
) -> None:
    structlog.get_logger().info("Something", thing=value)
    assert logs.WITHHELD in json.dumps(lines_of(stream)[0]["thing"])


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_spelling_of_a_key_breaks_a_line(prefix: str, value: str) -> None:
    key = f"{prefix}_password"
    assert logs.withhold_private(None, "info", {key: value})[key] == logs.WITHHELD


def measure(person: str) -> None:
    raise RuntimeError(str(len(person)))


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_local_variables(log_format: Any) -> None:
    stream = io.StringIO()
    logs.configure(log_format=log_format, stream=stream)
    try:
        measure(PERSON)
    except RuntimeError:
        structlog.get_logger().exception("It broke")
    assert "RuntimeError: 12" in stream.getvalue()
    assert PERSON not in stream.getvalue()


def test_lines_below_the_level_are_not_written() -> None:
    stream = io.StringIO()
    logs.configure(log_format="json", log_level="warning", stream=stream)
    structlog.get_logger().info("No")
    logging.getLogger("gunicorn").info("No")
    structlog.get_logger().warning("Yes")
    assert [line["event"] for line in lines_of(stream)] == ["Yes"]


def test_configuring_twice_writes_each_line_once(stream: io.StringIO) -> None:
    logs.configure(log_format="json", stream=stream)
    structlog.get_logger().info("Once")
    assert len(lines_of(stream)) == 1


def test_auto_is_json_where_nobody_watches() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    structlog.get_logger().info("Hello")
    assert lines_of(stream)[0]["event"] == "Hello"


def test_a_line_at_a_terminal_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    logs.configure(log_format="auto", stream=stream)
    structlog.get_logger().warning("It is so", code="so")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert re.fullmatch(r"\d\d:\d\d:\d\d \[warning\] It is so code=so\n", plain)
