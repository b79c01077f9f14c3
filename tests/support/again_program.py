"""A process of its own that embeds a home's photos again: `python again_program.py HOME SECONDS`.

SECONDS is how long each photo takes. Says `photo` after each, and `changed` at the end.
"""

import sys
import time
from contextlib import closing
from pathlib import Path

from building import acting
from building import make_runtime
from mien.gallery.embedding_again.embed_again import embed_again
from mien.progress import Progress
from other_pack import OtherEngine
from other_pack import other_manifest


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(home: Path, seconds: float) -> None:
    def report(progress: Progress, /) -> None:
        if progress.done:
            say("photo")

    engine = OtherEngine()
    engine.before = lambda: time.sleep(seconds)
    with closing(make_runtime(home)) as runtime:
        call = acting(runtime.services)
        done = embed_again(call, manifest=other_manifest(), engine=engine, progress=report)
    say("changed" if done.changed else "not changed")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
