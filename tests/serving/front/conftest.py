import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tools.environment import find_nginx

from front_stack import Stack
from front_stack import run_mien
from needs import absent
from servers import Server
from servers import make_home
from servers import started


@pytest.fixture(scope="session")
def nginx_program() -> Path:
    """The system's Nginx."""
    found = find_nginx()
    if found is None:
        absent("no Nginx is installed; `make test` installs it where it may")
    return found


@pytest.fixture(scope="session")
def uwsgi_program() -> Path:
    """The uWSGI of the lock file."""
    found = shutil.which("uwsgi", path=str(Path(sys.executable).parent)) or shutil.which("uwsgi")
    if found is None:
        absent("no uWSGI is installed; it is the package pyuwsgi")
    return Path(found)


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `mien deploy static` writes."""
    folder = tmp_path_factory.mktemp("srv")
    folder.parent.chmod(0o755)
    run_mien("deploy", "static", "--out", str(folder))
    return folder


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    collected: Path,
    nginx_program: Path,
    uwsgi_program: Path,
) -> Iterator[Stack]:
    """Nodes and an Nginx of one module's tests, none of them started yet."""
    folder = tmp_path_factory.mktemp("stack")
    with ExitStack() as running:

        def start(command: list[str], *, cwd: Path, env: dict[str, str] | None = None) -> Server:
            return running.enter_context(started(command, cwd, {**os.environ, **(env or {})}))

        yield Stack(make_home(folder), folder, collected, start, nginx_program, uwsgi_program)
