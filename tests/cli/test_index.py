import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.cli import cli
from mien.gallery import index_upkeep
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.index_upkeep import GalleryIndex


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with closing(make_runtime(tmp_path / "home")) as runtime:
        call = acting(runtime.services)
        photo = Upload(draw_photo(["ada"]))
        enrol(call, gallery="default", source=photo, subject=NewPerson("ada"))
    return tmp_path / "home"


def run(home: Path, *arguments: str) -> Result:
    environment = {"MIEN_HOME": str(home), "MIEN_OFFLINE": "true", "MIEN_INDEX": "int8"}
    return CliRunner().invoke(cli, ["index", *arguments], env=environment)


def test_indexes_are_shown_checked_and_rebuilt(home: Path) -> None:
    shown = json.loads(run(home, "show", "--json").stdout)
    assert shown["index"] == "int8"
    assert [(each["gallery"], each["faces"], each["is_kept"]) for each in shown["galleries"]] == [
        ("default", 1, False)
    ]
    checked = run(home, "check", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["agrees"]) == (0, True)
    rebuilt = run(home, "rebuild", "--gallery", "default", "--json")
    assert [each["rebuilt"] for each in json.loads(rebuilt.stdout)["galleries"]] == [True]
    assert run(home, "show").exit_code == run(home, "rebuild").exit_code == 0
    assert "(gallery_not_found)" in run(home, "rebuild", "--gallery", "none").stderr


def test_what_does_not_match_is_a_failure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [GalleryIndex("default", 1, is_kept=True, missing=1, surplus=2)]
    monkeypatch.setattr(index_upkeep, "check_indexes", lambda *_, **__: found)
    checked = run(home, "check")
    assert checked.exit_code == 1
    assert "--mend" in checked.stderr
