"""Have a worker embed all stored photos for another model pack, and then change to it."""

from collections.abc import Collection

from mien.access import audit
from mien.access import permissions
from mien.gallery.services import Call
from mien.jobs.results import Job
from mien.jobs.rows import as_job
from mien.jobs.rows import has_worker
from mien.jobs.rows import new_row


def start_embedding_again(
    call: Call, *, pack: str, leave: Collection[str] = (), delete_missing: bool = False
) -> Job:
    """Make a job that changes the pack; see `embed_again`.

    Args:
        call: who asks, and with what; the operator.
        pack: name of a pack whose files the workers have.
        leave: names of galleries that may stay with their pack, because photos are not stored.
        delete_missing: delete faces that cannot be embedded, instead of changing nothing.

    Raises:
        PackNotFound: there is no pack of this name.
    """
    permissions.require(call.actor, "packs.use")
    manifest = call.services.packs.find(pack)
    with call.services.database.write() as session:
        row = new_row(
            call.actor, call.request_id, "embed_again", gallery_id=None, title=manifest.name
        )
        row.options |= {
            "pack": manifest.name,
            "leave": sorted(leave),
            "delete_missing": delete_missing,
        }
        session.add(row)
        session.flush()
        audit.record(session, call, "job_created", subject_id=row.id)
        job = as_job(row, gallery=None, worker=has_worker(session))
    call.services.jobs.put(job.id)
    return job
