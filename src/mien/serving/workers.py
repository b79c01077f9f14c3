"""Gunicorn with several workers: defaults that fit the machine, and every one of them open."""

import os
import sys
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import structlog
from gunicorn.app.base import Application

from mien.serving.draining_worker import DrainingWorker
from mien.serving.draining_worker import heed_early_stop
from mien.serving.gunicorn_options import usual_options
from mien.serving.listener import require_free
from mien.serving.metrics_slots import MetricsSlots
from mien.serving.preload import read_everything
from mien.serving.renewal import Renewable
from mien.serving.whole_response import require_known_gunicorn
from mien.settings import Settings
from mien.sizing import Machine
from mien.sizing import Need
from mien.sizing import Plan
from mien.sizing import plan

_log = structlog.get_logger(__name__)


class Workers(Application, Renewable):  # type: ignore[misc]  # Gunicorn ships no types
    """Serves one application with as many processes as the machine bears.

    What holds, the strongest first: options of the command, Gunicorn's own GUNICORN_CMD_ARGS, a
    file that it names with `--config`, Mien's settings, what the machine suggests.

    Args:
        settings: the operator's.
        options: of the command, by Gunicorn's names; None for one that was not given.
        machine: to be filled.
        need: what one worker takes.
        load: makes the application, in the process that serves.
        hooks: Gunicorn's, by their names.
        slots: the places in which its processes count.
    """

    def __init__(
        self,
        settings: Settings,
        options: Mapping[str, Any],
        *,
        machine: Machine,
        need: Need,
        load: Callable[[Plan], Any],
        hooks: Mapping[str, Callable[..., None]],
        slots: MetricsSlots,
    ) -> None:
        require_known_gunicorn()
        self._settings = settings
        self._given = {name: value for name, value in options.items() if value is not None}
        self._machine = machine
        self._need = need
        self._load = load
        self._hooks = hooks
        self.slots = slots
        self.plan: Plan
        super().__init__(prog="GUNICORN_CMD_ARGS")

    def load_config(self) -> None:
        """Lay one source over the other; called again on SIGHUP."""
        web_concurrency = os.environ.get("WEB_CONCURRENCY", "")
        for name, value in self._defaults().items():
            self.cfg.set(name, value)
        overriding = {**self._gunicorns_own(), **self._given}
        settings = self._settings
        suggested = int(web_concurrency) if web_concurrency.isdigit() else 0
        self.plan = plan(
            self._machine,
            self._need,
            workers=int(overriding.get("workers") or settings.workers or suggested),
            threads=int(overriding.get("threads") or settings.worker_threads),
            inference_threads=settings.inference_threads,
            inference_concurrency=settings.inference_concurrency,
        )
        self.cfg.set("workers", self.plan.workers)
        self.cfg.set("threads", self.plan.threads)
        for name, value in overriding.items():
            self.cfg.set(name, value)
        if self.cfg.preload_app:
            _log.warning("Preloading is ignored: models loaded before a fork hang in the child")
            self.cfg.set("preload_app", False)
        DrainingWorker.heed(settings)

    def run(self) -> None:
        """Serve, until it is told to stop.

        Raises:
            AddressInUse: somebody else listens where it is to listen.
            InvalidInput: nobody can listen there.
        """
        # Sockets that are handed over listen already.
        handed_over = "LISTEN_FDS" in os.environ or "GUNICORN_FD" in os.environ
        if not handed_over and not self.cfg.reuse_port:
            require_free(self.cfg.address)
        # Before the first fork: a worker that takes another's place later is of one version, too.
        read_everything()
        super().run()

    def load(self) -> Any:
        """Make the application; called in each worker."""
        return self._load(self.plan)

    def _defaults(self) -> dict[str, Any]:
        settings = self._settings
        return {
            **usual_options(),
            "bind": addresses(settings),
            "graceful_timeout": settings.drain_seconds,
            "max_requests": settings.recycle_requests,
            # Not all of them at the same time.
            "max_requests_jitter": settings.recycle_requests // 5,
            "loglevel": settings.log_level,
            **self._hooks,
            "post_fork": self._begin_worker,
        }

    def _begin_worker(self, arbiter: Any, worker: Any) -> None:
        heed_early_stop(arbiter, worker)
        further = self._hooks.get("post_fork")
        if further is not None:
            further(arbiter, worker)

    def _gunicorns_own(self) -> dict[str, Any]:
        """What GUNICORN_CMD_ARGS says, over the file that it names."""
        parser = self.cfg.parser()
        arguments = vars(parser.parse_args(self.cfg.get_cmd_args_from_env()))
        said = {
            name: value for name, value in arguments.items() if value is not None and name != "args"
        }
        from_file: dict[str, Any] = {}
        if "config" in said:
            try:
                loaded = self.load_config_from_file(said["config"])
            except RuntimeError as error:
                sys.exit(f"GUNICORN_CMD_ARGS names a file that cannot be used: {error}")
            from_file = {name: value for name, value in loaded.items() if name in self.cfg.settings}
        return {**from_file, **said}


def addresses(settings: Settings) -> list[str]:
    """Where to listen, in Gunicorn's notation."""
    if settings.bind:
        return [part.strip() for part in settings.bind.split(",") if part.strip()]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return [f"{host}:{settings.port}"]
