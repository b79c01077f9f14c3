#!/usr/bin/env bash
# Finds a Python that Mien runs on and hands over to tools/environment.py, which does the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs_mien() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if runs_mien "$candidate"; then
        exec "$candidate" tools/environment.py "$@"
    fi
done

found=$(python3 --version 2>/dev/null || echo "none")
cat >&2 <<TEXT
Mien needs Python 3.11 or newer; found here: $found.
Debian 12, Ubuntu 24.04 and newer have it:  apt-get install python3 python3-venv
If it lies elsewhere, name it:              PYTHON=/path/to/python3.12 make run
TEXT
exit 1
