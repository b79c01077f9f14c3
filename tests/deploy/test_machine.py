"""Units and container files: read by their own tools, and what they start exists and works."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from mien.cli import cli
from mien.cli.serve import serve

HERE = Path(sys.executable).parent


def render(folder: Path, kind: str, *options: str, **env: str) -> dict[str, str]:
    result = CliRunner().invoke(
        cli, ["deploy", "render", kind, *options, "--out", str(folder)], env=env
    )
    assert result.exit_code == 0, result.output
    return {path.name: path.read_text() for path in folder.iterdir()}


def exists(words: list[str]) -> None:
    """Whether a command of Mien is one, and takes these options."""
    assert Path(words[0]).name == "mien", words
    context = click.Context(cli, info_name="mien", **cli.context_settings)
    command: click.Command = cli
    rest = words[1:]
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None, name
        command, context = found, click.Context(found, info_name=name, parent=context)
    command.make_context(command.name, list(rest), parent=context, resilient_parsing=False)


def values(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)


@pytest.fixture(scope="module")
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("no systemd-analyze is installed, which reads units")
    return found


@pytest.mark.parametrize("server", ["gunicorn", "uwsgi"])
@pytest.mark.parametrize("env", [{}, {"MIEN_HOME": "/data/mien", "MIEN_OFFLINE": "true"}])
def test_systemd_finds_no_fault_and_little_exposure(
    tmp_path: Path, analyze: str, server: str, env: dict[str, str]
) -> None:
    units = render(
        tmp_path, "systemd", "--bin", str(HERE), "--user", "root", "--server", server, **env
    )
    assert ("mien.socket" in units) == (server == "gunicorn")
    paths = [str(tmp_path / name) for name in units]
    checked = subprocess.run(
        [analyze, "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    ours = [line for line in checked.stderr.splitlines() if "mien" in line]
    assert (checked.returncode, ours) == (0, [])
    for name in units:
        if name.endswith(".service"):
            command = [analyze, "security", "--offline=yes", "--threshold=25", name]
            exposed = subprocess.run(
                command, cwd=tmp_path, capture_output=True, text=True, check=False
            )
            if "offline" in exposed.stderr.lower() and exposed.returncode:
                pytest.skip("this systemd judges no unit that is not installed")
            assert exposed.returncode == 0, exposed.stdout


def test_what_units_start_is_there(tmp_path: Path) -> None:
    units = render(tmp_path, "systemd", MIEN_HOME="/data/mien", MIEN_ACCEL_PREFIX="/_files/")
    for name in ("mien.service", "mien-worker.service", "mien-tidy.service"):
        unit = units[name]
        for line in [*values(unit, "ExecStart"), *values(unit, "ExecStartPre")]:
            exists(shlex.split(line))
        assert "MIEN_ACCEL_PREFIX=/_files/" in values(unit, "Environment")
        assert "MIEN_HOME=/data/mien" in values(unit, "Environment")
        assert values(unit, "ReadWritePaths") == ["/data/mien"]
        assert values(unit, "UMask") == ["0027"], "Nginx's account reads through the group"


@pytest.mark.parametrize("options", [["--user", "a b"], ["--bin", "bin"], ["--listen", "x"]])
def test_what_would_break_out_of_a_unit_is_refused(options: list[str]) -> None:
    result = CliRunner().invoke(cli, ["deploy", "render", "systemd", *options, "--out", "/nowhere"])
    assert result.exit_code == 1
    assert "invalid_input" in result.stderr


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Word and rest of every instruction, comments and continued lines taken care of."""
    joined = re.sub(r"\\\n", " ", dockerfile)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


@pytest.mark.parametrize("pack", ["", "compact"])
def test_the_image_starts_mien_without_root(
    tmp_path: Path, repository_root: Path, pack: str
) -> None:
    options = ["--bake-models", pack] if pack else []
    steps = instructions(render(tmp_path, "dockerfile", *options)["Dockerfile"])
    words = [word for word, _ in steps]
    assert set(words) <= {"FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "VOLUME", "EXPOSE",
                          "STOPSIGNAL", "HEALTHCHECK", "CMD"}  # fmt: skip
    assert words.index("USER") < words.index("CMD")
    for word, rest in steps:
        if word == "COPY" and "--from" not in rest:
            for source in rest.split()[:-1]:
                assert (repository_root / source).exists(), source
        if word in {"RUN", "CMD"}:
            command = json.loads(rest)
            if "/opt/mien/bin/mien" in command:
                exists(command[command.index("/opt/mien/bin/mien") :])
            elif word == "CMD":
                exists(command)
    assert (f'"pull", "{pack}"' in str(steps)) == bool(pack)


@pytest.mark.thorough
def test_the_image_installs_what_the_lock_names(tmp_path: Path, repository_root: Path) -> None:
    steps = instructions(render(tmp_path, "dockerfile")["Dockerfile"])
    pips = [json.loads(rest)[1:] for word, rest in steps if word == "RUN" and "/pip" in rest]
    assert len(pips) == 2
    # Building and reading everything, installing nothing.
    for arguments in pips:
        done = subprocess.run(
            [sys.executable, "-m", "pip", arguments[0], "--dry-run", *arguments[1:]],
            cwd=repository_root, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_a_python_that_is_too_old_is_refused() -> None:
    result = CliRunner().invoke(cli, ["deploy", "render", "dockerfile", "--python", "3.10"])
    assert result.exit_code == 1


@pytest.mark.parametrize("nginx", ["", "nginx:stable"])
def test_the_compose_file_is_one_and_its_commands_exist(tmp_path: Path, nginx: str) -> None:
    options = ["--nginx", nginx] if nginx else []
    text = render(tmp_path, "compose", *options, MIEN_HOME="/elsewhere", MIEN_OFFLINE="true")
    parsed: dict[str, Any] = yaml.safe_load(text["compose.yaml"])
    services = parsed["services"]
    assert ("nginx" in services) == bool(nginx)
    for name, service in services.items():
        for other in service.get("depends_on", {}):
            assert other in services
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in parsed["volumes"] or source.startswith("./")
        if name == "nginx":
            continue
        environment = service["environment"]
        assert environment["MIEN_OFFLINE"] == "true"
        assert "MIEN_HOME" not in environment, "that of the image holds"
        assert service["read_only"]
        if service["command"][0] == "mien":
            exists(service["command"])
    published = services["nginx" if nginx else "mien"]["ports"]
    assert published == [f"127.0.0.1:8000:{80 if nginx else 8000}"]
    assert services["mien"]["environment"].get("MIEN_TRUSTED_PROXIES") == ("1" if nginx else None)
    compile(services["tidy"]["command"][2], "tidy", "exec")


def test_what_is_written_into_the_image_is_part_of_the_project(repository_root: Path) -> None:
    project = tomllib.loads((repository_root / "pyproject.toml").read_text())["project"]
    assert "mien" in project["scripts"]
    assert serve.name == "serve"
