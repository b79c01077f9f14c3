"""What a server gives, beside what it gave in another version of the code, in one run.

Faces are drawn, so that what is measured is the server and not the engine. Short rounds alternate
between the versions, so that what else the machine does falls on both; where it does much, the
processor time of an answer says more than answers a second.

    git archive v1.2.3 src | tar -x -C /tmp/before
    python bench/versions.py /tmp/before/src [--seconds N] [--rounds N]
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    # Run as a program: in this folder `samples` would be photos to measure with, not the tests' pages.
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

import drawn_mien  # noqa: E402
import drawn_single  # noqa: E402
from drawing import draw_photo  # noqa: E402
from load import Request  # noqa: E402
from load import running  # noqa: E402
from load import upload  # noqa: E402
from servers import Home  # noqa: E402
from servers import Server  # noqa: E402
from servers import make_home  # noqa: E402
from servers import started  # noqa: E402
from servers import wait_until_alive  # noqa: E402

COMMANDS = {
    "mien serve": [drawn_mien.__file__, "serve", "--workers", "1", "--threads", "6"],
    "mien run": [drawn_single.__file__],
}
IDENTIFY = "/api/v1/galleries/default/identify"


@contextmanager
def serving(command: list[str], home: Home, source: Path) -> Iterator[Server]:
    """A server of one version of the code."""
    path = f"{source}:{_ROOT / 'tests' / 'support'}"
    env = {
        **os.environ,
        "PYTHONPATH": path,
        "MIEN_HOME": str(home.folder),
        "MIEN_PORT": "0",
        "MIEN_LOG_LEVEL": "info",
    }
    with started([sys.executable, *command], home.folder, env) as server:
        server.address = server.waits_to_say(r"Mien is running at (http://[^\s,]+)")[1]
        wait_until_alive(server.address)
        yield server


def questions(key: str) -> dict[str, tuple[Request, bool]]:
    """What is asked, and whether connections are kept."""
    alive = Request("GET", "/healthz")
    small = upload(IDENTIFY, draw_photo(["Ada"]), key=key)
    large = upload(IDENTIFY, draw_photo(["Ada"]) + bytes(500_000), key=key)
    return {
        "alive, kept connections": (alive, True),
        "alive, a connection each": (alive, False),
        "identify, kept connections": (small, True),
        "identify, a connection each": (small, False),
        "identify, 500 kB, kept connections": (large, True),
    }


@dataclass
class Sum:
    """What all rounds of one question came to.

    Attributes:
        answers: how many.
        seconds: that passed.
        processor: seconds that the server's processes computed.
    """

    answers: int = 0
    seconds: float = 0.0
    processor: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    @property
    def cost(self) -> float:
        """Milliseconds of a processor for an answer."""
        return self.processor / self.answers * 1000

    def add(self, server: Server, request: Request, *, keep_alive: bool, seconds: float) -> None:
        """Ask with four clients for a while."""
        spent, start = computed(server), time.monotonic()
        with running(server.address, request, keep_alive=keep_alive, pause_seconds=0) as outcome:
            time.sleep(seconds)
        if outcome.failures or outcome.refused:
            raise RuntimeError(f"lost: {outcome.failures[:3]} {outcome.refused}")
        self.answers += len(outcome.seconds)
        self.seconds += time.monotonic() - start
        self.processor += computed(server) - spent


def computed(server: Server) -> float:
    """Seconds of a processor that the server's workers have taken."""
    ticks = 0
    for pid in server.workers():
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("before", type=Path, help="the folder `src` of the other version")
    parser.add_argument("--seconds", type=float, default=0.5, help="of a question in a round")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    versions = {"before": given.before.resolve(), "now": _ROOT / "src"}
    print(
        "| server | asked | before, a second | now | ratio | before, ms of processor | now | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, command in COMMANDS.items():
        with ExitStack() as opened:
            servers = {}
            for version, source in versions.items():
                folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
                home = make_home(folder)
                servers[version] = opened.enter_context(serving(command, home, source)), home.key
            for asked in questions(""):
                sums = {version: Sum() for version in versions}
                for number in range(given.rounds + 1):
                    for version, (server, key) in servers.items():
                        request, keep_alive = questions(key)[asked]
                        # The first round warms up.
                        into = sums[version] if number else Sum()
                        into.add(server, request, keep_alive=keep_alive, seconds=given.seconds)
                before, now = sums["before"], sums["now"]
                print(
                    f"| {name} | {asked} | {before.rate:.0f} | {now.rate:.0f} "
                    f"| {now.rate / before.rate:.2f} | {before.cost:.2f} | {now.cost:.2f} "
                    f"| {now.cost / before.cost:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
