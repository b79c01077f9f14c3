"""From a page's context to HTML: the template environment, and the one way to draw a page."""

import dataclasses
from typing import Any

from flask import Flask
from flask import render_template
from jinja2 import StrictUndefined

from mien.web import rates
from mien.web import verdicts
from mien.web.assets import install_assets
from mien.web.assets import read_assets
from mien.web.assets import static_folder
from mien.web.contexts.chrome import Chrome
from mien.web.contexts.page import Page
from mien.web.filters import FILTERS


def install_pages(app: Flask) -> None:
    """Gives an app the static files, filters and functions that the templates need."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.filters.update(FILTERS)
    environment.filters.update(rates.FILTERS)
    environment.filters.update(verdicts.FILTERS)
    environment.globals["scale_of"] = verdicts.scale
    environment.globals["mark_place"] = verdicts.mark_place
    install_assets(app, read_assets(static_folder()))


def variables(page: Page) -> dict[str, Any]:
    """A page's fields, by name, as they are: nothing within them is copied."""
    return {field.name: getattr(page, field.name) for field in dataclasses.fields(page)}


def render_page(page: Page, chrome: Chrome) -> str:
    """Draws a whole page."""
    return render_template(page.template, chrome=chrome, **variables(page))


def render_partial(page: Page, chrome: Chrome) -> str:
    """Draws the part of a page that script refreshes alone."""
    return render_template(page.partial, chrome=chrome, **variables(page))
