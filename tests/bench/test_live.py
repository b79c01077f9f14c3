"""The benchmark of live cameras follows a face as the page does."""

from typing import Any

from bench.live import Camera
from bench.page.service import show_live

FACE = {
    "box": {"x": 10, "y": 10, "width": 100, "height": 120},
    "decision": "match",
    "person": {"id": "ada"},
}


def answer(**face: Any) -> dict[str, Any]:
    return {"faces": [{**FACE, **face}]}


def test_a_face_is_asked_about_until_three_answers_agree() -> None:
    camera = Camera([b""])
    assert camera.known() == []
    fresh = []
    for _ in range(4):
        camera.take(answer(), 0.01)
        fresh.append([each["fresh"] for each in camera.known()])
    assert fresh == [[False], [False], [True], [True]]
    camera.take(answer(decision=None, person=None), 0.01)
    assert (camera.asked, len(camera.seconds)) == (4, 5)
    assert Camera([b""], follows=False).known() == []


def test_what_was_found_is_shown() -> None:
    path = {"per_second": 39.26, "p50_ms": 23.4, "p95_ms": 35.6, "decided": 0.04}
    parts = {"read": 2.0, "detect": 13.0, "rest": 1.0, "whole": 16.0}
    shown = show_live({"paths": {"followed": path}, "milliseconds": {"fresh face": parts}})
    assert "| followed | 39.3 | 23 | 36 | 0.04 |" in shown
    assert "| fresh face | 2.0 | 13.0 | 0.0 | 0.0 | 1.0 | 16.0 |" in shown
