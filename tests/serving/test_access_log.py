import pytest
import structlog

from mien.serving.access_log import write_access_line


@pytest.mark.parametrize(
    ("path", "status", "level"),
    [
        ("/static/0123456789ab/css/main.css", "200", "debug"),
        ("/static/0123456789ab/css/main.css", "304", "debug"),
        ("/static/0123456789ab/css/none.css", "404", "info"),
        ("/live/frame", "200", "debug"),
        ("/live/frame", "503", "info"),
        ("/api/v1/galleries/default/live", "200", "debug"),
        ("/live", "200", "info"),
        ("/live/add", "200", "info"),
        ("/identify", "200", "info"),
        ("/status/page", "200", "info"),
    ],
)
def test_what_is_asked_for_many_times_a_second_is_for_whoever_debugs(
    path: str, status: str, level: str
) -> None:
    with structlog.testing.capture_logs() as lines:
        write_access_line(path=path, status=status, seconds=0.01)
    assert [line["log_level"] for line in lines] == [level]


def test_the_secret_of_a_link_is_not_written() -> None:
    with structlog.testing.capture_logs() as lines:
        write_access_line(path="/setup/secret", status="200", seconds=0.01)
    assert "secret" not in str(lines)
