"""Whether the process lives, and whether it can answer; for load balancers, without a key."""

from flask import Blueprint
from flask import Response
from flask import jsonify

from mien.errors import MienError
from mien.errors import ModelFileMissing
from mien.gallery.packs import current_pack
from mien.http.context import runtime
from mien.runtime import Runtime
from mien.storage.migrate import require_current
from mien.vision.packs.cache import has

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
    pack = runtime.engine.summary.pack
    if pack != current_pack(runtime.database):
        return  # an engine of its own, which needs no pack's files
    manifest = runtime.tools.packs.find(pack)
    if not all(has(runtime.settings.models_dir, file) for file in manifest.files):
        raise ModelFileMissing("A file of the model pack in use is missing: `mien models pull`.")
