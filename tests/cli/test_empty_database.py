"""Commands that ask, on a database without tables: told with a code, and nothing is made."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result
from sqlalchemy import inspect

from drawing import draw_photo
from mien.cli import cli
from mien.storage.database import Database

pytestmark = pytest.mark.processes

NEED_NONE = (["models", "list"], ["models", "show", "mobile"], ["models", "list", "--json"])
ASK = (
    ["people", "list"],
    ["people", "show", "Ada"],
    ["people", "remove", "Ada", "--yes"],
    ["people", "change", "Ada", "--name", "Bob"],
    ["galleries", "list"],
    ["galleries", "show", "default"],
    ["galleries", "change", "default", "--gate", "off"],
    ["galleries", "remove", "club", "--yes"],
    ["galleries", "weigh", "default"],
    ["users", "list"],
    ["users", "remove", "root", "--yes"],
    ["keys", "list"],
    ["keys", "remove", "k"],
    ["db", "check"],
    ["db", "adopt"],
    ["identify", "ada.png"],
    ["tidy"],
    ["models", "use", "mobile"],
    ["serve", "--bind", "127.0.0.1:0"],
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    (tmp_path / "empty.db").touch()
    return f"sqlite:///{tmp_path / 'empty.db'}"


def mien(arguments: list[str], url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(folder)
    (folder / "ada.png").write_bytes(draw_photo(["ada"]))
    environment = {
        "MIEN_HOME": str(folder / "home"),
        "MIEN_DATABASE_URL": url,
        "MIEN_OFFLINE": "true",
    }
    return CliRunner().invoke(cli, arguments, env=environment)


def tables(url: str) -> list[str]:
    database = Database(url)
    with database.read() as session:
        found = inspect(session.connection()).get_table_names()
    database.close()
    return found


@pytest.mark.parametrize("arguments", NEED_NONE, ids=" ".join)
def test_packs_can_be_looked_at_without_tables(
    arguments: list[str], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = mien(arguments, url, tmp_path, monkeypatch)
    assert done.exit_code == 0, done.output
    assert tables(url) == []


def test_what_asks_says_that_there_is_no_database(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_sqlite = [["db", "backup", "out.tar.gz"]] if url.startswith("sqlite") else []
    for arguments in (*ASK, *only_sqlite):
        done = mien(list(arguments), url, tmp_path, monkeypatch)
        assert "(database_missing)" in done.stderr, (arguments, done.output, done.exception)
        assert done.exit_code != 0
        assert isinstance(done.exception, SystemExit)
        assert tables(url) == []
