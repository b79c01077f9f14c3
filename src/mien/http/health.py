"""Whether the process lives, and whether it can answer; for load balancers, without a key."""

from flask import Blueprint
from flask import Response
from flask import jsonify

from mien.errors import MienError
from mien.gallery.packs import current_pack
from mien.gallery.packs import model_files
from mien.http.context import runtime
from mien.runtime import Runtime
from mien.storage.migrate import require_current

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """The process lives; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers and has the right schema, and the model files are there."""
    problems = _problems(runtime())
    if problems:
        return jsonify(status="unavailable", problems=problems), 503
    return jsonify(status="ready"), 200


def _problems(runtime: Runtime) -> list[str]:
    """Codes of what is wrong; why is in the log of what fails, not in a public answer."""
    try:
        require_current(runtime.database)
        _require_models(runtime)
    except MienError as error:
        return [error.code]
    return []


def _require_models(runtime: Runtime) -> None:
    if runtime.engine.summary.pack == current_pack(runtime.database):
        model_files(runtime.tools)
    # Else it is an engine of its own, which needs no pack's files.
