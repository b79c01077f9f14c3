"""Which task does which kind of job."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from mien.jobs.states import JobKind
from mien.jobs.work import Work

Task = Callable[[Work], None]

_TASKS: Final[dict[JobKind, str]] = {
    "import_people": "import_people",
    "import_folder": "import_people",
    "embed_again": "embed_again",
    "video": "identify_video",
}


def task_of(work: Work) -> Task:
    """The function that does a job; imported when it is first needed."""
    name = _TASKS[work.kind]
    task: Task = getattr(import_module(f"mien.jobs.tasks.{name}"), name)
    return task
