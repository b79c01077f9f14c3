"""The page that shows every component, for those who work on the pages."""

from collections.abc import Callable
from typing import cast

from flask import Blueprint
from flask import current_app
from flask.typing import ResponseReturnValue

from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.web.pages.patterns import patterns_page
from mien.web.rendering import show

bp = Blueprint("patterns", __name__)
bp.before_request(check_browser)


@bp.get("/patterns")
@asks("installation.read")
def show_patterns() -> ResponseReturnValue:
    """Every component once, in each of its states."""
    asset_url = cast("Callable[[str], str]", current_app.jinja_env.globals["asset_url"])
    return show(patterns_page(asset_url("three-heads.svg")))
