import json
from pathlib import Path

from bench.all import RESULTS
from bench.page.indexes import show_index
from bench.page.sections import SECTIONS
from bench.page.tables import table
from bench.page.write import write_pages

MEMORY = {
    "machine": "2 cores",
    "date": "2026-01-02",
    "command": "python bench/memory.py",
    "found": [{"step": "Python", "held": 14.2, "own": 7.0, "most": 14.2}],
}
SERVING = {
    "machine": "4 cores",
    "date": "2026-01-03",
    "command": "python bench/serving.py",
    "found": {
        "paths": {
            "Gunicorn (mien serve)": {
                "of_engine": 0.951,
                **dict.fromkeys(("per_second", "p50_ms", "p95_ms", "p99_ms"), 20),
                "lost": 0,
            }
        },
        "missing": {"uWSGI alone": "no uwsgi is installed"},
    },
}


def written(tmp_path: Path, **kept: object) -> str:
    (tmp_path / "images").mkdir(exist_ok=True)
    write_pages(tmp_path, kept)  # type: ignore[arg-type]  # as much as is looked at
    return (tmp_path / "benchmarks.md").read_text()


def test_the_page_shows_ratios_first_and_each_command_beside_its_table(tmp_path: Path) -> None:
    page = written(tmp_path, memory=MEMORY, serving=SERVING)
    assert page.index("| 95% |") < page.index("## What a server costs")
    assert page.index("`python bench/memory.py`") < page.index("| Python | 14 | 7 | 14 |")
    assert "- 4 cores, 2026-01-03: What a server costs" in page
    assert "no uwsgi is installed" in page


def test_what_was_not_measured_is_said(tmp_path: Path) -> None:
    page = written(tmp_path, memory=MEMORY)
    last = page.strip().splitlines()[-1]
    mine = [each for each in SECTIONS if each.page == "benchmarks"]
    assert [each.title in last for each in mine] == [each.name != "memory" for each in mine]
    assert "Not measured yet: Few and many" in (tmp_path / "reliability.md").read_text()


def test_a_table() -> None:
    assert table(("a", "b"), [(1, "x")]) == ["| a | b |", "|---|---|", "| 1 | x |"]


def test_results_of_before_are_shown_without_peers_and_new_ones_with_them() -> None:
    found = json.loads((RESULTS / "index.json").read_bytes())["found"]
    before = show_index(found)
    peer = {"over_int8_p50": 4.56, "recall_at_10": 0.9876, "made_seconds": 12}
    found["sizes"][0]["peers"] = {
        "pgvector": {"milliseconds": {"min": 1.0, "p50": 2.0, "p99": 3.0}, **peer}
    }
    new = [line for line in show_index(found) if line not in before]
    assert any("| pgvector | 1.0 (2.0) | 4.56 | 0.9876 | 12 |" in line for line in new)
    assert not any("pgvector" in line for line in before)
