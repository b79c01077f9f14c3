"""Log lines: static sentences with attributes, on a terminal or as JSON, and what they never hold."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any
from typing import Literal
from typing import TextIO

import structlog
from structlog.typing import EventDict
from structlog.typing import Processor
from structlog.typing import WrappedLogger

WITHHELD = "[withheld]"

_PRIVATE_WORDS = re.compile(
    r"authorization|cookies?|crop|embeddings?|images?|keys?|names?|passwords?|photos?"
    r"|secret|tokens?|vectors?"
)
# `photo_id` and `image_bytes` say nothing about a person; `photo` and `photo_name` do.
_HARMLESS_ENDINGS = re.compile(r"bytes|count|height|ids?|seconds|sha256|width")
_WORDS = re.compile(r"[a-z0-9]+")


class _MienHandler(logging.StreamHandler[TextIO]):
    """Told apart from handlers of others, so that a second call replaces only its own."""


def configure(
    *,
    log_format: Literal["auto", "console", "json"] = "auto",
    log_level: str = "info",
    stream: TextIO | None = None,
) -> None:
    """Send every log line of this process, structlog's and the standard library's, one way.

    May be called again; the last call holds.

    Args:
        log_format: `console` for people, `json` for machines, `auto` console on a terminal.
        log_level: the least severe lines that are written.
        stream: where to; None is standard error as it is at this moment.
    """
    out = stream or sys.stderr
    for_people = out.isatty()
    as_json = log_format == "json" or (log_format == "auto" and not for_people)
    # Whoever looks on knows the day, and lines that fit are read.
    clock = {"fmt": "%H:%M:%S", "utc": False} if for_people and not as_json else {"fmt": "iso"}
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(**clock),
        structlog.processors.StackInfoRenderer(),
        withhold_private,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Loggers are made at the top of modules, before anybody has called this.
        cache_logger_on_first_use=False,
    )
    handler = _MienHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(as_json=as_json, colors=for_people),
            ],
        )
    )
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, _MienHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(log_level.upper())
    # These would write statements with their parameters, every byte received, or their own news.
    for name in ("alembic", "sqlalchemy", "PIL", "urllib3", "httpx", "botocore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def withhold_private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put `[withheld]` where an attribute, by its name or its type, could tell of a person."""
    return {
        key: value if key == "event" else _without_private(key, value)
        for key, value in event.items()
    }


def _without_private(key: str, value: Any) -> Any:
    if key in {"_record", "_from_structlog", "exc_info", "stack_info"}:
        return value
    if _is_private(key) or isinstance(value, (bytes, bytearray, memoryview)):
        return WITHHELD
    if hasattr(value, "shape"):
        return WITHHELD
    if isinstance(value, Mapping):
        return {inner: _without_private(str(inner), each) for inner, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_private("", each) for each in value]
    return value


def _is_private(key: str) -> bool:
    words = _WORDS.findall(key.lower())
    return any(map(_PRIVATE_WORDS.fullmatch, words)) and not _HARMLESS_ENDINGS.fullmatch(words[-1])


def _renderers(*, as_json: bool, colors: bool) -> list[Processor]:
    # Both leave out local variables, which structlog's own defaults print: an embedding or a
    # password is only a local variable away.
    if as_json:
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=colors,
            pad_event_to=0,
            pad_level=False,
            exception_formatter=structlog.dev.plain_traceback,
        )
    ]
