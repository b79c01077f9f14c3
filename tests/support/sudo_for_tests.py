"""What stands for `sudo` on a machine that tests make in a folder.

The system's own `sudo` where it may be used without a password, and otherwise one that does as it
does by Debian's rules: programs are looked for in the system's folders only (`secure_path`), and
the environment is a new one (`env_reset`), but for `-E` and what is set before the command.
Either way nobody becomes anybody else.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Literal
from typing import TypeAlias

Kind: TypeAlias = Literal["system", "stand-in"]

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where Debian's rules look for programs."""

_PROGRAM = """\
#!/bin/bash
set -euo pipefail
programs={programs}
login= user= kept=() variables=()
while [[ ${{1:-}} == -* ]]; do
    case $1 in
        -iu) login=yes user=$2; shift 2 ;;
        -u | --user) user=$2; shift 2 ;;
        -E | --preserve-env) kept=(-E); shift ;;
        *) echo "sudo: $1 is not stood in for" >&2; exit 2 ;;
    esac
done
while [[ ${{1:-}} =~ ^[A-Za-z_]+= ]]; do variables+=("$1"); shift; done
if [[ $login ]]; then
    exec env -i HOME={home} USER="$user" PATH={path} bash --login
fi
# A role that comes by PostgreSQL's socket is believed.
if [[ $user == postgres ]]; then
    variables+=(PGUSER=postgres PGHOST="$PGHOST" PGPORT="$PGPORT")
fi
# What is stood in for is a program of the system's.
if [[ $1 != */* && -x $programs/$1 ]]; then
    set -- "$programs/$1" "${{@:2}}"
fi
"""
_SYSTEM = 'exec {sudo} -n -u "#{uid}" "${{kept[@]}}" "${{variables[@]}}" "$@"\n'
_STAND_IN = """\
if [[ ${{kept[*]}} ]]; then
    exec env PATH={path} "${{variables[@]}}" "$@"
fi
exec env -i HOME="$HOME" PATH={path} "${{variables[@]}}" "$@"
"""


def usable_sudo() -> Path | None:
    """The system's `sudo`, if it lets this account be itself without asking."""
    found = shutil.which("sudo", path=SYSTEM_PATH)
    if found is None:
        return None
    tried = subprocess.run(
        [found, "-n", "-E", "-u", f"#{os.getuid()}", "true"], capture_output=True, check=False
    )
    return Path(found) if tried.returncode == 0 else None


def write_sudo(folder: Path, kind: Kind, *, programs: Path, home: Path) -> None:
    """Write a program `sudo`.

    Args:
        folder: to put it into.
        programs: folder of programs that stand in for some of the system's.
        home: of the account in whose shell `-iu` ends.
    """
    last = _STAND_IN
    if kind == "system":
        last = _SYSTEM.replace("{sudo}", str(usable_sudo()))
    text = (_PROGRAM + last).format(
        programs=shlex.quote(str(programs)),
        home=shlex.quote(str(home)),
        path=SYSTEM_PATH,
        uid=os.getuid(),
    )
    program = folder / "sudo"
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
