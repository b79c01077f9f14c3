import subprocess
import sys
from pathlib import Path

import pytest

import late_reader
from building import make_runtime

pytestmark = pytest.mark.processes


def test_a_process_that_serves_reads_none_of_its_own_files_after_its_start(tmp_path: Path) -> None:
    make_runtime(tmp_path).close()
    done = subprocess.run(
        [sys.executable, late_reader.__file__, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == []
