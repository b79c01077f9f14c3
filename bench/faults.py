"""A server whose processes are killed again and again: what is lost, and how long it is away.

Clients enrol, rename, find and delete drawn people against `mien serve` while its first process,
one of the others, or all at once are killed in turn. Each time whatever starts it starts it again
at the same address, as a supervisor would. Afterwards the people in the server are compared with
what was acknowledged. Ends with 1 when anything acknowledged is lost, anything deleted is there
again, a process is left, or the longest time without service is over the limit.

    python bench/faults.py [--kills N] [--workers N] [--database-url URL] [--most-seconds S] [--json]
"""

import argparse
import os
import random
import secrets
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    # Run as a program: in this folder `samples` would be photos to measure with, not the tests' pages.
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench.telling import tell  # noqa: E402

import drawn_mien  # noqa: E402
from building import acting  # noqa: E402
from building import make_runtime  # noqa: E402
from killing import VICTIMS  # noqa: E402
from killing import Fault  # noqa: E402
from killing import kill_in_turn  # noqa: E402
from mien.access.api_keys import create_key  # noqa: E402
from servers import Server  # noqa: E402
from servers import free_port  # noqa: E402
from servers import started  # noqa: E402
from servers import wait_until_alive  # noqa: E402
from witness import Account  # noqa: E402
from witness import Witness  # noqa: E402


def measure(folder: Path, given: argparse.Namespace) -> tuple[list[Fault], Account]:
    """Kill as often as asked, over a home in this folder."""
    home = folder / "home"
    where = {"database_url": given.database_url} if given.database_url else {}
    runtime = make_runtime(home, **where)
    key, _ = create_key(acting(runtime.services), name="faults", scopes=["admin"])
    runtime.close()
    port = free_port()
    environment = {
        **os.environ,
        "MIEN_HOME": str(home),
        "MIEN_PORT": str(port),
        "MIEN_LOG_LEVEL": "warning",
        **({"MIEN_DATABASE_URL": given.database_url} if given.database_url else {}),
    }
    command = [sys.executable, drawn_mien.__file__, "serve", "--workers", str(given.workers)]
    with ExitStack() as running:

        def start() -> Server:
            return running.enter_context(started(command, folder, environment))

        server = start()
        server.address = f"http://127.0.0.1:{port}"
        wait_until_alive(server.address)
        # A database that others use as well is not emptied.
        witness = Witness(server.address, key, gallery=f"faults-{secrets.token_hex(4)}")
        faults, _ = kill_in_turn(
            start,
            server,
            witness,
            key=key,
            kills=given.kills,
            workers=given.workers,
            choose=random.Random(given.seed),  # noqa: S311 - nobody has to be kept from guessing it
        )
    return faults, witness.account


def figures(faults: Sequence[Fault], account: Account, *, most_seconds: float) -> dict[str, Any]:
    """What was seen, and whether it is good."""
    seconds = {
        victim: [fault.seconds for fault in faults if fault.victim == victim] for victim in VICTIMS
    }
    left = sum(fault.left for fault in faults)
    return {
        "kills": len(faults),
        "seconds_to_service": {
            victim: {
                "median": round(statistics.median(seen), 2),
                "longest": round(max(seen), 2),
            }
            for victim, seen in seconds.items()
            if seen
        },
        "processes_left": left,
        "people": len(account.people),
        "acknowledged": account.acknowledged,
        "unanswered": account.unanswered,
        "problems": len(account.problems),
        "first_problems": account.problems[:5],
        "good": not left
        and not account.problems
        and all(fault.seconds <= most_seconds for fault in faults),
    }


def main() -> None:
    """Kill, and say what was seen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--database-url", default="", help="instead of a SQLite file")
    parser.add_argument("--most-seconds", type=float, default=30.0, help="without service")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        faults, account = measure(Path(folder), given)
    found = figures(faults, account, most_seconds=given.most_seconds)
    tell(found, as_json=given.json)


if __name__ == "__main__":
    main()
