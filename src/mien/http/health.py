"""Whether the process lives, and whether it can answer; for load balancers, without a key."""

from flask import Blueprint
from flask import Response
from flask import jsonify

from mien import __version__
from mien.access.actor import SYSTEM
from mien.errors import DatabaseBusy
from mien.errors import DatabaseReplaced
from mien.errors import DatabaseUnreachable
from mien.errors import MienError
from mien.gallery.recognition.warm_up import refresh_indexes
from mien.http.auth import require_operator
from mien.http.context import runtime
from mien.http.problems import tell_programs
from mien.maintenance.rounds import is_late
from mien.runtime import Runtime
from mien.storage.binding import require_fitting
from mien.storage.migrate import require_current
from mien.storage.temporary_files import trouble_of_temporary_files
from mien.words import say

bp = Blueprint("health", __name__)
tell_programs(bp)

# A process that has just been started answers a moment later rather than with a no.
_PATIENCE_SECONDS = 0.2
# Of the engine; detector and recognizer with the library that runs them.
_TOLD = ("pack", "detector", "recognizer")
_NOBODY_KNOWN = {DatabaseReplaced.code, DatabaseUnreachable.code, DatabaseBusy.code}


@bp.get("/healthz")
def healthz() -> Response:
    """The process lives; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Whether database, stored files, models and index can be worked with, and house is kept.

    The database answers with the right schema, the files are those of the database, both disks
    and that of temporary files have room and can be written to as far as that shows without
    storing anything, models are loaded, indexes are up to the rows, and within the last hour some
    process of this home has finished a round of housekeeping.

    What is missing is told to administrators alone; everybody else learns only that something is,
    or the code of what is wrong with the database where nobody can be recognised for it.
    """
    checks = check(runtime())
    ready = all(state == "ok" for state in checks.values())
    answer: dict[str, object] = {"status": "ready" if ready else "unavailable"}
    if _is_operator():
        answer |= {"checks": checks, "version": __version__}
        if checks["models"] == "ok":
            summary = runtime().engine.summary
            answer |= {"engine": {name: getattr(summary, name) for name in _TOLD}}
        failures = {
            "models": runtime().warm_up.failure,
            "temporary_files": trouble_of_temporary_files(),
        }
        why = {name: say.error(each) for name, each in failures.items() if each is not None}
        if why:
            answer["why"] = why
    elif checks["database"] in _NOBODY_KNOWN:
        answer |= {"code": checks["database"]}
    return jsonify(answer), 200 if ready else 503


def check(runtime: Runtime) -> dict[str, str]:
    """How everything is: `ok`, `loading`, `late` or the code of what is wrong.

    Begins to load the models when nobody has yet, so that a process which is given no photo
    before it is ready becomes ready.
    """
    runtime.warm_up.begin()
    runtime.warm_up.wait(_PATIENCE_SECONDS)
    try:
        require_current(runtime.database)
    except MienError as error:
        return {"database": error.code, "models": runtime.warm_up.problem or "ok"}
    full = runtime.database.trouble()
    unwritable = trouble_of_temporary_files()
    checks = {
        "database": "ok" if full is None else full.code,
        "files": _state_of_files(runtime),
        "temporary_files": "ok" if unwritable is None else unwritable.code,
        "models": runtime.warm_up.problem or "ok",
        "index": "ok",
        "housekeeping": "late" if _is_late(runtime) else "ok",
    }
    if runtime.warm_up.problem is None:
        try:
            refresh_indexes(runtime.call(SYSTEM))
        except MienError as error:
            checks["index"] = error.code
    return checks


def _state_of_files(runtime: Runtime) -> str:
    try:
        require_fitting(runtime.database, runtime.services.files)
    except MienError as error:
        return error.code
    trouble = runtime.services.files.trouble()
    return "ok" if trouble is None else trouble.code


def _is_late(runtime: Runtime) -> bool:
    return is_late(runtime.settings.home, running_since=runtime.opened_at)


def _is_operator() -> bool:
    try:
        require_operator()
    except MienError:
        return False
    return True
