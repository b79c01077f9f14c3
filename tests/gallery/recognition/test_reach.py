"""Searches among some people, and of several galleries at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_photo
from mien.access import permissions
from mien.access.actor import Actor
from mien.errors import GalleryModelMismatch
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import NobodySearched
from mien.errors import NotPermitted
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.recognition.identify import check_question
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.identify_held import identify_and_hold
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.recognition.reach import MOST_GALLERIES
from mien.gallery.recognition.reach import Reach
from mien.gallery.recognition.recognise import recognise
from mien.gallery.recognition.what_if import weigh
from mien.gallery.results import Identification
from mien.gallery.services import Services
from mien.storage.models import EventRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import SearchRow
from mien.vision.fake import FakeEngine
from statements import counted_statements


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    runtime = make_runtime(tmp_path, engine=FakeEngine(calibrated=True))
    create_gallery(acting(runtime.services), name="club", settings={"display_name": "Rowing club"})
    yield runtime.services
    runtime.close()


def add(services: Services, name: str, gallery: str = "default", **metadata: Any) -> str:
    done = enrol(
        acting(services),
        gallery=gallery,
        source=Upload(draw_photo([name], face_px=120)),
        subject=NewPerson(name, metadata=metadata),
    )
    return done.person.id


def ask(services: Services, *drawn: str, gallery: str = "default", **reach: Any) -> Identification:
    return identify(
        acting(services),
        gallery=gallery,
        photo=Upload(draw_photo(drawn, face_px=100)),
        reach=Reach(**reach),
    )


def named(found: Identification) -> list[tuple[str, str, str]]:
    """Of each face the decision, and whom it names first, of which gallery."""
    answers = sorted(found.answers, key=lambda answer: answer.face.box.left)
    return [
        (answer.decision, answer.candidates[0].person.name, answer.candidates[0].gallery)
        for answer in answers
    ]


def test_only_people_whose_metadata_say_so_are_searched(services: Services) -> None:
    add(services, "ada", team="night")
    add(services, "bob", team="day")
    add(services, "cy", team=["night", "day"])
    everybody = ask(services, "ada", "bob")
    night = ask(services, "ada", "bob", where=("team=night",))
    assert [each[:2] for each in named(everybody)] == [("match", "ada"), ("match", "bob")]
    decisions = {answer.decision for answer in night.answers}
    assert decisions == {"match", "unknown"}
    found = {each.person.name for answer in night.answers for each in answer.candidates}
    assert found == {"ada", "cy"}
    assert (everybody.where, night.where) == ((), ("team=night",))


def test_the_threshold_is_that_of_as_many_as_are_searched(services: Services) -> None:
    for number in range(6):
        add(services, f"p{number}", team="night" if number < 2 else "day")
    alone = Reach(where=("team=night",))
    everybody, night = ask(services, "p0"), ask(services, "p0", where=alone.where)
    assert (everybody.point.people, everybody.point.faces) == (6, 6)
    assert (night.point.people, night.point.faces) == (2, 2)
    assert night.threshold < everybody.threshold
    assert [each.people for each in night.searched] == [2]
    # As in a gallery where there is nobody else.
    for number in range(2):
        add(services, f"p{number}", gallery="club")
    club = ask(services, "p0", gallery="club")
    assert club.threshold == night.threshold
    one, other = club.answers[0], night.answers[0]
    assert [each.similarity for each in one.candidates] == [
        each.similarity for each in other.candidates
    ]
    assert one.expected_false_match_rate == other.expected_false_match_rate


def test_nobody_searched_is_told_instead_of_unknown(services: Services) -> None:
    ada = add(services, "ada", team="night")
    create_person(acting(services), gallery="default", name="faceless", metadata={"team": "ghost"})
    for where in (("team=ghost",), ("taem=night",), ("team=night", "level=1")):
        with pytest.raises(NobodySearched) as caught:
            ask(services, "ada", where=where)
        assert caught.value.extra == {"field": "where", "searched_person_count": 0}
        with pytest.raises(NobodySearched):
            recognise(acting(services), gallery="default", probes=[], reach=Reach(where=where))
    change_person(acting(services), gallery="default", person_id=ada, metadata={"team": "ghost"})
    assert named(ask(services, "ada", where=("team=ghost",))) == [("match", "ada", "default")]


def test_several_galleries_answer_as_if_they_were_one(services: Services) -> None:
    add(services, "ada")
    add(services, "bob", gallery="club")
    add(services, "cy", gallery="club")
    found = ask(services, "ada", "bob", also=("Club", "default", "club"))
    assert named(found) == [("match", "ada", "default"), ("match", "bob", "club")]
    assert [(each.gallery.title, each.people) for each in found.searched] == [
        ("default", 1),
        ("Rowing club", 2),
    ]
    assert (found.gallery, found.point.people, found.point.faces) == ("default", 3, 3)
    # One gallery with all three says the same.
    create_gallery(acting(services), name="all")
    for name in ("ada", "bob", "cy"):
        add(services, name, gallery="all")
    together = ask(services, "ada", "bob", gallery="all")
    assert together.threshold == found.threshold
    for one, other in zip(together.answers, found.answers, strict=True):
        assert one.margin == other.margin
        assert [(each.person.name, each.similarity, each.similarity_to_best) for each in
                one.candidates] == [(each.person.name, each.similarity, each.similarity_to_best)
                for each in other.candidates]  # fmt: skip


def add_again(services: Services, name: str, face_px: int, gallery: str = "default") -> None:
    enrol(
        acting(services),
        gallery=gallery,
        source=Upload(draw_photo([name], face_px=face_px)),
        subject=NewPerson(name, allow_same_name=True),
    )


def test_somebody_in_two_galleries_is_a_match_and_named_in_both(services: Services) -> None:
    add(services, "ada")
    add_again(services, "ada", 140, gallery="club")
    add(services, "bob", gallery="club")
    [answer] = ask(services, "ada", also=("club",)).answers
    assert (answer.decision, answer.doubts) == ("match", ())
    best, again, other = answer.candidates
    assert {best.gallery, again.gallery} == {"default", "club"}
    marked = [each.may_be_same_person for each in (best, again, other)]
    assert marked == [False, True, False]
    assert answer.runner_up == other
    assert answer.margin == best.similarity - other.similarity
    call = acting(services, make_user(services))
    photo = Upload(draw_photo(["ada"], face_px=100))
    held = identify_and_hold(call, gallery="default", photo=photo, reach=Reach(also=("club",)))
    [shown] = show_held(call, probe_id=held.id).identification.answers
    assert (shown.decision, shown.candidates) == ("match", answer.candidates)


@pytest.mark.parametrize("again", ["default", "club"])
def test_two_of_one_gallery_who_are_alike_stay_ambiguous(services: Services, again: str) -> None:
    add(services, "ada")
    add_again(services, "ada", 140, gallery="club")
    add_again(services, "ada", 130, gallery=again)
    [answer] = ask(services, "ada", also=("club",)).answers
    assert (answer.decision, answer.doubts) == ("ambiguous", ("close_runner_up",))
    assert len([each for each in answer.candidates if each.may_be_same_person]) == 1
    assert answer.runner_up is not None
    assert not answer.runner_up.may_be_same_person


def test_a_low_threshold_makes_nobody_the_same_person(services: Services) -> None:
    add(services, "ada")
    add(services, "bob", gallery="club")
    for name in ("default", "club"):
        change_gallery(acting(services), name=name, settings={"threshold": -1.0})
    [answer] = ask(services, "ada", also=("club",)).answers
    assert answer.decision == "ambiguous"
    assert not any(each.may_be_same_person for each in answer.candidates)


def test_a_rival_behind_the_same_person_of_many_galleries_is_seen(services: Services) -> None:
    others = tuple(f"g{number}" for number in range(7))
    add(services, "ada")
    for name in others:
        create_gallery(acting(services), name=name)
        add(services, "ada", gallery=name)
    reach = Reach(also=others)
    photo = Upload(draw_photo(["ada"], face_px=110))
    alone = identify(acting(services), gallery="default", photo=photo, reach=reach, limit=1)
    assert alone.answers[0].decision == "match"
    for name in ("default", *others):
        # Less similar than the others, and in the best one's gallery, whichever that is.
        add_again(services, "ada", 60, gallery=name)
    found = identify(acting(services), gallery="default", photo=photo, reach=reach, limit=1)
    assert found.answers[0].decision == "ambiguous"
    call = acting(services, make_user(services))
    held = identify_and_hold(call, gallery="default", photo=photo, reach=reach)
    [shown] = show_held(call, probe_id=held.id).identification.answers
    assert shown.decision == "ambiguous"
    assert shown.runner_up is not None
    assert sum(each.may_be_same_person for each in shown.candidates) == len(others)


def test_the_strictest_setting_of_several_galleries_holds(services: Services) -> None:
    add(services, "ada")
    add(services, "bob", gallery="club")
    for threshold in (0.2, 0.9):
        change_gallery(acting(services), name="club", settings={"threshold": threshold})
        found = ask(services, "ada", also=("club",))
        alone = ask(services, "ada")
        assert found.threshold == max(threshold, found.threshold)
        assert found.threshold >= alone.threshold
    assert found.threshold == 0.9


def test_metadata_and_several_galleries_go_together(services: Services) -> None:
    add(services, "ada", team="night")
    add(services, "bob", team="day")
    add(services, "cy", gallery="club", team="night")
    found = ask(services, "ada", "bob", "cy", also=("club",), where=("team=night",))
    assert [each.people for each in found.searched] == [1, 1]
    assert {each.person.name for a in found.answers for each in a.candidates} == {"ada", "cy"}
    # Nobody in one of them is told by its count.
    day = ask(services, "bob", also=("club",), where=("team=day",))
    assert [each.people for each in day.searched] == [1, 0]


def test_each_gallery_has_to_be_there_and_of_the_same_model(services: Services) -> None:
    add(services, "ada")
    with pytest.raises(GalleryNotFound) as missing:
        ask(services, "ada", also=("nowhere",))
    assert missing.value.words == {"gallery": "nowhere"}
    with services.database.write() as session:
        session.execute(
            update(GalleryRow).where(GalleryRow.name == "club").values(contract_id="another")
        )
    with pytest.raises(GalleryModelMismatch) as other:
        ask(services, "ada", also=("club",))
    assert other.value.words == {"gallery": "Rowing club"}
    with pytest.raises(InvalidInput) as many:
        ask(services, "ada", also=tuple(f"g{number}" for number in range(MOST_GALLERIES)))
    assert many.value.field == "also"


def test_no_gallery_is_searched_that_an_actor_may_not_search(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(services, "ada", gallery="club")
    user = make_user(services)
    held = identify_and_hold(
        acting(services, user),
        gallery="default",
        photo=Upload(draw_photo(["ada"])),
        reach=Reach(also=("club",)),
    )
    ordinary = permissions.require

    def bound(actor: Actor, action: permissions.Action, gallery: str | None = None) -> None:
        if gallery == "club":
            raise NotPermitted("key")
        ordinary(actor, action, gallery)

    monkeypatch.setattr(permissions, "require", bound)
    reach = Reach(also=("club",))
    ask(services, "ada")
    with pytest.raises(NotPermitted):
        ask(services, "ada", also=reach.also)
    with pytest.raises(NotPermitted):
        recognise(acting(services), gallery="default", probes=[], reach=reach)
    with pytest.raises(NotPermitted):
        check_question(acting(services), gallery="default", limit=1, threshold=None, reach=reach)
    with pytest.raises(NotPermitted):
        show_held(acting(services, user), probe_id=held.id)


def test_nobody_is_chosen_by_metadata_by_somebody_who_may_not_read_them(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(services, "ada", team="night")
    add(services, "ada", gallery="club", team="night")
    user = make_user(services)
    photo = Upload(draw_photo(["ada"]))
    asked = Reach(also=("club",), where=("team=night",))
    held = identify_and_hold(acting(services, user), gallery="default", photo=photo, reach=asked)
    ordinary = permissions.require

    def bound(actor: Actor, action: permissions.Action, gallery: str | None = None) -> None:
        if (action, gallery) == ("people.read", "club"):
            raise NotPermitted("key")
        ordinary(actor, action, gallery)

    monkeypatch.setattr(permissions, "require", bound)
    ask(services, "ada", also=asked.also)
    ask(services, "ada", where=asked.where)
    with pytest.raises(NotPermitted):
        ask(services, "ada", also=asked.also, where=asked.where)
    with pytest.raises(NotPermitted):
        recognise(acting(services), gallery="default", probes=[], reach=asked)
    with pytest.raises(NotPermitted):
        identify_and_hold(acting(services, user), gallery="default", photo=photo, reach=asked)
    with pytest.raises(NotPermitted):
        show_held(acting(services, user), probe_id=held.id)


def test_a_held_photo_is_shown_as_it_was_asked(services: Services) -> None:
    ada = add(services, "ada", team="night")
    add(services, "bob", team="day")
    add(services, "cy", gallery="club", team="night")
    call = acting(services, make_user(services))
    reach = Reach(also=("club",), where=("team=night",))
    photo = Upload(draw_photo(["ada", "bob", "cy"], face_px=100))
    held = identify_and_hold(call, gallery="default", photo=photo, reach=reach)
    shown = show_held(call, probe_id=held.id).identification
    assert [each.people for each in shown.searched] == [1, 1]
    assert shown.where == ("team=night",)
    assert {each.person.name for a in shown.answers for each in a.candidates} == {"ada", "cy"}
    # A face of it that is stored by now is not compared with itself, in whichever gallery.
    number = next(
        answer.number for answer in shown.answers if answer.candidates[0].person.name == "cy"
    )
    enrol(
        acting(services),
        gallery="club",
        source=photo,
        subject=NewPerson("cy again", metadata={"team": "night"}),
        face_number=number,
    )
    again = show_held(call, probe_id=held.id).identification.answers[number - 1]
    assert "cy again" not in {each.person.name for each in again.candidates}
    delete_gallery(acting(services), name="club")
    change_person(acting(services), gallery="default", person_id=ada, metadata={})
    empty = show_held(call, probe_id=held.id).identification
    assert [(each.gallery.name, each.people) for each in empty.searched] == [("default", 0)]
    assert all(not answer.candidates for answer in empty.answers)


def test_an_added_face_of_somebody_who_is_not_searched_stays_out(services: Services) -> None:
    add(services, "ada", team="night")
    user = make_user(services)
    call = acting(services, user)
    held = identify_and_hold(
        call,
        gallery="default",
        photo=Upload(draw_photo(["bob"], face_px=100)),
        reach=Reach(where=("team=night",)),
    )
    bob = enrol(
        call,
        gallery=None,
        source=HeldFace(held.id, 1),
        subject=NewPerson("bob", metadata={"team": "day"}),
    )
    enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["bob"], face_px=90)),
        subject=NewPerson("bob", allow_same_name=True, metadata={"team": "day"}),
    )
    shown = show_held(call, probe_id=held.id)
    assert [each.person.id for each in shown.added[1]] == [bob.person.id]
    assert {each.person.name for a in shown.identification.answers for each in a.candidates} == {
        "ada"
    }


def remembered(services: Services) -> list[tuple[int | None, int | None]]:
    services.searches.flush()
    with services.database.read() as session:
        rows = session.execute(select(SearchRow.people, SearchRow.faces).order_by(SearchRow.at))
        return [(people, faces) for people, faces in rows]


def test_a_narrowed_search_is_remembered_with_how_many_were_searched(services: Services) -> None:
    add(services, "ada", team="night")
    for number in range(5):
        add(services, f"p{number}", team="day")
    told = ask(services, "ada", where=("team=night",))
    assert told.answers[0].decision == "match"
    ask(services, "ada", also=("club",))
    ask(services, "ada")
    assert remembered(services) == [(1, 1), (None, None)]
    weighed = weigh(acting(services), gallery="default")
    assert weighed.decisions == {"match": 2, "ambiguous": 0, "unknown": 0}


def test_a_narrowed_search_is_weighed_at_its_own_size(services: Services) -> None:
    add(services, "ada", team="night")
    for number in range(7):
        add(services, f"p{number}", team="day")
    everybody = ask(services, "p0").point
    one = ask(services, "ada", where=("team=night",)).point
    assert one.threshold < everybody.threshold
    similarity = (one.threshold + everybody.threshold) / 2
    services.searches.flush()
    with services.database.write() as session:
        session.execute(update(SearchRow).values(similarity=similarity, runner_up=None))
    decisions = weigh(acting(services), gallery="default").decisions
    assert decisions == {"match": 1, "ambiguous": 0, "unknown": 1}


def test_who_is_searched_follows_every_change(services: Services) -> None:
    """What is remembered of metadata holds until anything about the people changes."""

    def searched() -> int:
        try:
            return ask(services, "ada", where=("team=night",)).point.people
        except NobodySearched:
            return 0

    ada = add(services, "ada", team="night")
    bob = add(services, "bob", team="day")
    assert (searched(), searched()) == (1, 1)
    change_person(acting(services), gallery="default", person_id=bob, metadata={"team": "night"})
    assert searched() == 2
    change_person(acting(services), gallery="default", person_id=ada, metadata={})
    assert searched() == 1
    add(services, "cy", team="night")
    assert searched() == 2
    forget_person(acting(services), gallery="default", person_id=bob)
    assert searched() == 1
    add(services, "cy", gallery="club", team="night")
    assert searched() == 1


def test_metadata_are_read_once_for_all_photos_whatever_the_order_of_the_terms(
    services: Services,
) -> None:
    def read(*where: str) -> int:
        with counted_statements(services.database) as statements:
            try:
                ask(services, "ada", also=("club",), where=where)
            except NobodySearched:
                assert where == ("team=ghost",)
        return len([each for each in statements if "person.metadata" in each])

    add(services, "ada", team="night", level=3)
    add(services, "bob", gallery="club", team="night", level=3)
    assert read("team=night", "level=3") == 2
    assert read("team=night", "level=3") == 0
    assert read("level=3", "team=night", "level=3") == 0
    assert read("team=ghost") == 2
    assert read("team=ghost") == 0
    add(services, "cy", team="night", level=3)
    assert read("team=night", "level=3") == 1


def test_only_so_many_ids_are_remembered(services: Services) -> None:
    """Whatever is asked for: two choices of 300,000 people are not both kept."""
    for name in ("first", "second"):
        services.reached.get(name, 1, lambda: range(300_000))
    assert services.reached.get("second", 1, lambda: range(1)) == range(300_000)
    assert services.reached.get("first", 1, lambda: range(1)) == range(1)


def test_who_was_chosen_in_another_history_is_not_remembered(services: Services) -> None:
    """After a backup is restored, the revision may rise to the same number by other changes."""
    ada = add(services, "ada", team="night")
    bob = add(services, "bob", team="day")
    before = ask(services, "ada", where=("team=night",))
    assert before.answers[0].decision == "match"
    with services.database.write() as session:
        newest = select(EventRow.id).order_by(EventRow.at.desc()).limit(1).scalar_subquery()
        session.execute(delete(EventRow).where(EventRow.id == newest))
        for person_id, team in ((ada, "day"), (bob, "night")):
            session.execute(
                update(PersonRow).where(PersonRow.id == person_id).values(details={"team": team})
            )
    after = ask(services, "ada", where=("team=night",))
    assert [each.person.name for each in after.answers[0].candidates] == ["bob"]
