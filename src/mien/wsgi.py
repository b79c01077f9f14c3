"""`mien.wsgi:app`, for servers that are given a module: Gunicorn, uWSGI and others.

The one module that builds at import, because that is how those servers ask for an application.
It loads no model and touches no database; both happen with the first request that needs them.
Without preloading (`preload_app = False`, `lazy-apps`) every worker imports it after the fork.
"""

from mien import logs
from mien.app import create_app
from mien.http.metrics import count_as
from mien.runtime import open_runtime
from mien.settings import Settings
from mien.settings import adopt_placeholders

try:
    # A module that exists inside uWSGI alone.
    import uwsgi  # type: ignore[import-untyped]  # its stubs are no part of it
except ImportError:
    pass
else:
    adopt_placeholders(uwsgi.opt)
    count_as(uwsgi.worker_id())

_settings = Settings()
logs.configure(log_format=_settings.log_format, log_level=_settings.log_level)
app = create_app(open_runtime(_settings))
