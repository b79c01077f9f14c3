import pytest
from bench.serving import figures
from bench.serving import looped
from bench.soak import Watched
from bench.soak import judge

from load import Outcome


def test_the_figures_of_a_path() -> None:
    rounds = [
        Outcome(seconds=[0.01] * 98 + [0.5] * 2),
        Outcome(seconds=[0.01] * 50, failures=["x"], refused=2),
    ]
    found = figures(rounds, seconds=10)
    assert found["per_second"] == 7.5
    assert found["p50_ms"] == pytest.approx(10)
    assert found["p99_ms"] > 100
    assert found["lost"] == 3


def test_a_loop_tells_what_was_refused() -> None:
    outcome = looped(lambda: False, 2, 0.02)
    assert outcome.seconds == []
    assert set(outcome.failures) == {"refused"}


def seen(memory: float, latency: float) -> Watched:
    """A minute in which the last third is so much more than the first."""
    watched = Watched()
    for second in range(60):
        late = second >= 40
        watched.memory.append((second, int(1e8 * (memory if late else 1))))
        watched.identified.append((second, 0.1 * (latency if late else 1)))
    return watched


def test_a_soak_is_flat_when_memory_and_latency_are() -> None:
    assert judge(seen(1.05, 1.2), 60)["flat"]
    assert not judge(seen(1.2, 1.0), 60)["flat"]
    assert not judge(seen(1.0, 2.0), 60)["flat"]
