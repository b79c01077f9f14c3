"""A process that has nothing to do drops whom another has forgotten."""

import gc
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.index_sync import DROPPED_WITHIN_SECONDS
from mien.gallery.index_sync import FOLLOW_SECONDS
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.index.auto import settled
from mien.serving.following import Following
from mien.storage.models import FaceRow


def add(services: Services, name: str, *, gallery: str = "default") -> Enrolment:
    return enrol(
        acting(services),
        gallery=gallery,
        source=Upload(draw_photo([name])),
        subject=NamedPerson(name),
    )


def embedding_of(services: Services, who: Enrolment) -> bytes:
    with services.database.read() as session:
        return session.get_one(FaceRow, who.face.id).embedding.tobytes()


def holds(services: Services, vector: bytes) -> bool:
    """Whether a matrix of an index of this process still has it."""
    gc.collect()
    matrices = [
        settled(opened.index)._now.vectors._state.vectors  # type: ignore[attr-defined]  # the exact one
        for opened in services.indexes._opened.values()
    ]
    return any(vector in np.ascontiguousarray(matrix).tobytes() for matrix in matrices)


# They wait for what happens by itself.
pytestmark = pytest.mark.thorough


def wait_for(happens: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < ends, "it does not happen"
        time.sleep(0.02)


def test_an_idle_process_has_nothing_left_of_whom_another_has_forgotten(tmp_path: Path) -> None:
    with closing(make_runtime(tmp_path)) as busy, closing(make_runtime(tmp_path)) as idle:
        ada = add(busy.services, "ada")
        # So many that nothing is made anew because of one that is gone.
        for name in ("bob", "cy", "dan", "eve", "flo"):
            add(busy.services, name)
        vector = embedding_of(busy.services, ada)
        for each in (busy, idle):
            identify(acting(each.services), gallery="default", photo=Upload(draw_photo(["ada"])))
            assert holds(each.services, vector)
        proof = forget_person(acting(busy.services), gallery="default", person_id=ada.person.id)
        assert proof.other_processes_within_seconds == DROPPED_WITHIN_SECONDS
        assert holds(idle.services, vector)
        following = [Following(each.services, seconds=0.05) for each in (busy, idle)]
        for one in following:
            one.start()
        wait_for(lambda: not holds(idle.services, vector) and not holds(busy.services, vector))
        for one in following:
            one.stop()
        [answer] = identify(
            acting(idle.services), gallery="default", photo=Upload(draw_photo(["bob"]))
        ).answers
        assert answer.decision == "match"


def test_what_the_proof_says_is_twice_the_time_between_two_looks_and_more() -> None:
    # One to hear of it, one to overwrite it.
    assert DROPPED_WITHIN_SECONDS >= 2.5 * FOLLOW_SECONDS


def test_an_idle_process_lets_go_of_a_gallery_that_is_gone(tmp_path: Path) -> None:
    with closing(make_runtime(tmp_path)) as busy, closing(make_runtime(tmp_path)) as idle:
        create_gallery(acting(busy.services), name="club")
        add(busy.services, "ada", gallery="club")
        identify(acting(idle.services), gallery="club", photo=Upload(draw_photo(["ada"])))
        delete_gallery(acting(busy.services), name="club")
        assert not idle.services.indexes.is_empty
        with idle.database.read() as session:
            idle.services.indexes.follow(session)
        assert idle.services.indexes.is_empty


def test_following_goes_on_after_the_database_did_not_answer(tmp_path: Path) -> None:
    with closing(make_runtime(tmp_path)) as busy, closing(make_runtime(tmp_path)) as idle:
        ada = add(busy.services, "ada")
        add(busy.services, "bob")
        vector = embedding_of(busy.services, ada)
        identify(acting(idle.services), gallery="default", photo=Upload(draw_photo(["ada"])))
        forget_person(acting(busy.services), gallery="default", person_id=ada.person.id)
        real = idle.services.indexes.follow
        failures: list[bool] = []

        def fails_first(session: object) -> None:
            if not failures:
                failures.append(True)
                raise RuntimeError("away")
            real(session)  # type: ignore[arg-type]  # a session

        idle.services.indexes.follow = fails_first  # type: ignore[method-assign]  # a fake
        following = Following(idle.services, seconds=0.02)
        following.start()
        wait_for(lambda: not holds(idle.services, vector))
        following.stop()
        assert failures
