"""What holds for every rendered file, whoever reads it."""

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result

from mien.cli import cli
from mien.cli.deploy.commands import render
from mien.deploy.error_responses import OWN_ANSWERS
from mien.http.problems import INTERNAL_ERROR
from mien.web.errors import TITLES
from mien.words.http_codes import HTTP_CODES
from mien.words.http_codes import OVERLOADED

NEEDED = {"nginx": ["--server-name", "mien.example.org"]}
KINDS = sorted(render.commands)
SEVERAL = {"systemd"}


def mien(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(cli, arguments, env=env)


def rendered(folder: Path, kind: str, *options: str, **env: str) -> dict[str, str]:
    given = ["deploy", "render", kind, *NEEDED.get(kind, []), *options, "--out", str(folder)]
    result = mien(*given, **env)
    assert result.exit_code == 0, result.output
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_says_what_it_is_and_which_command_makes_it_again(
    tmp_path: Path, kind: str
) -> None:
    secrets = ["SECRET_KEY", "MILVUS_TOKEN", "FILES_S3_ACCESS_KEY", "FILES_S3_SECRET_KEY"]
    settings = {"MIEN_MAX_UPLOAD_BYTES": "1000000"}
    settings |= {f"MIEN_{name}": "do-not-tell" for name in secrets}
    first = rendered(tmp_path / "a", kind, **settings)
    for name, text in first.items():
        assert "do-not-tell" not in text
        assert "***" not in text
        head = text.splitlines()[:12]
        assert "Mien" in head[0], name
        [line] = [each for each in head if f"mien deploy render {kind}" in each]
        words = shlex.split(line.strip().lstrip("#").strip())
        env = dict(word.split("=", 1) for word in words if word.startswith("MIEN_"))
        assert env == {"MIEN_MAX_UPLOAD_BYTES": "1000000"}
        arguments = words[words.index("mien") + 1 :]
        arguments[arguments.index("--out") + 1] = str(tmp_path / "b")
        again = mien(*arguments, **env)
        assert again.exit_code == 0, again.output
        said = str(tmp_path / "a"), str(tmp_path / "b")
        assert (tmp_path / "b" / name).read_text() == text.replace(*said)


def test_behind_sudo_the_command_is_one_that_sudo_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/opt/mien/.venv/bin/mien", "deploy"])
    settings = {"MIEN_DATABASE_URL_FILE": str(tmp_path / "url"), "SUDO_UID": "1000"}
    (tmp_path / "url").write_text("postgresql://db.example.org/mien", encoding="utf-8")
    unit = rendered(tmp_path / "a", "systemd", **settings)["mien.service"]
    assert "db.example.org" not in unit
    [line] = [each for each in unit.splitlines() if "deploy render systemd" in each]
    assert shlex.split(line.lstrip("# "))[:4] == [
        "sudo", f"MIEN_DATABASE_URL_FILE={tmp_path / 'url'}", "/opt/mien/.venv/bin/mien", "deploy",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_folder_a_file_goes_to_standard_output(kind: str) -> None:
    result = mien("deploy", "render", kind, *NEEDED.get(kind, []))
    if kind in SEVERAL:
        assert result.exit_code == 2
        assert "--out" in result.stderr
    else:
        assert f"mien deploy render {kind}" in result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_holds_no_setting_that_nobody_made(kind: str, tmp_path: Path) -> None:
    files = rendered(tmp_path / "plain", kind)
    assert not [name for name, text in files.items() if "MIEN_LOG_LEVEL" in text]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("nginx", ["--server-name", "a;b"]),
        ("nginx", ["--server-name", "a{"]),
        ("nginx", ["--static", "relative"]),
        ("nginx", ["--static", "/a b"]),
        ("nginx", ["--static", "/a/../../etc"]),
        ("nginx", ["--basic-auth", '/a"']),
        ("nginx", ["--basic-auth-on", "api"]),
        ("nginx", ["--listen", "80 default_server"]),
        ("nginx", ["--upstream", "ftp://a:1"]),
        ("nginx", ["--upstream", "http://a:1;"]),
        ("nginx", ["--upstream", "a"]),
        ("nginx", ["--behind", "everybody"]),
        ("nginx", ["--monitor-from", "10.0.0.1/8"]),
        ("nginx", ["--access-log", "a b"]),
        ("nginx", ["--default-gallery", "a/b", "--upstream", "uwsgi://a:1"]),
        ("nginx", ["--default-gallery", "family", "--upstream", "http://a:1"]),
        (
            "nginx",
            ["--default-gallery", "f", "--upstream", "http://a:1", "--upstream", "uwsgi://b:1"],
        ),
        ("nginx", ["--tls-cert", "/a b", "--tls-key", "/c"]),
        ("uwsgi", ["--run", "/a b"]),
        ("uwsgi", ["--listen", "a\nb"]),
        ("uwsgi", ["--application", "a b"]),
        ("uwsgi-router", ["--listen", "/a.sock"]),
        ("gunicorn", ["--listen", '127.0.0.1:1"']),
        ("gunicorn", ["--application", "mien"]),
    ],
)
def test_what_would_break_out_of_a_configuration_is_refused(kind: str, options: list[str]) -> None:
    result = mien("deploy", "render", kind, *NEEDED.get(kind, []), *options)
    assert result.exit_code == 1, result.output
    assert "invalid_input" in result.stderr
    assert result.stdout == ""


def test_a_certificate_and_its_key_go_together() -> None:
    result = mien("deploy", "render", "nginx", *NEEDED["nginx"], "--tls-cert", "/a")
    assert result.exit_code == 2


def test_the_nodes_setting_is_told_when_it_is_not_there() -> None:
    told = mien("deploy", "render", "nginx", *NEEDED["nginx"])
    assert "MIEN_TRUSTED_PROXIES=1" in told.stderr
    quiet = mien("deploy", "render", "nginx", *NEEDED["nginx"], MIEN_TRUSTED_PROXIES="1")
    assert quiet.stderr == ""


def test_what_a_server_says_in_miens_stead_is_what_mien_says() -> None:
    for each in OWN_ANSWERS:
        assert each.status in TITLES
        if each.code == "overloaded":
            assert each.detail == OVERLOADED
        elif each.status in HTTP_CODES:
            assert (each.code, each.detail) == HTTP_CODES[each.status]
    assert INTERNAL_ERROR


def test_static_files_are_packed_and_other_versions_stay(tmp_path: Path) -> None:
    (tmp_path / "static" / "000000000000").mkdir(parents=True)
    for _ in range(2):
        assert mien("deploy", "static", "--out", str(tmp_path)).exit_code == 0
    [version] = [each for each in (tmp_path / "static").iterdir() if each.name != "0" * 12]
    assert (version / "css" / "main.css.gz").exists()
    assert (tmp_path / "static" / "000000000000").exists()
    page = (tmp_path / "errors" / "413.html").read_text()
    assert page.count('<!--# echo var="request_id" -->') == 1
    assert f"/static/{version.name}/css/main.css" in page
    assert "csrf" not in page
    assert not list(tmp_path.glob("**/.*"))


def test_a_folder_that_cannot_be_written_to_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for command in (["static"], ["render", "gunicorn"]):
        result = mien("deploy", *command, "--out", str(tmp_path / "file" / "in"))
        assert result.exit_code == 1
        assert "Choose another folder" in result.stderr


@pytest.mark.parametrize(
    ("kind", "name", "lines"),
    [
        ("systemd", "mien.service", ["TimeoutStopSec=25", "KillMode=mixed"]),
        ("compose", "compose.yaml", ["    stop_grace_period: 25s", "  init: true"]),
        ("gunicorn", "gunicorn.conf.py", ["graceful_timeout = 10"]),
        ("uwsgi", "", ["reload-mercy = 10", "worker-reload-mercy = 10", "no-orphans = true"]),
    ],
)
def test_whoever_ends_a_server_gives_it_the_time_it_may_take_and_leaves_nothing_of_it(
    tmp_path: Path, kind: str, name: str, lines: list[str]
) -> None:
    files = rendered(tmp_path, kind, MIEN_DRAIN_SECONDS="10")
    text = files[name] if name else next(iter(files.values()))
    assert set(lines) <= set(text.splitlines())
