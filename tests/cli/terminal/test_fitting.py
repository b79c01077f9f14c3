import re

import pytest
from rich.cells import cell_len

from mien.cli.terminal.fitting import GAP
from mien.cli.terminal.fitting import cut_middle
from mien.cli.terminal.fitting import fit
from mien.cli.terminal.output import print_table
from mien.cli.terminal.progress import shown_progress
from mien.progress import Progress

COLUMNS = ["photo", "face", "quality", "score"]
PHOTO = "/data/people/Ada Lovelace/portrait-1842-0001.jpg"
ROWS = [[PHOTO, "1", "too small, blurred", "0.94"], ["b.jpg", "2", "good", "0.71"]]


def total(columns: list[str], rows: list[list[str]]) -> int:
    widths = [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]
    return sum(widths) + GAP * (len(widths) - 1)


def plain(drawn: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", drawn)


@pytest.mark.parametrize(
    ("cells", "cut"),
    [(10, "abcdefghij"), (9, "abcd…ghij"), (5, "ab…ij"), (2, "…j"), (1, "…")],
)
def test_a_name_loses_its_middle(cells: int, cut: str) -> None:
    assert cut_middle("abcdefghij", cells) == cut


def test_wide_characters_count_as_they_are_drawn() -> None:
    cut = cut_middle("王小明王小明王小明.jpg", 12)
    assert cell_len(cut) <= 12
    assert cut.endswith(".jpg")


def test_what_fits_stays_as_it_is() -> None:
    assert fit(COLUMNS, ROWS, width=100, names=["photo"], lesser=["score"]) == (COLUMNS, ROWS)


def test_names_are_cut_before_a_column_goes() -> None:
    columns, rows = fit(COLUMNS, ROWS, width=70, names=["photo"], lesser=["score"])
    assert columns == COLUMNS
    assert total(columns, rows) == 70
    assert re.fullmatch(r"/data/.*….*0001\.jpg", rows[0][0])
    assert rows[1] == ROWS[1]


def test_lesser_columns_go_before_names_become_stumps() -> None:
    columns, rows = fit(COLUMNS, ROWS, width=50, names=["photo"], lesser=["score", "face"])
    assert columns == ["photo", "face", "quality"]
    assert total(columns, rows) <= 50
    columns, rows = fit(COLUMNS, ROWS, width=30, names=["photo"], lesser=["score", "face"])
    assert columns == ["photo", "quality"]
    assert total(columns, rows) <= 30


@pytest.mark.parametrize("width", [80, 60, 40])
def test_rows_of_a_terminal_do_not_wrap(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(COLUMNS, ROWS, names=["photo"], lesser=["score", "face"])
    lines = plain(capsys.readouterr().out).splitlines()
    assert len(lines) == 1 + len(ROWS)
    assert max(map(cell_len, lines)) <= width


def test_a_pipe_gets_everything(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    print_table(COLUMNS, ROWS, names=["photo"], lesser=["score", "face"])
    assert capsys.readouterr().out.splitlines()[0].split("\t") == ROWS[0]


@pytest.mark.parametrize("width", [80, 60, 40])
def test_progress_fits_a_line(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    what = "compact/face-reidentification-retail-0095.xml"
    with shown_progress() as progress:
        progress(Progress(what, 1_000_000, 12_200_000, stage="fetching"))
        progress(Progress(what, 12_200_000, 12_200_000, stage="ready"))
        progress(Progress("compact/was-there.bin", 5, 5, stage="ready"))
    drawn = plain(capsys.readouterr().err)
    lines = [line for line in re.split(r"[\r\n]+", drawn) if line.strip()]
    assert lines
    assert max(map(cell_len, lines)) <= width
    # Rich would put an ellipsis at the end of a line that is too long.
    assert all(".xml" in line and "/12.2 MB" in line for line in lines)
    assert "was-there" not in drawn
