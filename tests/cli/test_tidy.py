import json
from pathlib import Path

from click.testing import CliRunner

from building import make_services
from mien.cli import cli


def test_tidying_says_what_went(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    services.database.close()
    environment = {"MIEN_HOME": str(tmp_path), "MIEN_OFFLINE": "true"}
    result = CliRunner().invoke(cli, ["tidy", "--json"], env=environment)
    assert result.exit_code == 0, result.output
    counts = (
        "probes",
        "unknown_faces",
        "sign_ins",
        "removals",
        "files",
        "emptied",
        "stuck",
        "erasures",
    )
    assert json.loads(result.stdout) == dict.fromkeys(counts, 0)
    told = CliRunner().invoke(cli, ["tidy"], env=environment)
    assert "0 uploaded photos" in told.stderr


def test_tidying_makes_no_database(tmp_path: Path) -> None:
    environment = {"MIEN_HOME": str(tmp_path / "none"), "MIEN_OFFLINE": "true"}
    done = CliRunner().invoke(cli, ["tidy"], env=environment)
    assert done.exit_code == 1
    assert "(database_missing)" in done.stderr
    assert not (tmp_path / "none").exists()
