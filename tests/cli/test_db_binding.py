"""`mien db adopt` and `mien db begin-anew`."""

import json
import shutil
from pathlib import Path

import pytest
from alembic import command

from building import acting
from building import make_services
from commanding import Mien
from drawing import draw_photo
from looking import files_of
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.storage.migrate import configuration


def add(home: Path, *names: str) -> set[str]:
    services = make_services(home)
    for name in names:
        enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo([name])),
            subject=NamedPerson(name),
        )
    found = files_of(services)
    services.database.close()
    return found


def stored(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("??/*")}


@pytest.fixture
def files(home: Path) -> Path:
    """The folder of an installation with Ada."""
    home.mkdir()
    add(home, "ada")
    return home / "files"


def lose_database(home: Path) -> None:
    for path in home.glob("mien.db*"):
        path.unlink()


def test_who_has_lost_the_database_begins_anew_on_purpose(
    mien: Mien, home: Path, files: Path
) -> None:
    before = stored(files)
    lose_database(home)
    assert mien("db", "begin-anew").exit_code == 2, "nobody is there to be asked"
    assert not (home / "mien.db").exists()
    assert stored(files) == before
    done = mien("db", "begin-anew", "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["files"], told["database_made"]) == (2, True)
    former = Path(told["folder"])
    assert former.parent == files
    assert former.stat().st_mode & 0o777 == 0o700
    assert stored(former) == before
    assert stored(files) == set()
    assert mien("db", "check").exit_code == 0
    after = add(home, "bob")
    assert mien("tidy").exit_code == 0
    assert (stored(files), stored(former)) == (after, before)
    # And the way back, for whom the database turns up again.
    assert mien("db", "begin-anew", "--yes").exit_code == 1
    assert "(conflict)" in mien("db", "begin-anew", "--yes").stderr


def test_beginning_anew_goes_on_with_a_database_that_is_there(
    mien: Mien, home: Path, files: Path
) -> None:
    before = stored(files)
    (home / "other").mkdir()
    add(home / "other", "bob")
    lose_database(home)
    shutil.copy(home / "other" / "mien.db", home / "mien.db")
    assert "(files_of_another_database)" in mien("db", "adopt").stderr
    done = mien("db", "begin-anew", "--yes", "--json")
    told = json.loads(done.stdout)
    assert (told["files"], told["database_made"]) == (2, False)
    assert stored(Path(told["folder"])) == before
    found = json.loads(mien("db", "check", "--json").stdout)
    assert (found["misfit"], len(found["missing_files"])) == ("", 2)


def test_files_that_the_database_knows_are_not_set_aside(
    mien: Mien, home: Path, files: Path
) -> None:
    before = stored(files)
    for sign in ("another", None):
        if sign is None:
            (files / "installation").unlink()
        else:
            (files / "installation").write_text(sign)
        done = mien("db", "begin-anew", "--yes")
        assert (done.exit_code, "(conflict)" in done.stderr) == (1, True)
        assert stored(files) == before
    assert home.exists()


def test_two_that_were_restored_together_are_adopted(mien: Mien, home: Path, files: Path) -> None:
    assert home.exists()
    (files / "installation").write_text("of another time\n")
    found = json.loads(mien("db", "check", "--json").stdout)
    assert (found["sound"], found["misfit"]) == (False, "files_of_another_database")
    gone = min(files.glob("??/*"))
    gone.unlink()
    stray = files / "ff" / ("f" * 32 + ".jpg")
    stray.parent.mkdir(exist_ok=True)
    stray.touch()
    done = mien("db", "adopt", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"files": 1, "missing": 1, "strays": 1}
    assert json.loads(mien("db", "check", "--json").stdout)["misfit"] == ""
    assert mien("db", "adopt").exit_code == 0


def test_a_database_whose_files_are_lost_is_adopted_without_them(
    mien: Mien, home: Path, files: Path
) -> None:
    shutil.rmtree(files)
    assert "(files_unavailable)" in mien("db", "upgrade").stderr
    photo = home / "bob.png"
    photo.write_bytes(draw_photo(["bob"]))
    refused = mien("people", "add", "Bob", photo)
    assert (refused.exit_code, "(files_unavailable)" in refused.stderr) == (1, True)
    # What asks nothing of the files is answered, with a word about them.
    listed = mien("people", "list")
    assert (listed.exit_code, "(files_unavailable)" in listed.stderr) == (0, True)
    assert "ada" in listed.stdout
    assert mien("db", "adopt").exit_code == 0
    assert mien("people", "add", "Bob", photo).exit_code == 0


def test_an_installation_of_the_version_before_is_bound_by_its_upgrade(
    mien: Mien, home: Path, files: Path
) -> None:
    before = stored(files)
    (files / "installation").unlink()
    services = make_services(home)
    with services.database.connection() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
    services.database.close()
    done = mien("db", "upgrade")
    assert done.exit_code == 0, done.stderr
    assert (files / "installation").read_text().strip()
    assert stored(files) == before
    assert mien("db", "check").exit_code == 0


def test_a_restored_home_is_bound_to_what_was_restored(
    mien: Mien, home: Path, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mien("db", "backup", tmp_path / "b.tar.gz").exit_code == 0
    own = (files / "installation").read_text()
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "elsewhere"))
    assert mien("db", "restore", tmp_path / "b.tar.gz").exit_code == 0
    marker = tmp_path / "elsewhere" / "files" / "installation"
    assert marker.read_text() == own
    # Over another installation, whose files go with its database.
    (tmp_path / "third").mkdir()
    add(tmp_path / "third", "cy")
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "third"))
    assert mien("db", "restore", tmp_path / "b.tar.gz", "--force").exit_code == 0
    assert (tmp_path / "third" / "files" / "installation").read_text() == own
    assert mien("db", "check").exit_code == 0
    assert home.exists()
