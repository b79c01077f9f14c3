from pathlib import Path

from bench.cold_start import Seen
from bench.cold_start import Start
from bench.cold_start import computed
from bench.cold_start import drop_from_cache
from bench.cold_start import figures
from bench.page.service import cold_start_ratios
from bench.page.service import show_cold_start


def seen(*restarts: float) -> Seen:
    start = Start(ready=3.0, searched=4.0, computed=2.0)
    return Seen(
        starts={"file": [start], "no file": [start, Start(9.0, 16.0, 8.0)]},
        restarts=[(seconds, 0.5) for seconds in restarts],
        memory=[{"workers": 1, "all": 400, "index": 280}, {"workers": 2, "all": 500, "index": 280}],
    )


def test_the_figures_are_medians_and_workers_have_a_limit() -> None:
    found = figures(seen(1.0, 1.2, 9.0))
    assert found["worker"] == {"searched": 1.2, "longest": 9.0, "computed": 0.5}
    assert found["starts"]["no file"] == {
        "ready": 6.0,
        "searched": 10.0,
        "longest": 16.0,
        "computed": 5.0,
    }
    assert found["good"]
    assert not figures(seen(1.0, 2.1, 2.2))["good"]


def test_the_page_tells_of_starts_and_memory() -> None:
    found = {"faces": 1_000_000, "rounds": 3, "file_mb": 280, "made_seconds": 20.0} | figures(
        seen(1.2)
    )
    told = "\n".join(show_cold_start(found))
    assert "| one worker in place of another |  | 1.2 | 1.2 | 0.5 |" in told
    assert "| 2 | 500 | 280 |" in told
    assert [ratio for _, ratio in cold_start_ratios(found)] == ["0.40", "1.25"]


def test_what_a_process_has_computed_and_what_is_left_of_a_file_in_memory(tmp_path: Path) -> None:
    before = computed("self")
    sum(number * number for number in range(2_000_000))
    assert computed("self") > before
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100_000)
    assert 0 <= drop_from_cache(path) <= 1
