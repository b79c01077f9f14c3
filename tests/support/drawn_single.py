"""The server of `mien run` with drawn faces, at a free port; run as a program of its own.

MIEN_TEST_SECONDS is how long the engine ponders a photo.
"""

import os

from drawn_mien import PonderingEngine
from mien.cli.runtime import load_settings
from mien.cli.terminal.output import print_note
from mien.serving.listener import address_of
from mien.serving.listener import listen
from mien.serving.process import Process
from mien.serving.single import Server


def main() -> None:
    settings = load_settings(serving=True)
    listener = listen("127.0.0.1", 0)
    address = address_of(listener)
    engine = PonderingEngine(float(os.environ.get("MIEN_TEST_SECONDS", "0")))
    process = Process(settings, engine=engine)
    Server(
        listener,
        settings,
        load=process.open,
        when_ready=lambda: print_note(f"Mien is running at {address}"),
        when_leaving=process.close,
    ).run()


if __name__ == "__main__":
    main()
