"""What real processes do where they meet another database than the one of the stored files."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import drawn_mien
from building import acting
from building import make_services
from drawing import draw_photo
from load import Request
from load import ask
from load import upload
from mien.cli import cli
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from needs import postgresql_programs
from postgresql_server import running_postgresql
from servers import Home
from servers import Server
from servers import free_port
from servers import make_home

pytestmark = pytest.mark.processes

MIEN = [sys.executable, drawn_mien.__file__]
WSGI = [sys.executable, "-c", "import mien.wsgi"]
STARTS = [
    ["run", "--port", "0"],
    ["dev", "--no-reload", "--port", "0"],
    ["serve"],
    ["wsgi"],
    ["tidy"],
    ["db", "upgrade"],
    ["db", "check"],
    ["users", "add", "root", "--password-stdin"],
    ["people", "list"],
]
ids = "-".join


def ended(arguments: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    """A process that is to end by itself."""
    command = WSGI if arguments == ["wsgi"] else [*MIEN, *arguments]
    inherited = {name: value for name, value in os.environ.items() if name[:5] != "MIEN_"}
    return subprocess.run(
        command,
        env={**inherited, "MIEN_OFFLINE": "true", "MIEN_PORT": "0", **env},
        input="correct horse battery\n", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def everything_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def age(home: Path) -> None:
    for path in (home / "files").glob("??/*"):
        os.utime(path, (1, 1))


def add(home: Path, name: str = "ada") -> None:
    services = make_services(home)
    enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo([name])),
        subject=NamedPerson(name),
    )
    services.database.close()
    age(home)


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    """The home of an installation whose database is gone."""
    home = make_home(tmp_path).folder
    add(home)
    for path in home.glob("mien.db*"):
        path.unlink()
    return home


@pytest.mark.parametrize("arguments", STARTS, ids=ids)
def test_where_the_database_is_lost_nothing_is_made_and_nothing_removed(
    lost: Path, arguments: list[str]
) -> None:
    before = everything_in(lost / "files")
    assert len(before) == 3
    done = ended(arguments, MIEN_HOME=str(lost))
    assert done.returncode != 0
    assert "(files_of_another_database)" in done.stderr, done.stderr
    assert str(lost / "mien.db") in done.stderr
    assert not (lost / "mien.db").exists()
    assert everything_in(lost / "files") == before


@pytest.mark.parametrize(
    "arguments",
    [
        *(["people", "list"], ["galleries", "show", "x"], ["db", "check"], ["tidy"], ["serve"]),
        *(["db", "backup", "b.tar.gz"], ["models", "list"]),
    ],
    ids=ids,
)
def test_what_only_asks_makes_nothing_where_nothing_is(
    tmp_path: Path, arguments: list[str]
) -> None:
    home = tmp_path / "new"
    done = ended(arguments, MIEN_HOME=str(home), MIEN_MODELS_DIR=str(tmp_path / "models"))
    if arguments[0] != "models":
        assert done.returncode != 0
        assert "(database_missing)" in done.stderr
    assert not home.exists()


def test_what_adds_something_makes_a_database_and_says_which(tmp_path: Path) -> None:
    home = tmp_path / "new"
    done = ended(["users", "add", "root", "--password-stdin"], MIEN_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert f"Created a new database: {home / 'mien.db'}\n" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["run", "--port", "0"], ["serve"], ["wsgi"], ["tidy"], ["db", "check"], ["people", "list"]],
    ids=ids,
)
def test_files_of_another_database_are_left_alone(tmp_path: Path, arguments: list[str]) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        add(make_home(tmp_path / name).folder, name)
    home = tmp_path / "one" / "home"
    elsewhere = f"sqlite:///{tmp_path / 'other' / 'home' / 'mien.db'}"
    before = everything_in(home / "files")
    done = ended(arguments, MIEN_HOME=str(home), MIEN_DATABASE_URL=elsewhere)
    assert "(files_of_another_database)" in done.stderr + done.stdout, done.stderr
    only_asks = arguments[0] in {"people", "users"}
    assert (done.returncode == 0) == only_asks
    assert everything_in(home / "files") == before


def test_an_installation_of_postgresql_whose_address_is_forgotten_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    photo = tmp_path / "ada.png"
    photo.write_bytes(draw_photo(["ada"]))
    with running_postgresql(postgresql_programs(), port=free_port()) as server:
        url = f"postgresql+psycopg://postgres@/postgres?host={server.socket}&port={server.port}"
        given = {"MIEN_HOME": str(home), "MIEN_DATABASE_URL": url}
        done = ended(["people", "add", "Ada", str(photo)], **given)
        assert done.returncode == 0, done.stderr
        assert "Created a new database: postgresql+psycopg://postgres@/postgres\n" in done.stderr
        age(home)
        before = everything_in(home)
        assert len([name for name in before if name.startswith("files/")]) == 3
        for arguments in STARTS:
            done = ended(arguments, MIEN_HOME=str(home))
            assert done.returncode != 0, arguments
            assert re.search(r"\((files_of_another_database|database_missing)\)", done.stderr)
            assert everything_in(home) == before, arguments
        # With the address everything is as it was.
        done = ended(["db", "check"], **given)
        assert done.returncode == 0, done.stdout + done.stderr


def rendered(folder: Path, kind: str, **env: str) -> dict[str, str]:
    result = CliRunner().invoke(cli, ["deploy", "render", kind, "--out", str(folder)], env=env)
    assert result.exit_code == 0, result.output
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """The settings of an installation whose database is not in its home."""
    home = make_home(tmp_path).folder
    (home / "mien.db").rename(tmp_path / "elsewhere.db")
    given = {
        "MIEN_HOME": str(home),
        "MIEN_DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.db'}",
    }
    photo = tmp_path / "ada.png"
    photo.write_bytes(draw_photo(["ada"]))
    done = ended(["people", "add", "Ada", str(photo)], **given)
    assert done.returncode == 0, done.stderr
    age(home)
    return given


def test_what_units_start_ends_where_their_secrets_are_absent_once(
    tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    home = Path(elsewhere["MIEN_HOME"])
    before = everything_in(home)
    units = rendered(tmp_path / "units", "systemd", MIEN_HOME=str(home))
    commands = [
        line
        for name in ("mien.service", "mien-worker.service", "mien-tidy.service")
        for line in re.findall(r"^ExecStart(?:Pre)?=(.*)$", units[name], re.MULTILINE)
    ]
    assert len(commands) == 4
    for command in commands:
        done = ended(shlex.split(command)[1:], MIEN_HOME=str(home))
        assert done.returncode != 0, command
        assert "(files_of_another_database)" in done.stderr
        assert everything_in(home) == before, command


def test_units_need_the_secrets_that_hold_the_address_of_the_database(
    tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    for units, dash in (
        (rendered(tmp_path / "units", "systemd", **elsewhere), ""),
        (rendered(tmp_path / "others", "systemd", MIEN_HOME=elsewhere["MIEN_HOME"]), "-"),
    ):
        for name in ("mien.service", "mien-worker.service", "mien-tidy.service"):
            [secrets] = re.findall(r"^EnvironmentFile=(.*)$", units[name], re.MULTILINE)
            assert secrets == f"{dash}/etc/mien/secrets.env"
            assert "elsewhere.db" not in units[name]


def test_the_compose_file_needs_the_address_that_it_was_rendered_with(
    tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    written = rendered(tmp_path / "compose", "compose", **elsewhere)["compose.yaml"]
    assert re.search(r"MIEN_DATABASE_URL: \$\{MIEN_DATABASE_URL:\?[^}]+\}", written)
    assert "elsewhere.db" not in written
    written = rendered(tmp_path / "without", "compose")["compose.yaml"]
    assert "MIEN_DATABASE_URL: ${MIEN_DATABASE_URL:-}" in written


def test_a_server_whose_disk_of_files_goes_away_stores_nothing_and_says_so(
    home: Home, serve: Callable[..., Server]
) -> None:
    add(home.folder)
    server = serve("--workers", "1")
    ready = Request("GET", "/readyz", b"", {"X-API-Key": home.key})
    assert ask(server.address, ready)[0] == 200
    files = home.folder / "files"
    files.rename(home.folder / "mounted")
    files.mkdir()
    people = "/api/v1/galleries/default/people"
    named = Request("POST", people, b'{"name": "Bob"}', {"X-API-Key": home.key, "Content-Type": "application/json"})  # fmt: skip  # noqa: E501
    status, body = ask(server.address, named)
    assert status == 201, body
    person = re.findall(rb'"id": ?"([^"]+)"', body)[0].decode()
    sent = upload(f"{people}/{person}/faces", draw_photo(["bob"]), key=home.key)
    status, body = ask(server.address, sent)
    assert (status, b'"files_unavailable"' in body) == (503, True), body
    assert str(home.folder).encode() not in body, "places are nobody's business"
    status, body = ask(server.address, ready)
    assert (status, b'"files_unavailable"' in body) == (503, True), body
    assert list(files.iterdir()) == []
    files.rmdir()
    (home.folder / "mounted").rename(files)
    status, body = ask(server.address, sent)
    assert status == 201, body
    assert ask(server.address, ready)[0] == 200
