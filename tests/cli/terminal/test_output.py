import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from mien.cli.terminal.output import one_in
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_table
from mien.cli.terminal.progress import shown_progress
from mien.progress import Progress


@dataclass(frozen=True, slots=True)
class Thing:
    at: dt.datetime
    path: Path
    numbers: tuple[int, ...]


def test_json_holds_dataclasses_times_paths_and_arrays(capsys: pytest.CaptureFixture[str]) -> None:
    at = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    print_json(
        {"thing": Thing(at, Path("a/b"), (1, 2)), "row": np.array([0.5], np.float32), "name": "Åsa"}
    )
    out = capsys.readouterr().out
    assert "Åsa" in out
    assert json.loads(out) == {
        "thing": {"at": "2026-01-02T00:00:00+00:00", "path": "a/b", "numbers": [1, 2]},
        "row": [0.5],
        "name": "Åsa",
    }


def test_json_refuses_bytes() -> None:
    with pytest.raises(TypeError, match="bytes has no JSON form"):
        print_json({"photo": b"\xff"})


def test_a_piped_table_is_one_line_a_row_whatever_a_name_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(["name", "faces"], [("A\tB\nC", 2), (None, 0)], empty="Nobody yet.")
    assert capsys.readouterr().out == "A B C\t2\n\t0\n"


def test_a_table_on_a_terminal_shows_names_as_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_table(["name"], [("[red]Ada[/red]",)])
    print_table(["name"], [], empty="Nobody yet.")
    out = capsys.readouterr().out
    assert "[red]Ada[/red]" in out
    assert "Nobody yet." in out


def test_progress_in_a_pipe_is_a_line_when_something_begins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with shown_progress() as progress:
        progress(Progress("tiny/net.onnx", 0, 7_300_000, stage="fetching"))
        progress(Progress("tiny/net.onnx", 500, 7_300_000, stage="fetching"))
        progress(Progress("tiny/net.onnx", 7_300_000, 7_300_000, stage="ready"))
    assert capsys.readouterr().err == "tiny/net.onnx: fetching, 7.3 MB\n"


def test_progress_on_a_terminal_draws_and_clears_bars(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with shown_progress() as progress:
        progress(Progress("tiny/net.onnx", 10, None, stage="fetching"))
        progress(Progress("tiny/net.onnx", 20, 40, stage="fetching"))
        progress(Progress("tiny/net.onnx", 40, 40, stage="ready"))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("rate", "least", "words"),
    [
        (None, 0.0, ""),
        (0.0, 0.0, "none"),
        (0.001, 0.0, "1 in 1,000"),
        (0.001, 0.0001, "1 in 1,000"),
        (0.0001, 0.0001, "under 1 in 10,000"),
    ],
)
def test_a_rate_is_told_as_odds(rate: float | None, least: float, words: str) -> None:
    assert one_in(rate, least=least) == words
