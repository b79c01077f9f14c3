"""The page for everything that goes wrong."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class ErrorPage(Page):
    """Says what happened and what to do.

    Attributes:
        status: HTTP status, shown large.
        title: what happened, in a few words.
        detail: one or two sentences: what happened, and the way out.
        request_id: to be quoted when one asks for help.
        action_label, action_url: the way out as a button.
    """

    template: ClassVar[str] = "error.html"

    status: int
    title: str
    detail: str
    request_id: str
    action_label: str
    action_url: str
