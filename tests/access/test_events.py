"""Every kind of event: written with who acted, in the transaction of what it tells."""

import subprocess
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import get_args

import numpy as np
import pytest
from sqlalchemy import select

from building import make_runtime
from drawing import draw_photo
from looking import folder_of
from looking import rows_of
from mien.access import audit
from mien.access.actor import NOBODY
from mien.access.actor import OPERATOR
from mien.access.actor import SYSTEM
from mien.access.actor import Actor
from mien.access.api_keys import create_key
from mien.access.api_keys import revoke_key
from mien.access.change_password import change_password
from mien.access.first_administrator import finish_setup
from mien.access.first_administrator import issue_link
from mien.access.permissions import EventKind
from mien.access.reset_links import issue_reset_link
from mien.access.sign_ins import end_sign_in
from mien.access.sign_ins import open_sign_in
from mien.access.sign_ins import sign_in
from mien.access.sign_out_user import sign_out_user
from mien.access.users import add_user
from mien.access.users import remove_user
from mien.errors import WrongCredentials
from mien.gallery.analysis import Upload
from mien.gallery.bind_galleries import bind_galleries
from mien.gallery.embedding_again.embed_again import embed_again
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.pack_in_use import ensure_pack
from mien.gallery.pack_in_use import use_pack
from mien.gallery.people.changes import list_changes
from mien.gallery.people.clusters.delete_unknown import delete_unknown
from mien.gallery.people.clusters.ignore import ignore_unknown
from mien.gallery.people.clusters.ignore import unignore_unknown
from mien.gallery.people.clusters.list_unknown import list_unknown
from mien.gallery.people.clusters.list_unknown import show_unknown
from mien.gallery.people.clusters.name import name_unknown
from mien.gallery.people.clusters.split import split_unknown
from mien.gallery.people.copy_people import copy_people
from mien.gallery.people.delete import delete_faces
from mien.gallery.people.delete import delete_people
from mien.gallery.people.erase_change import erase_now
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.people.keep import keep_face
from mien.gallery.people.keep import keep_pair
from mien.gallery.people.merge import merge_people
from mien.gallery.people.move import move_faces
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.people.undo import undo_change
from mien.gallery.people.wrong import mark_wrong
from mien.gallery.people.wrong import refuse_name
from mien.gallery.recognition.identify import identify
from mien.gallery.runtimes_in_use import measure_runtimes
from mien.gallery.services import Call
from mien.jobs.control import cancel_job
from mien.jobs.inputs import receive_part
from mien.jobs.start_import import begin_import
from mien.jobs.start_import import start_import
from mien.maintenance.adopt import adopt
from mien.maintenance.begin_anew import begin_anew
from mien.maintenance.finish_erasures import finish_erasures
from mien.maintenance.forget_place import forget_place
from mien.maintenance.move_files import move_files
from mien.maintenance.reapply_erasures import reapply_erasures
from mien.packs.catalog import builtin
from mien.storage.erased import Erased
from mien.storage.erasures import note_erasure
from mien.storage.folder_store import FolderStore
from mien.storage.former_places import former_places
from mien.storage.former_places import note_former_place
from mien.storage.models import EventRow
from other_pack import OtherEngine
from other_pack import other_manifest

pytestmark = pytest.mark.thorough

NAME = "Zelda Zauberin"
PASSWORD = "correct horse battery"
ADA = draw_photo(["ada"])


class Packs:
    """Any built-in pack can be had."""

    models_dir = Path("models")

    class _Installed:
        def __init__(self, name: str) -> None:
            self.manifest = builtin(name)

    class _Choice:
        passed_over = ()

        def __init__(self) -> None:
            self.installed = Packs._Installed("mobile")

    def choose_first(self, **_: Any) -> Any:
        return Packs._Choice()

    def install(self, name: str, **_: Any) -> Any:
        return Packs._Installed(name)


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Call]:
    runtime = make_runtime(tmp_path)
    services = replace(runtime.services, packs=Packs())  # type: ignore[arg-type]  # all that is asked
    yield Call(services, Actor("user", id="u-1", is_admin=True), "request-1")
    runtime.close()


def by(call: Call, actor: Actor) -> Call:
    return replace(call, actor=actor)


def _face(call: Call) -> Any:
    return enrol(call, gallery="default", source=Upload(ADA), subject=NamedPerson(NAME))


def _signed_in(call: Call) -> tuple[Call, str]:
    user = add_user(call, name=NAME, password=PASSWORD, is_admin=False)
    _, made = open_sign_in(by(call, user.actor), user_id=user.id, browser="x", lasts_seconds=600)
    return by(call, user.actor), made.id


Act = Callable[[], object]
Scenario = Callable[[Call], tuple[Call, Act]]


def _plain(act: Callable[[Call], object]) -> Scenario:
    return lambda call: (call, lambda: act(call))


def _person_changed(call: Call) -> tuple[Call, Act]:
    person = create_person(call, gallery="default", name="Somebody").id
    return call, lambda: change_person(
        call, gallery="default", person_id=person, name=NAME, notes=NAME
    )


def _person_erased(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    return call, lambda: forget_person(call, gallery="default", person_id=made.person.id)


def _originals_deleted(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    create_gallery(call, name="club")
    enrol(
        call,
        gallery="club",
        source=Upload(draw_photo(["bob", "ada"])),
        subject=NamedPerson("Bob"),
        take="largest",
    )
    given = {"gallery": "default", "person_id": made.person.id}
    return call, lambda: forget_person(call, **given, delete_originals=True)


def _face_removed(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    given = {"gallery": "default", "person_id": made.person.id, "face_id": made.face.id}
    return call, lambda: delete_face(call, **given)


def _person_deleted(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    return call, lambda: delete_people(call, gallery="default", person_ids=[made.person.id])


def _people_merged(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    other = create_person(call, gallery="default", name=f"{NAME} II", notes=NAME).id
    given = {"gallery": "default", "person_id": other}
    return call, lambda: merge_people(call, **given, from_ids=[made.person.id])


def _person_copied(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    create_gallery(call, name="club")
    ids = [made.person.id]
    return call, lambda: copy_people(call, gallery="default", person_ids=ids, to_gallery="club")


def _face_deleted(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    return call, lambda: delete_faces(call, gallery="default", face_ids=[made.face.id])


def _face_moved(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    to = NewPerson("Other")
    return call, lambda: move_faces(call, gallery="default", face_ids=[made.face.id], to=to)


def _face_refused(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    return call, lambda: mark_wrong(call, gallery="default", face_id=made.face.id)


def _name_refused(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    embedding = np.zeros(call.services.engine.summary.dimension, np.float32)
    embedding[0] = 1
    given = {"gallery": "default", "person_id": made.person.id}
    return call, lambda: refuse_name(call, **given, embedding=embedding)


def _change_undone(call: Call) -> tuple[Call, Act]:
    person = create_person(call, gallery="default", name="Somebody").id
    change_person(call, gallery="default", person_id=person, name=NAME)
    [change, _] = list_changes(call, gallery="default").changes
    return call, lambda: undo_change(call, gallery="default", change_id=change.id)


def _change_ended(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    gone = delete_people(call, gallery="default", person_ids=[made.person.id])
    return call, lambda: erase_now(call, gallery="default", change_id=gone.change_id or "")


def _face_reviewed(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    person_id = made.person.id
    odd = enrol(
        call,
        gallery="default",
        source=Upload(draw_photo(["bob"])),
        subject=KnownPerson(person_id),
    )
    given = {"gallery": "default", "person_id": person_id, "face_id": odd.face.id}
    return call, lambda: keep_face(call, **given)


def _pair_reviewed(call: Call) -> tuple[Call, Act]:
    one, other = (create_person(call, gallery="default", name=name) for name in (NAME, "Other"))
    given = {"gallery": "default", "person_id": one.id, "other_person_id": other.id}
    return call, lambda: keep_pair(call, **given)


def _seen(call: Call) -> str:
    """An unknown person who was seen twice."""
    change_gallery(call, name="default", settings={"keep_unknown_days": 3})
    for variant in range(2):
        photo = Upload(draw_photo(["ada"], variant=variant))
        identify(call, gallery="default", photo=photo)
    [person] = list_unknown(call, gallery="default").people
    return person.id


def _kept(call: Call) -> tuple[Call, Act]:
    change_gallery(call, name="default", settings={"keep_unknown_days": 3})
    return call, lambda: identify_unknown(call)


def identify_unknown(call: Call) -> None:
    identify(call, gallery="default", photo=Upload(ADA))


def _unknown(verb: Callable[..., object], **more: Any) -> Scenario:
    def scenario(call: Call) -> tuple[Call, Act]:
        given = {"gallery": "default", "cluster_id": _seen(call), **more}
        return call, lambda: verb(call, **given)

    return scenario


def _unignored(call: Call) -> tuple[Call, Act]:
    given = {"gallery": "default", "cluster_id": _seen(call)}
    ignore_unknown(call, **given)
    return call, lambda: unignore_unknown(call, **given)


def _split(call: Call) -> tuple[Call, Act]:
    given = {"gallery": "default", "cluster_id": _seen(call)}
    first = show_unknown(call, **given).faces[0].id
    return call, lambda: split_unknown(call, **given, face_ids=[first])


def _gallery_removed(call: Call) -> tuple[Call, Act]:
    create_gallery(call, name="club")
    return call, lambda: delete_gallery(call, name="club")


def _password_changed(call: Call) -> tuple[Call, Act]:
    own, _ = _signed_in(call)
    return own, lambda: change_password(
        own,
        user_id=str(own.actor.id),
        old_password=PASSWORD,
        new_password=PASSWORD + "!",
    )


def _user_signed_out(call: Call) -> tuple[Call, Act]:
    _signed_in(call)
    return call, lambda: sign_out_user(call, name=NAME)


def _key_created(call: Call) -> tuple[Call, Act]:
    operator = by(call, OPERATOR)
    return operator, lambda: create_key(operator, name=NAME, scopes=["read"])


def _reset_link_issued(call: Call) -> tuple[Call, Act]:
    _signed_in(call)
    operator = by(call, OPERATOR)
    return operator, lambda: issue_reset_link(operator, name=NAME)


def _password_refused(call: Call) -> tuple[Call, Act]:
    own, _ = _signed_in(call)

    def act() -> None:
        with pytest.raises(WrongCredentials):
            change_password(
                own,
                user_id=str(own.actor.id),
                old_password="wrong",
                new_password=PASSWORD,
            )

    return own, act


def _signed_in_again(call: Call) -> tuple[Call, Act]:
    add_user(call, name=NAME, password=PASSWORD, is_admin=False)
    nobody = by(call, NOBODY)
    given = {"name": NAME, "password": PASSWORD, "browser": "x", "lasts_seconds": 600}
    return nobody, lambda: sign_in(nobody, **given)  # type: ignore[arg-type]  # each is what it is


def _refused(call: Call) -> tuple[Call, Act]:
    add_user(call, name=NAME, password=PASSWORD, is_admin=False)
    nobody = by(call, NOBODY)

    def act() -> None:
        with pytest.raises(WrongCredentials):
            sign_in(nobody, name=NAME, password="wrong", browser="x", lasts_seconds=600)

    return nobody, act


def _sign_in_ended(call: Call) -> tuple[Call, Act]:
    own, sign_in_id = _signed_in(call)
    return own, lambda: end_sign_in(own, user_id=str(own.actor.id), sign_in_id=sign_in_id)


def _setup_finished(call: Call) -> tuple[Call, Act]:
    secret = issue_link(by(call, SYSTEM)) or ""
    nobody = by(call, NOBODY)
    return nobody, lambda: finish_setup(nobody, secret=secret, name=NAME, password=PASSWORD)


def _user_removed(call: Call) -> tuple[Call, Act]:
    add_user(call, name=NAME, password=PASSWORD, is_admin=False)
    return call, lambda: remove_user(call, name=NAME)


def _key_revoked(call: Call) -> tuple[Call, Act]:
    _, key = create_key(by(call, OPERATOR), name=NAME, scopes=["read"])
    return call, lambda: revoke_key(call, key_id=key.id)


def _by_system(act: Callable[[Call], object]) -> Scenario:
    def scenario(call: Call) -> tuple[Call, Act]:
        system = by(call, SYSTEM)
        return system, lambda: act(system)

    return scenario


def _runtimes_measured(call: Call) -> tuple[Call, Act]:
    system = by(call, SYSTEM)

    def act() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mien.gallery.runtimes_in_use.subprocess.run", _measured)
            measure_runtimes(system, manifest=builtin("classic"), threads=1)

    return system, act


def _measured(*_arguments: object, **_named: object) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], 0, '{"detector": {}, "recognizer": {}}', "")


def _pack_changed(call: Call) -> tuple[Call, Act]:
    system = by(call, SYSTEM)
    ensure_pack(system)
    return system, lambda: use_pack(system, name="classic")


def _embedded_again(call: Call) -> tuple[Call, Act]:
    _face(call)
    system = by(call, SYSTEM)
    return system, lambda: embed_again(system, manifest=other_manifest(), engine=OtherEngine())


def _files_bound(call: Call) -> tuple[Call, Act]:
    _face(call)
    (folder_of(call.services).root / "installation").write_text("another")
    return _by_system(adopt)(call)


def _files_moved(call: Call) -> tuple[Call, Act]:
    _face(call)
    folder = folder_of(call.services).root.parent / "elsewhere"
    source = call.services.files
    return _by_system(lambda by: move_files(by, source=source, target=FolderStore(folder)))(call)


def _files_place_forgotten(call: Call) -> tuple[Call, Act]:
    elsewhere = FolderStore(folder_of(call.services).root.parent / "elsewhere")
    with call.services.database.write() as session:
        note_former_place(session, elsewhere.place)
    return _by_system(lambda by: forget_place(by, store=elsewhere, gone=True))(call)


def _files_set_aside(call: Call) -> tuple[Call, Act]:
    call.services.files.put(ADA, extension="png")
    return _by_system(begin_anew)(call)


def _erasure_finished(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    with call.services.database.write() as session:
        note_erasure(session, subject_id=made.person.id)
    return _by_system(finish_erasures)(call)


def _erasure_reapplied(call: Call) -> tuple[Call, Act]:
    made = _face(call)
    call.services.erasures.add([Erased("person", made.person.id)])
    return _by_system(reapply_erasures)(call)


def _job_started(call: Call) -> tuple[Call, Act]:
    job = begin_import(call, gallery="default", title=NAME)
    receive_part(call, job_id=job.id, path=f"{NAME}/1.png", offset=0, data=ADA)
    return call, lambda: start_import(call, job_id=job.id)


def _job_controlled(call: Call) -> tuple[Call, Act]:
    job = begin_import(call, gallery="default", title=NAME)
    return call, lambda: cancel_job(call, job_id=job.id)


SCENARIOS: dict[EventKind, Scenario] = {
    "gallery_created": _plain(lambda call: create_gallery(call, name="club")),
    "gallery_changed": _plain(
        lambda call: change_gallery(call, name="default", settings={"gate": "strict"})
    ),
    "gallery_removed": _gallery_removed,
    "gallery_bound": _by_system(lambda call: bind_galleries(call, pack="p", contract_id="c")),
    "person_created": _plain(lambda call: create_person(call, gallery="default", name=NAME)),
    "person_changed": _person_changed,
    "person_erased": _person_erased,
    "originals_deleted": _originals_deleted,
    "face_added": _plain(_face),
    "face_removed": _face_removed,
    "person_deleted": _person_deleted,
    "people_merged": _people_merged,
    "person_copied": _person_copied,
    "face_deleted": _face_deleted,
    "face_moved": _face_moved,
    "face_refused": _face_refused,
    "name_refused": _name_refused,
    "change_undone": _change_undone,
    "change_ended": _change_ended,
    "face_reviewed": _face_reviewed,
    "pair_reviewed": _pair_reviewed,
    "unknown_faces_kept": _kept,
    "cluster_ignored": _unknown(ignore_unknown),
    "cluster_unignored": _unignored,
    "cluster_split": _split,
    "cluster_named": _unknown(name_unknown, subject=NamedPerson(NAME)),
    "cluster_deleted": _unknown(delete_unknown),
    "password_changed": _password_changed,
    "password_refused": _password_refused,
    "signed_in": _signed_in_again,
    "sign_in_refused": _refused,
    "sign_in_ended": _sign_in_ended,
    "setup_finished": _setup_finished,
    "setup_link_issued": _by_system(issue_link),
    "user_added": _plain(lambda call: add_user(call, name=NAME, password=PASSWORD, is_admin=False)),
    "user_removed": _user_removed,
    "user_signed_out": _user_signed_out,
    "reset_link_issued": _reset_link_issued,
    "key_created": _key_created,
    "key_revoked": _key_revoked,
    "pack_chosen": _by_system(ensure_pack),
    "runtimes_measured": _runtimes_measured,
    "pack_changed": _pack_changed,
    "embedding_again_begun": _embedded_again,
    "gallery_embedded_again": _embedded_again,
    "files_bound": _files_bound,
    "files_moved": _files_moved,
    "files_set_aside": _files_set_aside,
    "files_place_forgotten": _files_place_forgotten,
    "erasure_finished": _erasure_finished,
    "erasure_reapplied": _erasure_reapplied,
    "job_created": _plain(lambda call: begin_import(call, gallery="default", title=NAME)),
    "job_started": _job_started,
    "job_controlled": _job_controlled,
}


def events(call: Call) -> list[EventRow]:
    with call.services.database.read() as session:
        return list(session.scalars(select(EventRow).order_by(EventRow.at)))


def test_there_is_a_scenario_for_every_kind() -> None:
    assert set(SCENARIOS) == set(get_args(EventKind))


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_it_says_who_did_it_in_which_request(call: Call, kind: EventKind) -> None:
    acting, act = SCENARIOS[kind](call)
    before = {event.id for event in events(call)}
    act()
    fresh = [event for event in events(call) if event.id not in before]
    assert kind in {event.kind for event in fresh}
    for event in fresh:
        assert (event.actor_kind, event.actor_id) == (acting.actor.kind, acting.actor.id)
        assert event.request_id == "request-1"


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_it_holds_no_name_and_nothing_of_a_face(call: Call, kind: EventKind) -> None:
    _, act = SCENARIOS[kind](call)
    act()
    for event in events(call):
        told = repr([event.kind, event.facts, event.subject_id, event.gallery_id])
        assert NAME not in told
        assert PASSWORD not in told
        for value in event.facts.values():
            assert isinstance(value, int | float | bool | list)
            assert len(repr(value)) < 200


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_what_cannot_be_written_down_does_not_happen(
    call: Call, kind: EventKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, act = SCENARIOS[kind](call)
    before = rows_of_record(call)

    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError, match="trail"):
        act()
    assert rows_of_record(call) == before


def rows_of_record(call: Call) -> dict[str, int]:
    """All but how often passwords were tried, and where copies lie: that holds whatever comes of it."""
    rows = Counter(rows_of(call.services))
    with call.services.database.read() as session:
        rows["installation"] -= bool(former_places(session))
    return {n: count for n, count in rows.items() if count and n != "password_tries"}
