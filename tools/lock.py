"""Writes requirements/*.lock: every package that pyproject.toml leads to, pinned and hashed.

Runs uv in a throw-away environment; nothing else in the project needs it. The locks hold for every
platform and for every Python from 3.11 on, and name no index, so that any mirror serves them.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS: dict[str, tuple[str, ...]] = {
    # Without the extra `uwsgi`: where there is no wheel of it, a compiler would be needed. Without
    # `milvus`, `s3`, `redis` and `video`, which bring much that few need.
    "requirements/run.lock": (
        "pyproject.toml",
        "requirements/run.in",
        "--extra=openvino",
        "--extra=postgresql",
        "--extra=report",
    ),
    # The constraint keeps both locks at the same versions.
    "requirements/dev.lock": (
        "pyproject.toml",
        "requirements/run.in",
        "requirements/dev.in",
        "--constraints=requirements/run.lock",
        "--all-extras",
    ),
}
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--python-version=3.11",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
)


def main(arguments: list[str]) -> None:
    """Write both locks; `--upgrade` and uv's other options are passed on."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
        # uv does not read pip's configuration; what pip is told about an index holds for it too.
        environment = os.environ | {
            variable: value
            for variable, setting in (
                ("UV_DEFAULT_INDEX", "index-url"),
                ("UV_INDEX", "extra-index-url"),
            )
            if variable not in os.environ and (value := pip_setting(python, setting))
        }
        for lock, inputs in LOCKS.items():
            subprocess.run(
                [python, "-m", "uv", "pip", "compile", *inputs, *OPTIONS, *arguments, "-o", lock],
                check=True,
                cwd=ROOT,
                env=environment,
            )
            print(f"Wrote {lock}")


def pip_setting(python: str, name: str) -> str:
    """The value of one of pip's global settings, empty when it is not set."""
    command = [python, "-m", "pip", "config", "get", f"global.{name}"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
