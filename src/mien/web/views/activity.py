"""What was done, by whom, and when."""

from typing import cast
from typing import get_args

from flask import Blueprint
from flask import request
from flask.typing import ResponseReturnValue

from mien.gallery.activity import EventGroup
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.web.layout import current_gallery
from mien.web.pages.activity import ActivityFilter
from mien.web.pages.activity import activity_page
from mien.web.rendering import show

bp = Blueprint("activity", __name__, url_prefix="/activity")
bp.before_request(check_browser)


@bp.get("")
@asks("activity.read")
def show_all() -> ResponseReturnValue:
    """List what was done, of some or of all, page by page."""
    given = request.args
    about = given.get("about", "")
    chosen = ActivityFilter(
        gallery=given.get("gallery", ""),
        group=cast("EventGroup", about) if about in get_args(EventGroup) else None,
        actor=given.get("by", ""),
        person=given.get("person", ""),
    )
    page = activity_page(
        this_call(), current=current_gallery(), chosen=chosen, cursor=given.get("cursor") or None
    )
    return show(page, place="activity")
