"""What Gunicorn is told in the same way whichever command starts it."""

import os
from pathlib import Path
from typing import Any

from mien.serving.access_log import ServerLog
from mien.serving.draining_worker import DrainingWorker

_TIMEOUT_SECONDS = 60
_KEEPALIVE_SECONDS = 5
_MEMORY_FOLDER = "/dev/shm"  # noqa: S108 - Gunicorn makes an unlinked file of its own there


def usual_options() -> dict[str, Any]:
    """By Gunicorn's names."""
    options: dict[str, Any] = {
        "worker_class": DrainingWorker,
        # Inference sessions made before a fork hang in the child.
        "preload_app": False,
        # A sign of life of the whole worker; a slow upload does not stop its main thread.
        "timeout": _TIMEOUT_SECONDS,
        "keepalive": _KEEPALIVE_SECONDS,
        "proc_name": "mien",
        # One more socket in the user's home, and nobody to speak to it.
        "control_socket_disable": True,
        # Whom to believe about addresses, schemes and paths is MIEN_TRUSTED_PROXIES alone.
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "logger_class": ServerLog,
    }
    if Path(_MEMORY_FOLDER).is_dir() and os.access(_MEMORY_FOLDER, os.W_OK):
        # The sign of life is a file; on a slow disk it would look like a hanging process.
        options["worker_tmp_dir"] = _MEMORY_FOLDER
    return options
