"""Imports of archives and lists, and the jobs that they are."""

import csv
import io
import json
import zipfile
from pathlib import Path

from commanding import Mien
from drawing import draw_photo


def archive(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return path


def test_an_archive_is_imported_with_a_report(mien: Mien, tmp_path: Path) -> None:
    album = archive(
        tmp_path / "album.zip",
        {
            "press/Ada/1.png": draw_photo(["ada"]),
            "press/=Eve/none.png": draw_photo([]),
            "press/Ada/notes.txt": b"",
        },
    )
    report = tmp_path / "report.csv"
    done = mien("people", "import", album, "--report", report, "--json")
    assert done.exit_code == 3, done.stderr
    assert [each["name"] for each in json.loads(done.stdout)["people"]] == ["Ada"]
    rows = list(csv.DictReader(io.StringIO(report.read_text("utf-8"))))
    assert {row["file"]: row["code"] for row in rows} == {
        "press/Ada/1.png": "",
        "press/Ada/notes.txt": "file_skipped",
        "press/=Eve/none.png": "no_face_found",
    }
    # A spreadsheet would take the name for a formula.
    assert {row["person"] for row in rows} == {"Ada", "'=Eve"}

    [job] = json.loads(mien("jobs", "list", "--json").stdout)["jobs"]
    assert (job["state"], job["title"]) == ("done", "album.zip")
    assert job["counts"] == {"added": 1, "refused": 2}
    assert mien("jobs", "report", job["id"]).stdout == report.read_text("utf-8")
    assert mien("jobs", "show", job["id"]).exit_code == 0
    assert mien("jobs", "cancel", job["id"]).exit_code == 1


def test_a_list_on_the_disk_is_imported(mien: Mien, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "pics").mkdir(parents=True)
    (folder / "pics" / "a.png").write_bytes(draw_photo(["ada"]))
    (folder / "staff.csv").write_text("file,name,team\npics/a.png,Ada,blue\npics/b.png,Bea,\n")
    done = mien("people", "import", folder / "staff.csv", "--json")
    assert done.exit_code == 3, done.stderr
    found = json.loads(done.stdout)
    assert [each["code"] for each in found["refused"]] == ["file_skipped"]
    [ada] = found["people"]
    shown = json.loads(mien("people", "show", ada["id"], "--json").stdout)
    assert shown["metadata"] == {"team": "blue"}


def test_what_is_no_archive_says_so(mien: Mien, tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_bytes(b"no archive at all")
    done = mien("people", "import", tmp_path / "notes.zip")
    assert done.exit_code == 1
    assert "archive_refused" in done.stderr
    assert mien("jobs", "show", "nobody").exit_code == 1
