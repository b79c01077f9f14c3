"""`mien.wsgi:app`, for servers that are given a module: Gunicorn, uWSGI and others.

The one module that builds at import, because that is how those servers ask for an application.
It loads no model; that happens with the first request that needs one. It asks the database once,
to make sure that the stored files belong to it, and ends with a sentence where they do not; a
database that does not answer yet is waited for.
Without preloading (`preload_app = False`, `lazy-apps`) every worker imports it after the fork.
"""

import atexit

import structlog

from mien import logs
from mien.errors import StorageError
from mien.http.metrics import count_as
from mien.serving.process import Process
from mien.settings import Settings
from mien.settings import adopt_placeholders
from mien.words import say

try:
    # A module that exists inside uWSGI alone.
    import uwsgi  # type: ignore[import-untyped]  # its stubs are no part of it
except ImportError:
    uwsgi = None
else:
    adopt_placeholders(uwsgi.opt)
    count_as(uwsgi.worker_id())

_settings = Settings()
logs.configure(log_format=_settings.log_format, log_level=_settings.log_level)
if uwsgi is not None and not {"enable-threads", "threads"} & set(uwsgi.opt):
    # It would keep every thread but the one that answers from running.
    structlog.get_logger(__name__).warning(
        "uWSGI runs no threads: held photos are not deleted on time. Set enable-threads"
    )
_process = Process(_settings)
try:
    # Nobody has looked before, as the commands have that start a server.
    app = _process.open(warm=False, strict=True)
except StorageError as error:
    # Servers show the last line of what an import raises.
    raise RuntimeError(f"{say.error(error)} ({error.code})") from error
atexit.register(_process.close)
