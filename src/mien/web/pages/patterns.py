"""The page that shows every component, with people who do not exist."""

from dataclasses import dataclass
from typing import ClassVar

from mien.options import Decision
from mien.web.forms.kept import Refusal
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.api_reference.page import FieldRow
from mien.web.pages.api_reference.page import FieldTable
from mien.web.pages.api_reference.page import FieldType
from mien.web.pages.base import Page
from mien.web.pages.compare import ComparedPhoto
from mien.web.pages.compare import Comparison
from mien.web.pages.face_choice import ChoosableFace
from mien.web.pages.face_choice import FaceChoice
from mien.web.pages.faces import BoxView
from mien.web.pages.faces import CandidateView
from mien.web.pages.faces import FaceCard
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import Namesake
from mien.web.pages.faces import PhotoView
from mien.web.pages.faces import QualityView
from mien.web.pages.faces import Rival
from mien.web.pages.numbered import PageLink
from mien.web.pages.numbered import page_links
from mien.web.pages.people import PersonTile
from mien.web.pages.selection import SelectionAction
from mien.web.pages.together import SelectedEntry
from mien.web.pages.waiting import HeldPhotos
from mien.web.text.rates import Rate

ROLES = ("paper", "sunken", "ink", "soft", "accent", "match", "ambiguous", "unknown", "danger")
"""The colours by their roles, as the style sheets know them."""

DECISIONS: tuple[Decision, ...] = ("match", "ambiguous", "unknown")

_THRESHOLD = 0.36
_NAMES = ("Ada Lovelace", "Grace Hopper", "Noor Inayat", "Zoë Ångström")
_MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PatternsPage(Page):
    """Every component once, in each of its states."""

    template: ClassVar[str] = "patterns.html"

    roles: tuple[str, ...]
    decisions: tuple[Decision, ...]
    form: FormState
    wrong_form: FormState
    options: tuple[Choice, ...]
    people: tuple[PersonTile, ...]
    actions: tuple[SelectionAction, ...]
    selected: tuple[SelectedEntry, ...]
    namesakes: tuple[Namesake, ...]
    photo: PhotoView
    faces: tuple[FaceCard, ...]
    rows: tuple[FaceCard, ...]
    good: QualityView
    poor: QualityView
    fields: FieldTable
    held: HeldPhotos
    refused: tuple[Refusal, ...]
    max_bytes: int
    pages: tuple[PageLink, ...]
    pair: Comparison
    choice: FaceChoice
    url: str


def _candidate(number: int, similarity: float) -> CandidateView:
    return CandidateView(
        person_id=str(number), name=_NAMES[number], url="#faces", similarity=similarity
    )


def _face(number: int, decision: Decision, candidates: tuple[CandidateView, ...]) -> FaceCard:
    ambiguous = decision == "ambiguous"
    return FaceCard(
        number=number,
        portrait_url="",
        decision=decision,
        threshold=_THRESHOLD,
        similarity=candidates[0].similarity,
        runner_up=candidates[1].similarity,
        candidates=candidates,
        quality=QualityView(acceptable=True),
        add_url="#faces",
        doubts=("close_runner_up",) if ambiguous else (),
        rival=Rival(candidates[1], lead_needed=0.05) if ambiguous else None,
        alike=Rate(0.00005) if decision == "match" else None,
        wrong=Rate(0.001),
    )


def patterns_page(photo_url: str) -> PatternsPage:
    """The page of patterns.

    Args:
        photo_url: of a drawn picture of 640 by 400 pixels with three heads.
    """
    marks = (
        FaceMark(1, BoxView(80, 130, 110, 140), _NAMES[0], "match"),
        FaceMark(2, BoxView(265, 100, 110, 140), "", "ambiguous"),
        FaceMark(3, BoxView(450, 130, 110, 140), "", "unknown"),
    )
    choosable = tuple(
        ChoosableFace(mark.number, "", mark.box, chosen=mark.number == 1) for mark in marks
    )
    return PatternsPage(
        roles=ROLES,
        decisions=DECISIONS,
        form=FormState(values={"sample": "Ada Lovelace"}, chosen={"ticked": ("yes",)}),
        wrong_form=FormState(errors={"wrong": "Give a name of up to 200 characters."}),
        options=(
            Choice("read", "Read", "Look at people and galleries."),
            Choice("identify", "Identify", "Ask who is in a photo."),
        ),
        people=tuple(PersonTile(name, "#sheet", "", 3, id=name) for name in _NAMES),
        actions=(
            SelectionAction("Merge", "#sheet"),
            SelectionAction("Delete", "#sheet", "quiet-danger"),
        ),
        selected=(SelectedEntry("1", _NAMES[0], "", "3 faces"),),
        namesakes=(Namesake("1", f"{_NAMES[0]} (since 1843)", "#sheet", ""),),
        photo=PhotoView(photo_url, 640, 400, marks),
        faces=(
            _face(1, "match", (_candidate(0, 0.71), _candidate(1, 0.12))),
            _face(2, "ambiguous", (_candidate(1, 0.48), _candidate(2, 0.46))),
            _face(3, "unknown", (_candidate(3, 0.21), _candidate(0, 0.15))),
        ),
        rows=(
            _face(4, "match", (_candidate(1, 0.64), _candidate(0, 0.1))),
            _face(5, "unknown", (_candidate(2, 0.19), _candidate(3, 0.1))),
        ),
        good=QualityView(acceptable=True),
        poor=QualityView(acceptable=False, reasons=("too_small", "blurred")),
        fields=FieldTable(
            "Fields of something that is sent",
            "A sentence on all of them.",
            (
                FieldRow("photo", FieldType("file"), required=True, text="The file."),
                FieldRow(
                    "limit", FieldType("whole number"), required=False, limits="1 to 100, default 5"
                ),
                FieldRow("faces", FieldType("list of ", "Face", "#faces"), required=True),
            ),
        ),
        refused=(Refusal("holiday.jpg", "No face was found."),),
        held=HeldPhotos(("1", "2"), "2040-01-01T12:00:00Z", "#content"),
        max_bytes=_MAX_BYTES,
        pair=Comparison(
            same_person=True,
            similarity=0.62,
            threshold=_THRESHOLD,
            photo_a=ComparedPhoto("", 3),
            photo_b=ComparedPhoto("", 1),
            alike=Rate(0.00002),
        ),
        choice=FaceChoice("1", PhotoView(photo_url, 640, 400, marks), choosable, 0),
        pages=page_links(41, 1667, lambda _: "#sheet"),
        url="#content",
    )
