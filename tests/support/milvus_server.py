"""A Milvus Lite for one test, as a server of its own that nobody else can reach."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import free_port
from servers import wait_until_listening


def has_milvus() -> bool:
    """Whether Milvus Lite and what speaks to it are installed."""
    return all(importlib.util.find_spec(name) for name in ("milvus_lite", "pymilvus"))


@contextmanager
def running_milvus(folder: Path, *, port: int = 0) -> Iterator[str]:
    """A server over a folder; gives its address."""
    port = port or free_port()
    with (folder / "milvus.log").open("w") as log:
        server = subprocess.Popen(
            [
                *[sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(folder / "data")],
                *["--host", "127.0.0.1", "--port", str(port)],
            ],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            wait_until_listening(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)
