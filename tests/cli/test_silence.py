"""Nothing is asked of the network and nothing is left in the user's home, whatever is started."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tools.environment import find_strace

from mien.packs.samples import fetch_samples
from mien.settings import Settings
from needs import absent
from packs_for_tests import real_pack
from servers import free_port

pytestmark = [pytest.mark.processes, pytest.mark.models, pytest.mark.network]

PACKS = {"openvino": "compact", "onnxruntime": "mobile"}
MIEN = (sys.executable, "-m", "mien")
# What makes some libraries silent by themselves, so that a test would see nothing.
_TELLS_OF_TESTS = ("CI", "TF_BUILD", "GITHUB_", "GITLAB_", "JENKINS_", "PYTEST_")
_ANSWERS_SECONDS = 90


class Watched:
    """Commands of one installation, each under strace.

    Attributes:
        user_home: HOME of every command; Mien's own folders are elsewhere.
        photos: `Barack_Obama` with two photos and `Joe_Biden` with one.
    """

    def __init__(self, folder: Path, runtime: str) -> None:
        self.user_home, self.photos = folder / "user", folder / "photos"
        self.user_home.mkdir()
        self._home, self._trace, self._runtime = folder / "mien", folder / "trace", runtime
        samples = {
            each.name: each.path
            for each in fetch_samples(
                models_dir=Settings().models_dir, offline=False, timeout_seconds=5
            )
        }
        for name, sample in {
            "Barack_Obama/Barack_Obama_0001.jpg": "obama",
            "Barack_Obama/Barack_Obama_0002.jpg": "obama2",
            "Joe_Biden/Joe_Biden_0001.jpg": "biden",
        }.items():
            found = next(path for key, path in samples.items() if Path(key).stem == sample)
            (self.photos / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, self.photos / name)
        pairs = ["1", "Barack_Obama\t1\t2", "Barack_Obama\t1\tJoe_Biden\t1"]
        (folder / "pairs.txt").write_text("\n".join(pairs), encoding="utf-8")
        self.pairs = folder / "pairs.txt"

    def start(self, *command: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Begin a command of which every network call of every process is written down."""
        strace = ("strace", "--follow-forks", "--seccomp-bpf", "-qq", "-e", "trace=%network,execve")
        return subprocess.Popen(
            [*strace, "-e", "signal=none", "-o", str(self._trace), *command],
            env=self._environment() | variables,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def asked(self) -> list[str]:
        """What was asked of machines by a network address, this one's own aside."""
        traced = self._trace.read_text(encoding="utf-8", errors="replace")
        assert "execve(" in traced, "strace saw nothing at all"
        calls = re.findall(r"(?:connect|sendto|sendmsg|sendmmsg)\(.*AF_INET6?.*", traced)
        own = re.compile(r'inet_addr\("127\.|"::1"|"::ffff:127\.')
        return [call for call in calls if not own.search(call)]

    def left(self) -> list[str]:
        """Files that are new in the user's home."""
        return [str(path.relative_to(self.user_home)) for path in self.user_home.rglob("*")]

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith((*_TELLS_OF_TESTS, "ORT_", "XDG_"))
        }
        return inherited | {
            "HOME": str(self.user_home),
            "MIEN_HOME": str(self._home),
            "MIEN_MODELS_DIR": str(Settings().models_dir),
            "MIEN_OFFLINE": "true",
            "MIEN_INFERENCE_RUNTIME": self._runtime,
            "MIEN_PACK": PACKS[self._runtime],
            "PYTHONDONTWRITEBYTECODE": "1",
        }


@pytest.fixture(scope="module", params=PACKS)
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    if find_strace() is None:
        absent("no strace is installed; `make test` installs it where it may")
    real_pack(PACKS[request.param])
    watched = Watched(tmp_path_factory.mktemp("silence"), request.param)
    made = watched.start(*MIEN, "people", "add", "Joe", str(watched.photos / "Joe_Biden"))
    assert made.wait(timeout=120) == 0
    assert watched.asked() == []
    return watched


@pytest.mark.parametrize("door", ["detect", "people add", "evaluate pairs"])
def test_a_command_asks_nobody_and_leaves_nothing(installed: Watched, door: str) -> None:
    photo = str(installed.photos / "Barack_Obama/Barack_Obama_0001.jpg")
    arguments = {
        "detect": (photo,),
        "people add": ("Barack Obama", photo),
        "evaluate pairs": (str(installed.photos), str(installed.pairs)),
    }[door]
    assert installed.start(*MIEN, *door.split(), *arguments).wait(timeout=120) == 0
    assert installed.asked() == []
    assert installed.left() == []


@pytest.mark.parametrize("door", ["run", "serve", "wsgi"])
def test_a_server_asks_nobody_and_leaves_nothing(installed: Watched, door: str) -> None:
    port = str(free_port())
    # Gunicorn's own socket lies in the home; the configuration that Mien writes has none either.
    options = ("--no-control-socket", "--bind", f"127.0.0.1:{port}")
    gunicorn = (sys.executable, "-m", "gunicorn", *options, "mien.wsgi:app")
    command = gunicorn if door == "wsgi" else (*MIEN, door)
    server = installed.start(*command, MIEN_PORT=port, WEB_CONCURRENCY="1")
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", server)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)
    assert installed.asked() == []
    assert installed.left() == []


def wait_until_ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Until the models are loaded, and a while longer: reports are sent from threads."""
    end = time.monotonic() + _ANSWERS_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                assert answer.status == 200
            break
        except OSError:
            assert server.poll() is None
            assert time.monotonic() < end
            time.sleep(0.2)
    time.sleep(2)
