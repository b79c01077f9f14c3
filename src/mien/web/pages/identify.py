"""The home page, and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from itertools import pairwise
from typing import Any
from typing import ClassVar
from typing import get_args

from flask import url_for

from mien.access.permissions import may
from mien.decision.operating_point import OperatingPoint
from mien.gallery.galleries import list_gallery_names
from mien.gallery.galleries import show_gallery
from mien.gallery.people.person_names import PersonNames
from mien.gallery.people.person_names import list_person_names
from mien.gallery.recognition.identify_held import AddedFace
from mien.gallery.recognition.identify_held import HeldProbe
from mien.gallery.results import Answer
from mien.gallery.results import Candidate
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.options import Decision
from mien.settings import MOST_PHOTOS
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import AddedTo
from mien.web.pages.faces import CandidateView
from mien.web.pages.faces import Extent
from mien.web.pages.faces import FaceCard
from mien.web.pages.faces import FaceFilter
from mien.web.pages.faces import FaceGroup
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.pages.faces import Rival
from mien.web.pages.faces import box_view
from mien.web.pages.faces import crop_url
from mien.web.pages.faces import probe_portrait_url
from mien.web.pages.faces import quality_view
from mien.web.pages.faces import rate_view
from mien.web.pages.identified_photos import MOST_TOGETHER
from mien.web.pages.namesakes import namesakes_of
from mien.web.text.rates import Rate

# Names offered while one types; more would make the page heavy, and nobody reads as many.
_MOST_NAMES = 500
# So many have a card each; more have a line each, which opens into the card.
_FEW_FACES = 4


@dataclass(frozen=True, slots=True)
class IdentifyHome(Page):
    """Takes a photo in the field `photo`, the gallery's name in `gallery`, and `closely`.

    `also` are names of other galleries to search, `where` is what people's metadata must say.

    Attributes:
        form: problems with what was sent last.
        action_url: takes the POST, as multipart.
        galleries: to search in; a choice is shown from two on.
        gallery: the one chosen.
        people_count: people in that gallery who could be found; none shows where to begin.
        max_bytes: largest file accepted.
        add_person_url: where an empty gallery gets its first person.
        others: further galleries that can be searched at the same time.
        photos_url: the page that shows several photos, named by `photo`.
        most_photos: how many one form may send.
        most_together: how many script sends one after the other.
        reach_open: whether it is shown at once which galleries and people are searched.
        keep_unknown_days: for how many days unknown faces are kept; 0 for not at all.
    """

    template: ClassVar[str] = "identify/home.html"

    form: FormState
    action_url: str
    galleries: tuple[Choice, ...]
    gallery: str
    people_count: int
    max_bytes: int
    add_person_url: str
    photos_url: str
    most_photos: int
    most_together: int
    others: tuple[Choice, ...] = ()
    reach_open: bool = False
    keep_unknown_days: int = 0


@dataclass(frozen=True, slots=True)
class IdentifyResult(Page):
    """The photo with its numbered faces, and a card for each.

    Attributes:
        photo: with one mark for each face that is shown.
        faces: in the order of their numbers; empty when no face was found.
        groups: the faces that are shown: known ones, ambiguous ones, strangers.
        filters: ways to show some of the faces alone; empty where they are few.
        faces_left_out: how many more the photo shows than are looked at.
        searched: the galleries that were searched, as they are called.
        where: what people's metadata had to say for them to be searched; empty for everybody.
        people_count: people who could be found.
        threshold: similarity that a match needs there.
        accepted: share of strangers' searches that may name somebody, from which the threshold
            follows; None when it was set by hand or the model has not been calibrated.
        wrong: how often a stranger is named there; None when the model has not been calibrated.
        settings_url: where the threshold is set; empty for those who may not.
        names: names offered while one types whom a face belongs to.
        names_hint: that there are more names than these; empty when there are not.
        names_url: gives those that fit what is typed, by `q`; empty when all are offered already.
        again_url: the page that takes another photo.
        let_go_url: takes a POST that erases the photo now.
        expires_at: ISO 8601 in UTC; until then the photo is held for the actions.
    """

    template: ClassVar[str] = "identify/result.html"

    photo: PhotoView
    faces: tuple[FaceCard, ...]
    groups: tuple[FaceGroup, ...]
    filters: tuple[FaceFilter, ...]
    faces_left_out: int
    searched: tuple[str, ...]
    where: tuple[str, ...]
    people_count: int
    threshold: float
    accepted: float | None
    wrong: Rate | None
    settings_url: str
    names: tuple[str, ...]
    names_hint: str
    names_url: str
    again_url: str
    let_go_url: str
    expires_at: str


def identify_home(call: Call, *, gallery: str, form: FormState | None = None) -> IdentifyHome:
    """The page that takes a photo.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    chosen = show_gallery(call, name=gallery)
    form = form or FormState()
    others = tuple(
        Choice(each.name, each.title)
        for each in list_gallery_names(call)
        if each.name != chosen.name and may(call.actor, "photos.identify", each.name)
    )
    return IdentifyHome(
        form=form,
        action_url=url_for("identify.submit"),
        # One is chosen for all of the page, at its top.
        galleries=(Choice(chosen.name, chosen.name),),
        gallery=chosen.name,
        people_count=chosen.searched,
        max_bytes=runtime().settings.max_upload_bytes,
        add_person_url=url_for("people.new", gallery=chosen.name),
        photos_url=url_for("identified_photos.show_all"),
        most_photos=MOST_PHOTOS,
        most_together=MOST_TOGETHER,
        others=others,
        keep_unknown_days=chosen.settings.keep_unknown_days,
        reach_open=bool(form.value("where") or form.chosen.get("also") or form.error("also")),
    )


def identify_result(
    call: Call,
    held: HeldProbe,
    *,
    forms: Mapping[int, FormState] | None = None,
    shown: str = "",
) -> IdentifyResult:
    """The photo with its faces, and a card for each.

    Args:
        call: who asks, and with what.
        held: the photo's answers.
        forms: what was typed for a face and could not be done, by the face's number.
        shown: the decision whose faces alone are shown; anything else shows all of them.
    """
    found = held.identification
    offered = list_person_names(call, gallery=found.gallery, most=_MOST_NAMES)
    cards = _in_turn(tuple(_card(call, held, answer, forms or {}) for answer in found.answers))
    every = tuple(
        FaceGroup(decision, faces)
        for decision in get_args(Decision)
        if (faces := tuple(card for card in cards if _group(card) == decision))
    )
    groups = tuple(group for group in every if group.decision == shown) or every
    numbers = {card.number for group in groups for card in group.faces}
    return IdentifyResult(
        photo=PhotoView(
            url=url_for("identify.photo", probe_id=held.id),
            width=found.width,
            height=found.height,
            marks=tuple(
                _mark(held, answer) for answer in found.answers if answer.number in numbers
            ),
        ),
        faces=cards,
        groups=groups,
        filters=_filters(held.id, every, groups) if len(cards) > _FEW_FACES else (),
        faces_left_out=found.faces_left_out,
        searched=tuple(each.gallery.title for each in found.searched),
        where=found.where,
        people_count=found.point.people,
        threshold=found.point.threshold,
        accepted=found.point.accepted_fpir,
        wrong=rate_view(found.point.expected_fpir, found.point.least_expected_rate),
        # What several galleries answer together is set in none of them alone.
        settings_url=_settings_url(call, found.gallery) if len(found.searched) == 1 else "",
        names=offered.names,
        names_hint=_names_hint(offered),
        names_url=url_for("people.names", gallery=found.gallery) if _names_hint(offered) else "",
        again_url=url_for(
            "identify.home",
            gallery=found.gallery,
            also=[each.gallery.name for each in found.searched[1:]],
            where=", ".join(found.where) or None,
        ),
        let_go_url=url_for("identify.let_go", probe_id=held.id),
        expires_at=held.expires_at.isoformat(),
    )


def _settings_url(call: Call, gallery: str) -> str:
    if not may(call.actor, "galleries.change", gallery):
        return ""
    return url_for("galleries.settings", gallery=gallery)


def _group(card: FaceCard) -> Decision:
    return "match" if card.added else card.decision


def _in_turn(cards: tuple[FaceCard, ...]) -> tuple[FaceCard, ...]:
    """Each stranger knows who is asked about next."""
    strangers = [card.number for card in cards if _group(card) == "unknown"]
    following = dict(pairwise(strangers))
    return tuple(replace(card, next_number=following.get(card.number, 0)) for card in cards)


def _filters(
    probe_id: str, every: tuple[FaceGroup, ...], shown: tuple[FaceGroup, ...]
) -> tuple[FaceFilter, ...]:
    if len(every) == 1:
        return ()
    everybody = FaceFilter(
        decision="",
        count=sum(len(group.faces) for group in every),
        url=url_for("identify.result", probe_id=probe_id),
        current=shown == every,
    )
    return everybody, *(
        FaceFilter(
            decision=group.decision,
            count=len(group.faces),
            url=url_for("identify.result", probe_id=probe_id, show=group.decision),
            current=shown == (group,),
        )
        for group in every
    )


def _mark(held: HeldProbe, answer: Answer) -> FaceMark:
    box = box_view(answer.face.box)
    if answer.number in held.added:
        # Whose it is was said by somebody, and nothing was decided.
        names = (each.person.name for each in held.added[answer.number])
        return FaceMark(answer.number, box, ", ".join(names))
    matched = answer.decision == "match"
    return FaceMark(
        number=answer.number,
        box=box,
        label=answer.candidates[0].person.name if matched else "",
        decision="" if _extent(held) == "nobody" else answer.decision,
    )


def _extent(held: HeldProbe) -> Extent:
    found = held.identification
    if found.where:
        return "people" if found.point.people else "nobody"
    return "gallery" if len(found.searched) == 1 else "galleries"


def _card(call: Call, held: HeldProbe, answer: Answer, forms: Mapping[int, FormState]) -> FaceCard:
    gallery, point = held.identification.gallery, held.identification.point
    searched = held.identification.searched
    titles = {each.gallery.name: each.gallery.title for each in searched}
    candidates = tuple(
        _candidate(gallery, candidate, titles if len(searched) > 1 else {})
        for candidate in answer.candidates
    )
    first = candidates[0] if candidates else None
    rival = _rival(answer, candidates, point)
    second = rival.candidate.similarity if rival else None
    place: dict[str, Any] = {"probe_id": held.id, "number": answer.number}
    form = forms.get(answer.number, FormState())
    return FaceCard(
        number=answer.number,
        portrait_url=probe_portrait_url(held.id, answer.number),
        decision=answer.decision,
        threshold=point.threshold,
        similarity=first.similarity if first else None,
        runner_up=answer.runner_up.similarity if answer.runner_up and not second else second,
        candidates=candidates,
        quality=quality_view(answer.face),
        add_url=url_for("identify.add", **place),
        form=form,
        doubts=answer.doubts,
        rival=rival,
        alike=rate_view(answer.expected_false_match_rate, point.least_expected_rate),
        wrong=rate_view(point.expected_fpir, point.least_expected_rate),
        added=tuple(_added(gallery, each) for each in held.added.get(answer.number, ())),
        undo_url=(
            url_for("identify.undo", **place) if may(call.actor, "faces.delete", gallery) else ""
        ),
        namesakes=namesakes_of(call, gallery=gallery, form=form),
        extent=_extent(held),
    )


def _added(gallery: str, added: AddedFace) -> AddedTo:
    person = added.person
    return AddedTo(
        person_id=person.id,
        name=person.label,
        url=url_for("person.show_one", gallery=gallery, person_id=person.id),
        similarity=added.similarity,
        nearest_url=crop_url(gallery, person.id, added.nearest_face_id),
        face_id=added.face_id,
    )


def _rival(
    answer: Answer, candidates: tuple[CandidateView, ...], point: OperatingPoint
) -> Rival | None:
    """The first person who is too near to the best; the second where both would match."""
    if not {"close_runner_up", "look_alike"}.intersection(answer.doubts):
        return None
    best, *others = answer.candidates
    told = "look_alike" in answer.doubts
    found = [
        Rival(
            view,
            point.margin(other.similarity_to_best if told else None),
            other.similarity_to_best,
        )
        for view, other in zip(candidates[1:], others, strict=True)
        if not other.may_be_same_person
    ]
    near = [
        each for each in found if best.similarity - each.candidate.similarity < each.lead_needed
    ]
    return near[0] if near else found[0]


def _candidate(gallery: str, candidate: Candidate, titles: Mapping[str, str]) -> CandidateView:
    person, own = candidate.person, candidate.gallery
    return CandidateView(
        person_id=person.id,
        name=person.label,
        url=url_for("person.show_one", gallery=own, person_id=person.id),
        similarity=candidate.similarity,
        example_url=crop_url(own, person.id, candidate.face_id),
        gallery=titles.get(own, ""),
        elsewhere=own != gallery,
        may_be_same_person=candidate.may_be_same_person,
    )


def _names_hint(offered: PersonNames) -> str:
    if len(offered.names) == offered.total:
        return ""
    return (
        f"Suggests the first {len(offered.names):,} of {offered.total:,} names. "
        "For anyone else, type the full name."
    )
