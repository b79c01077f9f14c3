"""The names that Mien answers under."""

from pathlib import Path

import pytest

from building import make_runtime
from mien.app import create_app
from serving_app import assert_problem

JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("hosts", "asked", "taken"),
    [
        ("", "anything.example", True),
        ("mien.example", "mien.example", True),
        ("mien.example", "MIEN.example:8443", True),
        ("other.example, mien.example", "mien.example", True),
        ("mien.example", "evil.example", False),
        ("mien.example", "mien.example.evil.example", False),
        ("mien.example", "127.0.0.1", False),
        ("::1,127.0.0.1", "[::1]:8000", True),
        ("mien.example", "[", False),
    ],
)
def test_only_the_hosts_that_are_named_are_answered(
    tmp_path: Path, hosts: str, asked: str, taken: bool
) -> None:
    runtime = make_runtime(tmp_path, hosts=hosts)
    client = create_app(runtime).test_client()
    answer = client.get("/sign-in", headers={**JSON, "Host": asked})
    alive = client.get("/healthz", headers={"Host": asked})
    runtime.close()
    if taken:
        assert answer.status_code == 200
    else:
        assert_problem(answer, 421, "host_not_allowed")
    assert alive.status_code == 200
