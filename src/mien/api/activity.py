"""What was done, by whom, and when."""

from flask import Response

from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.gallery.activity import list_activity
from mien.http.auth import asks
from mien.http.context import this_call
from mien.schemas.activity import ActivityOut
from mien.schemas.activity import ActivityQuery

bp = make_blueprint("activity", "Activity")


@bp.get(
    "/activity",
    operation_id="list_activity",
    responses=described(200, ActivityOut, 404, text="A page of events."),
)
@asks("activity.read")
def list_page(query: ActivityQuery) -> Response:
    """List what was done, newest first.

    Keys without the scope `admin` are not told what concerns accounts, keys and the installation.
    """
    return answer(ActivityOut.of(list_activity(this_call(), **dict(query))))
