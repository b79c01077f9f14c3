"""Home: the first page of whoever is signed in."""

from flask import Blueprint
from flask import request
from flask.typing import ResponseReturnValue

from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.web.layout import current_gallery
from mien.web.pages.home import home_page
from mien.web.rendering import show

bp = Blueprint("home", __name__)
bp.before_request(check_browser)


@bp.get("/")
@asks("galleries.read")
def start() -> ResponseReturnValue:
    """Show what there is to do."""
    page = home_page(this_call(), gallery=request.args.get("gallery") or current_gallery())
    return show(page, place="home", gallery=page.gallery)
