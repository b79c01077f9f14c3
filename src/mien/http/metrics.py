"""Figures for Prometheus: how much is asked, how long it takes, how the engine is doing.

No label tells of a person, a gallery or a picture: routes are named by their rule, never by the
address that was asked for.
"""

import os
import struct
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import Final

from flask import Blueprint
from flask import Flask
from flask import Response
from flask import current_app
from flask import g
from flask import request
from prometheus_client import CollectorRegistry
from prometheus_client import Counter
from prometheus_client import Gauge
from prometheus_client import Histogram
from prometheus_client import values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.exceptions import NotFound

from mien.access.actor import SYSTEM
from mien.errors import StorageError
from mien.http.auth import require_operator
from mien.http.context import runtime
from mien.http.hosts import host_name
from mien.http.metrics_folder import FOLDER_VARIABLE
from mien.http.metrics_folder import forget_slot
from mien.http.problems import tell_programs
from mien.loopback import is_loopback
from mien.maintenance.counts import count_all
from mien.observing import Observer
from mien.runtime import Runtime

bp = Blueprint("metrics", __name__)
tell_programs(bp)

_EXTENSION: Final = "mien_metrics"
_FORWARDED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
_TRIES, _TRY_AGAIN_SECONDS = 10, 0.05
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_STAGE_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


def count_as(slot: int) -> None:
    """Let this process, one of several, take up the counts of the one whose place it takes.

    Called before the application is made. Without it a process counts under its own number, and
    each that is replaced leaves files behind.

    Args:
        slot: a number that no other running process of the server has.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        forget_slot(Path(folder), slot)
        values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]  # so in the library


class Metrics:
    """The figures of one application, which hears of them from the engine and from requests."""

    def __init__(self, observer: Observer) -> None:
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter(
            "mien_requests", "Requests answered.", ["method", "route", "status"], **own
        )
        self.seconds = Histogram(
            "mien_request_seconds",
            "Time from a request's head to its answer's head.",
            ["route"],
            buckets=_REQUEST_BUCKETS,
            **own,
        )
        self.in_progress = Gauge(
            "mien_requests_in_progress",
            "Requests being answered.",
            multiprocess_mode="livesum",
            **own,
        )
        faces = Counter("mien_faces", "Faces found in photos.", **own)
        decisions = Counter("mien_decisions", "Decisions on faces.", ["decision"], **own)
        stages = Histogram(
            "mien_inference_seconds",
            "Time of a stage of an analysis, without waiting.",
            ["stage"],
            buckets=_STAGE_BUCKETS,
            **own,
        )
        waits = Histogram(
            "mien_inference_wait_seconds",
            "Time that an inference waited for its turn.",
            buckets=_STAGE_BUCKETS,
            **own,
        )
        waiting = Gauge(
            "mien_inference_waiting",
            "Inferences that wait for their turn.",
            multiprocess_mode="livesum",
            **own,
        )
        self.connections = Gauge(
            "mien_connections",
            "Connections that are open, also those on which nothing is asked.",
            multiprocess_mode="livesum",
            **own,
        )
        self.queued = Gauge(
            "mien_requests_queued",
            "Requests with photos or large bodies that wait for a thread.",
            multiprocess_mode="livesum",
            **own,
        )
        lag = Gauge(
            "mien_index_lag_revisions",
            "Changes of a gallery that the latest search of a process had to catch up with.",
            multiprocess_mode="livemax",
            **own,
        )
        fillings = Counter(
            "mien_index_fillings",
            "Indexes of galleries that a process has filled, by where their faces came from.",
            ["source"],
            **own,
        )
        observer.on_faces = faces.inc
        observer.on_decision = lambda kind: decisions.labels(kind).inc()
        observer.on_stage = lambda stage, spent: stages.labels(stage).observe(spent)
        observer.on_wait = waits.observe
        observer.on_waiting = waiting.inc
        observer.on_lag = lag.set
        observer.on_filled = lambda source: fillings.labels(source).inc()

    def text(self, sizes: Collector) -> bytes:
        """All figures, of all processes, in the format of Prometheus."""
        if os.environ.get(FOLDER_VARIABLE):
            return _of_all_processes() + generate_latest(_only(sizes))
        return generate_latest(self.registry) + generate_latest(_only(sizes))


def _of_all_processes() -> bytes:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # so in the library
    for _ in range(_TRIES):
        try:
            return generate_latest(registry)
        except (struct.error, ValueError):
            # A process that begins has made its file and not yet written into it.
            time.sleep(_TRY_AGAIN_SECONDS)
    return generate_latest(registry)


class RowCounts(Collector):
    """How much is stored, counted when asked for.

    Args:
        runtime: whose rows.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        """One gauge a kind; only that the database is down, when it is."""
        try:
            sizes = count_all(self._runtime.call(SYSTEM))
        except StorageError:
            yield GaugeMetricFamily("mien_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily("mien_database_up", "Whether the database answers.", value=1)
        for name, about in (
            ("galleries", "Galleries."),
            ("people", "People, in all galleries."),
            ("faces", "Examples of people, in all galleries."),
            ("probes", "Photos held for their follow-up actions."),
        ):
            yield GaugeMetricFamily(f"mien_stored_{name}", about, value=getattr(sizes, name))


def install_metrics(app: Flask, runtime: Runtime) -> None:
    """Count every request of an app, and listen to its engine."""
    metrics = app.extensions[_EXTENSION] = Metrics(runtime.services.observer)

    def begin() -> None:
        g.started = time.perf_counter()
        metrics.in_progress.inc()

    def count(response: Response) -> Response:
        rule = request.url_rule
        route = rule.rule if rule is not None else "none"
        method = request.method if request.method in _METHODS else "other"
        metrics.requests.labels(method, route, str(response.status_code)).inc()
        metrics.seconds.labels(route).observe(time.perf_counter() - g.started)
        return response

    def end(_error: BaseException | None) -> None:
        # Of an answer that is streamed Flask tells the end twice.
        if g.pop("started", None) is not None:
            metrics.in_progress.dec()

    app.before_request(begin)
    app.after_request(count)
    app.teardown_request(end)


def door_gauges(app: object) -> Callable[[int, int], None]:
    """Takes the numbers of connections and of queued requests, from a server that knows them.

    Args:
        app: the application that is served; of one that is not Mien's nobody is told.
    """
    metrics: Metrics | None = getattr(app, "extensions", {}).get(_EXTENSION)

    def show(connections: int, queued: int) -> None:
        if metrics is not None:
            metrics.connections.set(connections)
            metrics.queued.set(queued)

    return show


@bp.get("/metrics")
def show() -> Response:
    """All figures, for whom MIEN_METRICS allows."""
    _check_reader()
    metrics: Metrics = current_app.extensions[_EXTENSION]
    return Response(metrics.text(RowCounts(runtime())), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _check_reader() -> None:
    match runtime().settings.metrics:
        case "off":
            raise NotFound
        case "open":
            return
        case "local" if _is_local():
            return
        case _:
            require_operator()


def _is_local() -> bool:
    """Whether a program on this machine asks, and not a proxy on it for somebody else.

    Over a Unix socket it is a proxy. One that leaves no header of its own is told by the host:
    whoever it asks for has asked for a public one.
    """
    here = is_loopback(request.remote_addr or "") and is_loopback(host_name())
    forwarded = any(name in request.headers for name in _FORWARDED)
    return here and (not forwarded or runtime().settings.trusted_proxies > 0)


def _only(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry
