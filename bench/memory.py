"""Where the memory of a process goes, step by step, and what of it is given back.

A process of its own imports the application, loads the pack in use, and looks at an ordinary photo
and at one of 48 million pixels, several times each. After each step it tells what it holds and what
was the most in between; what is shared with other processes (libraries) counts whole.

    python bench/memory.py [--photo FILE] [--json]
"""

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

_LARGE: Final = (8000, 6000)
_TIMES: Final = 3


def held() -> dict[str, float]:
    """What this process holds, and the most since it was last asked, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    found = {
        "most": int(re.search(r"VmHWM:\s*(\d+)", status)[1]),  # type: ignore[index]  # always there
        "held": int(re.search(r"Rss:\s*(\d+)", rollup)[1]),  # type: ignore[index]  # always there
        "own": int(re.search(r"Anonymous:\s*(\d+)", rollup)[1]),  # type: ignore[index]  # likewise
    }
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return {name: round(kilobytes / 1024, 1) for name, kilobytes in found.items()}


def steps(home: Path, photo: Path) -> list[dict[str, object]]:
    """Take the steps in this process."""
    told: list[dict[str, object]] = []

    def tell(step: str) -> None:
        told.append({"step": step, **held()})

    tell("Python")
    from building import acting
    from mien.app import create_app
    from mien.gallery.pack_in_use import ensure_pack
    from mien.runtime import open_runtime
    from mien.settings import Settings
    from mien.storage.migrate import upgrade

    runtime = open_runtime(Settings(home=home))
    create_app(runtime)
    tell("application")
    upgrade(runtime.database)
    ensure_pack(acting(runtime.services))
    tell("database")
    runtime.engine.warm_up()
    tell("networks")
    small = photo.read_bytes()
    for name, data in (("ordinary photo", small), ("photo of 48 MP", _enlarged(small))):
        for _ in range(_TIMES):
            runtime.engine.analyze(runtime.services.reader.decode(data).image_rgb)
        tell(f"{name}, {_TIMES} times")
    runtime.close()
    return told


def _enlarged(data: bytes) -> bytes:
    # In a process of its own: what it takes is not to be counted here.
    program = (
        "import io, sys; from PIL import Image; b = io.BytesIO(); "
        f"Image.open(sys.stdin.buffer).convert('RGB').resize({_LARGE}).save(b, 'JPEG'); "
        "sys.stdout.buffer.write(b.getvalue())"
    )
    done = subprocess.run([sys.executable, "-c", program], input=data, stdout=-1, check=True)
    return io.BytesIO(done.stdout).getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photo", type=Path, help="instead of a sample photo")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.home is not None:
        print(json.dumps(steps(given.home, given.photo)))
        return
    with tempfile.TemporaryDirectory() as folder:
        from bench.samples import sample_photo

        photo = Path(folder, "photo.jpg")
        photo.write_bytes(given.photo.read_bytes() if given.photo else sample_photo())
        command = [sys.executable, __file__, "--home", f"{folder}/home", "--photo", str(photo)]
        Path(folder, "home").mkdir()
        told = json.loads(subprocess.run(command, stdout=-1, check=True).stdout)
    if given.json:
        print(json.dumps(told, indent=2))
        return
    print("| after | held MB | of which its own | most in between |")
    print("|---|---|---|---|")
    for each in told:
        print(f"| {each['step']} | {each['held']:.0f} | {each['own']:.0f} | {each['most']:.0f} |")


if __name__ == "__main__":
    main()
