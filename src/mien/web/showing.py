"""From a page's context to a response."""

from flask import Response
from flask import make_response
from flask import redirect
from flask import request

from mien.web.contexts.page import Page
from mien.web.pages import render_page
from mien.web.pages import render_partial
from mien.web.surroundings import Place
from mien.web.surroundings import surroundings

PARTIAL_HEADER = "X-Partial"
_SEE_OTHER = 303


def show(page: Page, *, place: Place = "", gallery: str = "", status: int = 200) -> Response:
    """Draw a page, or the part of it that script asks for.

    Args:
        page: what it shows.
        place: where in the navigation it belongs.
        gallery: the gallery it is about; empty for none.
        status: of HTTP.
    """
    around = surroundings(place=place, gallery=gallery)
    if not page.partial:
        return make_response(render_page(page, around), status)
    alone = PARTIAL_HEADER in request.headers
    draw = render_partial if alone else render_page
    response = make_response(draw(page, around), status)
    response.vary.add(PARTIAL_HEADER)
    if alone:
        response.headers[PARTIAL_HEADER] = "1"
    return response


def go_to(address: str) -> Response:
    """Send a browser on after something was done, so that reloading does not do it twice."""
    return make_response(redirect(address, _SEE_OTHER))
