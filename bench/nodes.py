"""Several `mien serve` behind Nginx, of which one is killed or stopped under load.

Each has a home folder of its own: they share a PostgreSQL and a bucket for photos, and nothing else.

The gallery has so many people from the beginning that it is searched with a file, which each node
keeps in its home. Clients enrol, rename, find and delete drawn people in it through Nginx, so that
each step comes to another node. Meanwhile the nodes in turn are killed and started again, or
stopped for a while and let go on. After each the people are compared with what was acknowledged,
through every node by itself. Ends with 1 when anything acknowledged is lost or anything deleted is
there again, when a node answers with what was before, when somebody who only asks is not answered,
or when a node that is there again has read all faces from the database instead of opening its file.

    python bench/nodes.py [--nodes N] [--rounds N] [--faces N] [--json]
"""

import argparse
import os
import random
import re
import secrets
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Final
from typing import Literal
from typing import TypeAlias

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench.gallery_rows import fill_gallery  # noqa: E402
from bench.telling import tell  # noqa: E402
from tools.environment import find_nginx  # noqa: E402
from tools.environment import find_postgresql  # noqa: E402

import drawn_mien  # noqa: E402
from building import acting  # noqa: E402
from building import make_runtime  # noqa: E402
from front_stack import nginx_conf  # noqa: E402
from front_stack import render  # noqa: E402
from load import Outcome  # noqa: E402
from load import Request  # noqa: E402
from load import ask  # noqa: E402
from load import running  # noqa: E402
from mien.access.api_keys import create_key  # noqa: E402
from mien.gallery.galleries import create_gallery  # noqa: E402
from mien.storage.binding import bind  # noqa: E402
from postgresql_server import running_postgresql  # noqa: E402
from s3_server import make_bucket  # noqa: E402
from s3_server import running_s3  # noqa: E402
from s3_server import s3_settings  # noqa: E402
from servers import Server  # noqa: E402
from servers import free_port  # noqa: E402
from servers import started  # noqa: E402
from servers import wait_until_alive  # noqa: E402
from servers import wait_until_listening  # noqa: E402
from witness import Account  # noqa: E402
from witness import Witness  # noqa: E402
from witness import wait_until_found  # noqa: E402

Kind: TypeAlias = Literal["killed", "stopped"]
KINDS: Final[tuple[Kind, ...]] = ("killed", "stopped")
_BEFORE_SECONDS: Final = 1.0
_AWAY_SECONDS: Final = 3.0
_AFTER_SECONDS: Final = 2.0
# More than a node that is stopped keeps waiting: Nginx gives it no more than it gives the others.
_CLIENTS: Final = 8
_MANY: Final = "60000"
_GALLERY: Final = "nodes"
_START_SECONDS: Final = 300
_FILLINGS: Final = re.compile(r'^mien_index_fillings_total\{source="(\w+)"\} (\S+)$', re.MULTILINE)
_SECRET: Final = secrets.token_hex(32)


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done to one node.

    Attributes:
        kind: what.
        seconds: until it looked at a photo again, from when it was started or let go on.
        acknowledged: steps that the clients were told of while it was away.
        rebuilt: how often an index was filled with all faces from the database since, by any node.
        opened: how often its index was opened from its file; of a node that was killed.
    """

    kind: Kind
    seconds: float
    acknowledged: int
    rebuilt: int = 0
    opened: int = 0


@dataclass
class Site:
    """Nodes and what is in front of them.

    Attributes:
        address: of Nginx.
        key: opens the API.
        nodes: by address.
        start: starts the node of an address.
    """

    address: str
    key: str
    nodes: dict[str, Server]
    start: Callable[[str], Server]


@contextmanager
def site_of(folder: Path, *, nodes: int, faces: int) -> Iterator[Site]:
    """PostgreSQL, a store with a bucket, nodes with a home each, and Nginx before them.

    Args:
        folder: of everything that is written.
        nodes: how many.
        faces: that the gallery has from the beginning, one a person.
    """
    programs, nginx = find_postgresql(), find_nginx()
    if programs is None or nginx is None:
        raise SystemExit("PostgreSQL and Nginx are needed; `make test` installs them where it may")
    # Nginx may run under another account and has to find its way in.
    folder.chmod(0o755)
    with ExitStack() as opened:
        database = opened.enter_context(running_postgresql(programs, port=free_port()))
        url = database.make_database("mien")
        store = opened.enter_context(running_s3(folder))
        shared = {"database_url": url, **s3_settings(store, make_bucket(store))}
        home = folder / "home"
        runtime = make_runtime(home, **shared)
        key, _ = create_key(acting(runtime.services), name="nodes", scopes=["admin"])
        # While no row refers to a file: those of the people below are not there.
        bind(runtime.database, runtime.services.files)
        create_gallery(acting(runtime.services), name=_GALLERY)
        fill_gallery(
            runtime.database,
            gallery=_GALLERY,
            count=faces,
            dimension=runtime.engine.summary.dimension,
        )
        runtime.close()

        def start(address: str) -> Server:
            environment = {
                **os.environ,
                **{f"MIEN_{name.upper()}": str(value) for name, value in shared.items()},
                "MIEN_HOME": str(folder / f"home-{address.rpartition(':')[2]}"),
                "MIEN_SECRET_KEY": _SECRET,
                "MIEN_TRUSTED_PROXIES": "1",
                "MIEN_LOG_LEVEL": "warning",
            }
            at = ["--bind", address.removeprefix("http://")]
            command = [sys.executable, drawn_mien.__file__, "serve", "--workers", "1", *at]
            return opened.enter_context(started(command, folder, environment))

        addresses = [f"http://127.0.0.1:{free_port()}" for _ in range(nodes)]
        running_nodes = {address: start(address) for address in addresses}
        for address, node in running_nodes.items():
            # Fails at once, and says why, where it ends instead.
            node.waits_to_say("is running at", seconds=_START_SECONDS)
            wait_until_alive(address, seconds=_START_SECONDS)
        port = free_port()
        upstreams = [part for address in addresses for part in ("--upstream", address)]
        render(
            "nginx", "--server-name", "127.0.0.1", "--listen", f"127.0.0.1:{port}", *upstreams,
            "--requests", _MANY, "--photos", _MANY, "--connections", _MANY, "--uploads", _MANY,
            "--access-log", "off", "--bridge-port", str(free_port()),
            out=folder, env={"MIEN_HOME": str(home)},
        )  # fmt: skip
        config = nginx_conf(folder, folder / "mien.conf")
        command = [str(nginx), "-e", "stderr", "-c", str(config)]
        opened.enter_context(started(command, folder, dict(os.environ)))
        wait_until_listening(port)
        yield Site(f"http://127.0.0.1:{port}", key, running_nodes, start)


def measure(
    site: Site, *, rounds: int, choose: random.Random
) -> tuple[list[Fault], Account, Outcome]:
    """Do to the nodes what is done to them, and look each time what has become of all."""
    witness = Witness(site.address, site.key, gallery=_GALLERY, clients=_CLIENTS, among_others=True)
    faults = []
    read = {each: fillings(each)["rows"] for each in site.nodes}
    asking = Request("GET", "/api/v1/galleries", headers={"X-API-Key": site.key})
    every = Outcome()
    for number in range(rounds):
        kind = KINDS[number % len(KINDS)]
        address = choose.choice(sorted(site.nodes))
        with (
            running(site.address, asking, keep_alive=False, pause_seconds=0.05) as asked,
            witness.work(),
        ):
            time.sleep(_BEFORE_SECONDS)
            before = witness.account.acknowledged
            begin_again = _strike(site, address, kind)
            time.sleep(_AWAY_SECONDS)
            acknowledged = witness.account.acknowledged - before
            begin_again()
            seconds = wait_until_found(address, site.key)
            time.sleep(_AFTER_SECONDS)
        every.seconds += asked.seconds
        every.failures += asked.failures
        every.refused += asked.refused
        for each in (*site.nodes, site.address):
            witness.address = each
            witness.check()
        # Each has been searched since. What a process has counted goes with it.
        read[address] *= kind != "killed"
        now = {each: fillings(each) for each in site.nodes}
        rebuilt = sum(now[each]["rows"] - read[each] for each in site.nodes)
        opened = now[address]["kept"] if kind == "killed" else 0
        read = {each: found["rows"] for each, found in now.items()}
        faults.append(Fault(kind, seconds, acknowledged, rebuilt, opened))
    for each in (*site.nodes, site.address):
        witness.address = each
        witness.check(everybody=True)
    return faults, witness.account, every


def fillings(address: str) -> dict[str, int]:
    """How often a node has read all faces for an index (`rows`), and opened what it keeps (`kept`)."""
    status, body = ask(address, Request("GET", "/metrics"))
    if status != 200:
        raise RuntimeError(f"/metrics answered {status}")
    text = body.decode()
    return {"rows": 0, "kept": 0} | {name: int(float(n)) for name, n in _FILLINGS.findall(text)}


def _strike(site: Site, address: str, kind: Kind) -> Callable[[], None]:
    """Take a node away; gives what brings it back."""
    group = site.nodes[address].process.pid
    if kind == "stopped":
        os.killpg(group, signal.SIGSTOP)
        return lambda: os.killpg(group, signal.SIGCONT)
    os.killpg(group, signal.SIGKILL)
    site.nodes[address].process.wait()

    def start() -> None:
        site.nodes[address] = site.start(address)

    return start


def figures(
    faults: Sequence[Fault], account: Account, asked: Outcome, *, faces: int
) -> dict[str, Any]:
    """What was seen, and whether it is good.

    Args:
        faults: what was done.
        account: what became of it.
        asked: what became of questions that only read.
        faces: that the gallery had from the beginning.
    """
    killed = [fault for fault in faults if fault.kind == "killed"]
    rebuilt = sum(fault.rebuilt for fault in faults)
    told: dict[str, Any] = {
        kind: {
            "times": len(seen),
            "seconds_to_service_median": round(statistics.median(f.seconds for f in seen), 2),
            "seconds_to_service_longest": round(max(f.seconds for f in seen), 2),
            "acknowledged_meanwhile": sum(f.acknowledged for f in seen),
        }
        for kind in KINDS
        if (seen := [fault for fault in faults if fault.kind == kind])
    }
    return {
        **told,
        "faces_before": faces,
        "indexes_opened": sum(fault.opened for fault in killed),
        "indexes_rebuilt": rebuilt,
        "people": len(account.people),
        "acknowledged": account.acknowledged,
        "unanswered": account.unanswered,
        "problems": len(account.problems),
        "first_problems": account.problems[:5],
        "asked": len(asked.seconds),
        "longest_ms": round(max(asked.seconds, default=0) * 1000),
        "not_answered": len(asked.failures) + asked.refused,
        "first_not_answered": asked.failures[:5],
        "good": not account.problems
        and not asked.failures
        and not asked.refused
        and all(fault.acknowledged for fault in faults)
        and not rebuilt
        and all(fault.opened for fault in killed),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument(
        "--faces", type=int, default=60_000, help="that the gallery has from the beginning"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        site_of(Path(folder), nodes=given.nodes, faces=given.faces) as site,
    ):
        choose = random.Random(given.seed)  # noqa: S311 - nobody has to be kept from guessing it
        found = figures(*measure(site, rounds=given.rounds, choose=choose), faces=given.faces)
    tell(found, as_json=given.json)


if __name__ == "__main__":
    main()
