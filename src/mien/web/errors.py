"""Errors where a person reads them."""

from dataclasses import dataclass
from typing import ClassVar
from typing import Final

from flask import Flask
from flask import Response
from flask import make_response
from flask import url_for

from mien.errors import MienError
from mien.http.auth import load_user
from mien.http.problems import Problem
from mien.http.problems import show_problems_with
from mien.web.language import translated
from mien.web.layout import bare_layout
from mien.web.layout import full_layout
from mien.web.pages.base import Page
from mien.web.rendering import render_page
from mien.web.signed_out import sign_in_address
from mien.words.marking import N_

TITLES: Final = {
    400: N_("That request was not understood"),
    401: N_("Please sign in"),
    403: N_("You do not have access to this page"),
    404: N_("Page not found"),
    405: N_("That cannot be done here"),
    408: N_("That took too long"),
    409: N_("Something is in the way"),
    413: N_("That is too large"),
    414: N_("The address is too long"),
    415: N_("That cannot be read"),
    422: N_("That did not work"),
    429: N_("Too many attempts"),
    431: N_("That is too large"),
    500: N_("Something went wrong here"),
    502: N_("Not available at the moment"),
    503: N_("Not available at the moment"),
    504: N_("Not available at the moment"),
}
"""What happened, in a few words, by status."""
_TITLES_BY_CODE: Final = {
    "overloaded": N_("Busy at the moment"),
    "csrf_failed": N_("This page has been open too long"),
    "probe_not_found": N_("This photo has been deleted"),
    "cluster_not_found": N_("No longer kept"),
    "person_not_found": N_("Person not found"),
    "gallery_not_found": N_("Gallery not found"),
    "setup_link_invalid": N_("This link does not work"),
    "reset_link_invalid": N_("This link does not work"),
}
_BAD_REQUEST: Final = 400
_SERVER_ERROR: Final = 500


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


def install_error_pages(app: Flask) -> None:
    """Show errors as pages, and send those who have to sign in to the page that lets them."""
    show_problems_with(
        app, error_page=error_page, sign_in_address=sign_in_address, translate=translated
    )


def error_page(problem: Problem) -> Response:
    """The page of an error."""
    like = _BAD_REQUEST if problem.status < _SERVER_ERROR else _SERVER_ERROR
    page = ErrorPage(
        status=problem.status,
        title=translated(
            _TITLES_BY_CODE.get(problem.code, TITLES.get(problem.status, TITLES[like]))
        ),
        detail=problem.detail,
        request_id=problem.request_id,
        action_label=translated("Go to the home page"),
        action_url=url_for("home.start"),
    )
    return make_response(_draw(page), problem.status)


def _draw(page: ErrorPage) -> str:
    if page.status < _SERVER_ERROR:
        try:
            if load_user() is not None:
                return render_page(page, full_layout())
        except MienError:
            # What surrounds a page is in the database, which may be what is wrong.
            pass
    return render_page(page, bare_layout())
