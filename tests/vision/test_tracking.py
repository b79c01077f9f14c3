"""The rules of following faces, by a table that the script of the live page is held to as well.

For the script see `tests/browser/test_live.py`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.vision import tracking
from mien.vision.tracking import Sighting
from mien.vision.tracking import Tracker
from mien.vision.tracking import Vote
from mien.vision.tracking import matched
from mien.vision.tracking import overlap
from mien.vision.types import Box

TABLE = Path(__file__).resolve().parents[1] / "support" / "tracking_cases.json"
CASES: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))


def vote_of(text: str | None) -> Vote | None:
    if text is None:
        return None
    decision, _, person = text.partition(":")
    assert decision in ("match", "ambiguous", "unknown")
    return Vote(decision, person)  # type: ignore[arg-type]  # one of the three


def text_of(vote: Vote | None) -> str | None:
    if vote is None:
        return None
    return f"match:{vote.person}" if vote.decision == "match" else vote.decision


def sighting_of(seen: dict[str, Any]) -> Sighting:
    embedding = seen.get("embedding")
    return Sighting(
        Box(*seen["box"]),
        None if embedding is None else np.array(embedding, dtype=np.float32),
        vote_of(seen.get("vote")),
    )


@pytest.mark.parametrize("case", CASES["cases"], ids=[each["name"] for each in CASES["cases"]])
def test_faces_are_followed_as_the_table_says(case: dict[str, Any]) -> None:
    tracker = Tracker()
    for frame in case["frames"]:
        if "expect" in frame:
            tracker.expect(*frame["expect"])
        tracks = tracker.see([sighting_of(each) for each in frame["seen"]], frame["at"])
        assert [track.id for track in tracks] == frame["ids"], frame["at"]
        assert [text_of(track.label) for track in tracks] == frame["labels"], frame["at"]
        if "asks" in frame:
            asks = [tracker.asks(track, frame["at"]) for track in tracks]
            assert asks == frame["asks"], frame["at"]


def test_the_rules_are_those_of_the_table() -> None:
    named = {
        "grown": tracking.GROWN,
        "leastOverlap": tracking.LEAST_OVERLAP,
        "differentBelow": tracking.DIFFERENT_BELOW,
        "sameFrom": tracking.SAME_FROM,
        "keepSeconds": tracking.KEEP_SECONDS,
        "recallSeconds": tracking.RECALL_SECONDS,
        "tentativeSeconds": tracking.TENTATIVE_SECONDS,
        "coastSeconds": tracking.COAST_SECONDS,
        "recheckSeconds": tracking.RECHECK_SECONDS,
        "window": tracking.WINDOW,
        "agree": tracking.AGREE,
        "giveUp": tracking.GIVE_UP,
    }
    assert named == CASES["rules"]


def test_a_track_goes_on_as_it_moved_for_a_moment_only() -> None:
    tracker = Tracker()
    for number in range(3):
        tracker.see([Sighting(Box(10.0 * number, 0, 10.0 * number + 50, 50))], number / 10)
    (track,) = tracker.tracks
    assert track.velocity == pytest.approx((100, 0))
    assert track.box_at(0.3).left == pytest.approx(30)
    assert track.box_at(9).left == pytest.approx(20 + 100 * tracking.COAST_SECONDS)


def test_boxes_are_matched_each_once_the_nearest_first() -> None:
    faces = [Box(0, 0, 100, 100), Box(300, 0, 400, 100), Box(900, 0, 999, 100)]
    known = [Box(310, 0, 410, 100), Box(20, 0, 120, 100), Box(5, 0, 105, 100)]
    assert matched(faces, known) == {0: 2, 1: 0}
    assert overlap(faces[0], faces[1]) == 0
    assert overlap(faces[0], faces[0]) == pytest.approx(1)
