import pytest
import structlog
from flask import Flask


def test_every_answer_has_an_id_of_its_own(app: Flask) -> None:
    client = app.test_client()
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(20)}
    assert len(ids) == 20


@pytest.mark.parametrize("given", ["a", "2026-11-22.nginx_7", "x" * 64])
def test_a_proxys_id_is_kept(app: Flask, given: str) -> None:
    answer = app.test_client().get("/nowhere", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a;b", "ä", "<b>", "a\tb"])
def test_an_id_that_is_not_well_formed_is_replaced(app: Flask, given: str) -> None:
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert answer.headers["X-Request-ID"].isalnum()


def test_log_lines_of_a_request_carry_its_id_and_later_ones_do_not(app: Flask) -> None:
    seen = []

    def look() -> str:
        seen.append(structlog.contextvars.get_contextvars())
        return ""

    app.add_url_rule("/look", "look", look)
    app.test_client().get("/look", headers={"X-Request-ID": "mine"})
    assert seen == [{"request_id": "mine"}]
    assert "request_id" not in structlog.contextvars.get_contextvars()
