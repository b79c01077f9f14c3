"""The simulation of many nodes, held against what is known without it."""

import math

import numpy as np
import pytest
from bench.scale import Scan
from bench.scale import measure
from bench.scale import need
from bench.scale import report
from bench.scale import tails
from bench.sharding import TRIP_SECONDS
from bench.sharding import Loss
from bench.sharding import simulate

pytestmark = pytest.mark.thorough


def test_one_node_waits_as_the_theory_of_queues_says() -> None:
    out = simulate([1.0], shares=1, copies=1, rate=0.5, searches=60_000)
    waited = out.seconds - TRIP_SECONDS - 1.0
    # Half of all time taken, and each search takes as long: half a search is waited for on average.
    assert float(waited.mean()) == pytest.approx(0.5, rel=0.1)
    assert float(waited.min()) == pytest.approx(0.0, abs=1e-6)


def test_the_last_of_many_shares_is_waited_for() -> None:
    scans = [0.01] * 99 + [1.0]
    alone = simulate(scans, shares=1, copies=1, rate=0.001, searches=2_000)
    many = simulate(scans, shares=200, copies=1, rate=0.001, searches=2_000)
    assert np.median(alone.seconds) == pytest.approx(0.01 + TRIP_SECONDS, abs=1e-6)
    # That none of 200 takes the long time is the chance of 0.99 to the 200th: one in seven.
    assert np.mean(many.seconds < 0.5) == pytest.approx(0.99**200, abs=0.03)


def test_without_another_copy_nobody_is_answered_from_a_part_of_the_faces() -> None:
    out = simulate([0.01], shares=5, copies=1, rate=5, searches=2_000, loss=Loss())
    assert np.isfinite(out.between(0, out.lost_at)).all()
    assert np.isinf(out.between(out.lost_at, math.inf)).all()


def test_another_copy_answers_for_the_lost_one() -> None:
    loss = Loss(timeout=0.5, noticed=20.0)
    out = simulate([0.01], shares=5, copies=2, rate=5, searches=2_000, loss=loss)
    meanwhile = out.between(out.lost_at, out.noticed_at)
    assert np.isfinite(out.seconds).all()
    assert 0.5 < meanwhile.max() < 0.7
    assert out.between(out.noticed_at, math.inf).max() < 0.2


def test_what_is_left_of_two_copies_does_not_bear_more_than_one_can() -> None:
    for load, bears in ((0.4, True), (0.6, False)):
        out = simulate(
            [0.1], shares=4, copies=2, rate=load * 2 / 0.1, searches=8_000, loss=Loss(at=0.2)
        )
        last = out.seconds[-500:]
        assert (float(np.median(last)) < 1) == bears


def test_needs_grow_with_the_faces_and_shares_keep_to_the_time() -> None:
    scan = Scan("exact", 1_000, 8, 100.0, (0.001, 0.002, 0.003))
    small, large = (need(scan, faces, within=0.25) for faces in (1_000, 10**9))
    assert small.shares == 1
    assert small.memory_gb == pytest.approx(1e-4)
    assert large.one_core_seconds / large.shares <= 0.25
    assert large.share_gb * large.shares == pytest.approx(100.0)


def test_a_run_tells_all_of_it() -> None:
    scan = measure("exact", 2_000, 16, searches=5)
    needs = [need(scan, 10_000, within=0.00002)]
    rows = tails(scan, needs[0], searches=200)
    assert [row["after_refused"] for row in rows[:2]] == [1.0, 1.0]
    assert "none" in report(scan, needs, rows)
