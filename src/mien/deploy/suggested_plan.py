"""How many processes and threads a file asks for, on the machine that it is rendered on."""

from typing import Final

from mien.settings import Settings
from mien.sizing import Need
from mien.sizing import Plan
from mien.sizing import photos_bytes
from mien.sizing import plan
from mien.sizing import this_machine

# Of the largest pack; which one is chosen is known where it is installed.
_MODEL_BYTES: Final = 60 * 1024 * 1024


def suggest(settings: Settings, *, processes: int = 0, threads: int = 0) -> Plan:
    """Fill what the options and the settings leave open.

    Args:
        settings: the operator's.
        processes: an option; 0 when it was not given. So for threads.
        threads: of each process.
    """
    return plan(
        this_machine(),
        Need(model_bytes=_MODEL_BYTES, photo_bytes=photos_bytes(settings.max_pixels)),
        workers=processes or settings.workers,
        threads=threads or settings.worker_threads,
        inference_threads=settings.inference_threads,
        inference_concurrency=settings.inference_concurrency,
    )
