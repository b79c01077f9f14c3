import json

from click.testing import CliRunner

from mien.cli import cli


def test_every_url_is_listed_with_its_methods_and_endpoint() -> None:
    result = CliRunner().invoke(cli, ["routes", "--json"])
    assert result.exit_code == 0, result.output
    found = {(route["rule"], *route["methods"]) for route in json.loads(result.stdout)}
    assert ("/healthz", "GET") in found
    assert ("/api/v1/detect", "POST") in found


def test_a_pipe_gets_one_line_a_route() -> None:
    lines = CliRunner().invoke(cli, ["routes"]).stdout.splitlines()
    assert all(len(line.split("\t")) == 3 for line in lines)
    assert lines == sorted(lines, key=lambda line: line.split("\t")[0])
