"""What the page on metrics says to Prometheus is what Mien understands, and Prometheus too."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from flask import Flask

from mien.access.actor import OPERATOR
from mien.access.api_keys import create_key
from mien.runtime import Runtime

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "metrics.md"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def blocks(language: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_a_scrape_as_configured_is_answered(app: Flask, runtime: Runtime) -> None:
    (configured,) = blocks("yaml")
    (job,) = yaml.safe_load(configured)["scrape_configs"]
    key, _ = create_key(runtime.call(OPERATOR), name="prometheus", scopes=["admin"])
    headers = {"Authorization": f"{job['authorization']['type']} {key}"}
    client = app.test_client()
    path = job["metrics_path"]
    assert client.get(path, environ_base=ELSEWHERE).status_code == 401
    assert client.get(path, environ_base=ELSEWHERE, headers=headers).status_code == 200


def test_every_metric_that_is_asked_for_exists() -> None:
    documented = set(re.findall(r"^\| `(mien_\w+)`", PAGE.read_text("utf-8"), re.MULTILINE))
    questions = blocks("promql")
    asked = {name for question in questions for name in re.findall(r"mien_\w+", question)}
    assert len(asked) > 3
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} <= documented


def test_prometheus_takes_configuration_and_questions(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool, which comes with Prometheus, is not installed")
    key = tmp_path / "mien.key"
    key.touch()
    (configured,) = blocks("yaml")
    config = tmp_path / "prometheus.yml"
    config.write_text(configured.replace("/etc/prometheus/mien.key", str(key)), encoding="utf-8")
    rules = [{"record": f"asked:{n}", "expr": expr} for n, expr in enumerate(blocks("promql"))]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": rules}]}))
    for command in (["config", config], ["rules", tmp_path / "rules.yml"]):
        done = subprocess.run(
            [promtool, "check", *map(str, command)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
