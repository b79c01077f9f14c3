import os
import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import sys
from mien.wsgi import app
assert not {"onnxruntime", "openvino"} & set(sys.modules), "no model is loaded"
print(app.test_client().get("/healthz").get_json()["status"])
"""


@pytest.mark.processes
def test_servers_that_are_given_a_module_find_an_application(tmp_path: Path) -> None:
    environment = {**os.environ, "MIEN_HOME": str(tmp_path / "home"), "MIEN_OFFLINE": "true"}
    found = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert found.stdout == "ok\n"
