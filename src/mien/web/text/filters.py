"""Values as words: every text that a template makes of a number, a time or a code."""

import math
import re
from collections.abc import Callable
from datetime import UTC
from datetime import datetime
from typing import Any

from markupsafe import Markup
from markupsafe import escape

from mien.web.language import translated
from mien.words import sentences
from mien.words.quality import GOOD
from mien.words.quality import POOR
from mien.words.sentences import clock

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_KIB = 1024

SCOPE_WORDS = {
    "read": "look at people and galleries",
    "identify": "identify and compare photos",
    "enrol": "add and change people",
    "admin": "manage galleries and delete",
}
"""What each scope of an API key allows."""


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun, as pages say it: “no faces”, “1 face”, “1,204 faces”."""
    return sentences.counted(number, singular, plural, zero="no")


def breakable(identifier: str) -> Markup:
    """An identifier or a path that may go on in the next line behind its joints, and nowhere else."""
    return Markup("").join(
        Markup("{}<wbr>").format(part) if part in "/_.-" else escape(part)
        for part in re.split(r"([/_.-])", identifier)
        if part
    )


def decimal(value: float) -> str:
    """A similarity or threshold with two decimals and a true minus sign."""
    text = f"{value:.2f}"
    if text == "-0.00":
        text = "0.00"
    return text.replace("-", "\N{MINUS SIGN}")


def thousands(number: int) -> str:
    """A whole number with its thousands apart: “1,204”."""
    return f"{number:,}"


def more_or_less(change: int) -> str:
    """A difference with its sign: “+14”, and below 0 with a true minus."""
    return f"{change:+,}".replace("-", "\N{MINUS SIGN}")


def file_size(size_bytes: int) -> str:
    """A file size in the unit that suits it: “1.5 GB”, “20 MB”, “640 KB”, “12 bytes”."""
    if size_bytes < _KIB:
        return counted(size_bytes, "byte")
    if size_bytes < _KIB * _KIB:
        return f"{size_bytes / _KIB:.0f} KB"
    size, unit = size_bytes / _KIB / _KIB, "MB"
    if size >= _KIB:
        size, unit = size / _KIB, "GB"
    return f"{size:.1f}".removesuffix(".0") + f" {unit}"


def relative_time(moment: datetime, now: datetime) -> str:
    """How long ago or how soon, in words; a date when it is more than four weeks away."""
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    if size < _MINUTE:
        return "just now" if seconds >= 0 else "in a moment"
    if size < _HOUR:
        words = counted(int(size // _MINUTE), "minute")
    elif size < _DAY:
        words = counted(int(size // _HOUR), "hour")
    elif size < 2 * _DAY:
        return "yesterday" if seconds > 0 else "tomorrow"
    elif size < 28 * _DAY:
        words = counted(int(size // _DAY), "day")
    else:
        return f"{moment.day} {moment:%B %Y}"
    return f"{words} ago" if seconds > 0 else f"in {words}"


def duration_words(seconds: float) -> str:
    """How long something will still take, roughly: “about 3 minutes left”."""
    if seconds < _MINUTE:
        return translated("less than a minute left")
    if seconds < _HOUR:
        return f"about {counted(math.ceil(seconds / _MINUTE), 'minute')} left"
    return f"about {counted(math.ceil(seconds / _HOUR), 'hour')} left"


def time_element(iso: str, now: datetime | None = None) -> Markup:
    """A `time` element that reads relative and carries the exact time.

    Args:
        iso: ISO 8601; a time without a zone is UTC.
        now: what it is relative to; the present unless given.
    """
    moment = datetime.fromisoformat(iso)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
    exact = f"{moment.day} {moment:%B %Y, %H:%M} UTC"
    stamp = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    words = relative_time(moment, now or datetime.now(UTC))
    return Markup('<time datetime="{}" title="{}" data-module="relative-time">{}</time>').format(
        stamp, exact, words
    )


def quality_words(reasons: tuple[str, ...]) -> str:
    """Reasons against a face as words: “small, blurred”; “good” when there are none."""
    words = [translated(POOR.get(code, code.replace("_", " "))) for code in reasons]
    return ", ".join(words) or translated(GOOD)


def scope_words(scope: str) -> str:
    """What a scope of an API key allows."""
    return SCOPE_WORDS.get(scope, scope)


def share(part: float, whole: float) -> str:
    """A part of a whole as a percentage for a drawing's attribute: “12.5%”."""
    return f"{round(100 * part / whole, 3):g}%"


def code_spans(text: str) -> Markup:
    """A text whose `code` between backticks is marked as such."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part
        for number, part in enumerate(parts)
    )


FILTERS: dict[str, Callable[..., Any]] = {
    "duration_words": duration_words,
    "breakable": breakable,
    "clock": clock,
    "code_spans": code_spans,
    "counted": counted,
    "decimal": decimal,
    "file_size": file_size,
    "more_or_less": more_or_less,
    "quality_words": quality_words,
    "scope_words": scope_words,
    "share": share,
    "thousands": thousands,
    "time": time_element,
}
"""The filters by the names that templates know."""
