"""From a page's context to HTML: the template environment, and the one way to draw a page."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask import Response
from flask import make_response
from flask import redirect
from flask import render_template
from flask import request
from jinja2 import StrictUndefined

from mien.web.assets import install_assets
from mien.web.assets import own_assets
from mien.web.kept_templates import own_templates
from mien.web.language import install_language
from mien.web.layout import Layout
from mien.web.layout import NavPlace
from mien.web.layout import full_layout
from mien.web.pages import verdicts
from mien.web.pages.base import Page
from mien.web.pages.label_places import mark_places
from mien.web.text import rates
from mien.web.text import suspicions
from mien.web.text.filters import FILTERS

PARTIAL_HEADER = "X-Partial"
_SEE_OTHER = 303


def install_pages(app: Flask) -> None:
    """Gives an app the static files, filters and functions that the templates need."""
    app.jinja_loader = own_templates()
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.filters.update(FILTERS)
    environment.filters.update(rates.FILTERS)
    environment.filters.update(suspicions.FILTERS)
    environment.filters.update(verdicts.FILTERS)
    environment.globals["scale_of"] = verdicts.scale
    environment.globals["mark_places"] = mark_places
    install_assets(app, own_assets())
    install_language(app)


def variables(page: Page) -> dict[str, Any]:
    """A page's fields, by name, as they are: nothing within them is copied."""
    return {field.name: getattr(page, field.name) for field in dataclasses.fields(page)}


def render_page(page: Page, layout: Layout) -> str:
    """Draws a whole page."""
    return render_template(page.template, layout=layout, **variables(page))


def render_partial(page: Page, layout: Layout) -> str:
    """Draws the part of a page that script refreshes alone."""
    return render_template(page.partial, layout=layout, **variables(page))


def show(
    page: Page,
    *,
    place: NavPlace = "",
    gallery: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Draw a page, or the part of it that script asks for.

    Args:
        page: what it shows.
        place: where in the navigation it belongs.
        gallery: the gallery it is about; empty for none.
        status: of HTTP.
        headers: that belong to the status.
    """
    around = full_layout(place=place, gallery=gallery)
    if not page.partial:
        return make_response(render_page(page, around), status, headers)
    alone = is_from_script()
    draw = render_partial if alone else render_page
    response = make_response(draw(page, around), status, headers)
    response.vary.add(PARTIAL_HEADER)
    if alone:
        response.headers[PARTIAL_HEADER] = "1"
    return response


def is_from_script() -> bool:
    """Whether script asks, which shows the answer itself and wants no page."""
    return PARTIAL_HEADER in request.headers


def go_to(address: str) -> Response:
    """Send a browser on after something was done, so that reloading does not do it twice."""
    return make_response(redirect(address, _SEE_OTHER))
