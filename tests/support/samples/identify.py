"""Samples of the identify pages."""

from dataclasses import replace
from typing import get_args

from mien.options import Decision
from mien.options import Doubt
from mien.web.forms.kept import Refusal
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.faces import AddedTo
from mien.web.pages.faces import BoxView
from mien.web.pages.faces import CandidateView
from mien.web.pages.faces import FaceCard
from mien.web.pages.faces import FaceFilter
from mien.web.pages.faces import FaceGroup
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.pages.faces import Rival
from mien.web.pages.identified_photos import IdentifiedEntry
from mien.web.pages.identified_photos import IdentifiedFace
from mien.web.pages.identified_photos import IdentifiedPhotosPage
from mien.web.pages.identify import IdentifyHome
from mien.web.pages.identify import IdentifyResult
from mien.web.pages.live import LivePage
from mien.web.text.rates import Rate
from samples.cast import GOOD
from samples.cast import HOSTILE
from samples.cast import LATELY
from samples.cast import MAX_BYTES
from samples.cast import NAMES
from samples.cast import POOR
from samples.cast import Portrait


def candidate(number: int, similarity: float, portrait: Portrait) -> CandidateView:
    return CandidateView(
        str(number), NAMES[number], f"/people/{number}", similarity, portrait(number)
    )


def face(
    number: int,
    decision: Decision,
    candidates: tuple[CandidateView, ...],
    portrait: Portrait,
    doubt: Doubt | None = None,
) -> FaceCard:
    rival = doubt in {"close_runner_up", "look_alike"}
    return FaceCard(
        number=number,
        portrait_url=portrait(number + 2),
        decision=decision,
        threshold=0.36,
        similarity=candidates[0].similarity if candidates else None,
        runner_up=candidates[1].similarity if len(candidates) > 1 else None,
        candidates=candidates,
        quality=POOR if decision == "unknown" or doubt == "low_quality" else GOOD,
        add_url=f"/identify/p/{number}/add",
        doubts=(doubt,) if doubt else (),
        rival=Rival(candidates[1], lead_needed=0.05, similarity=0.31) if rival else None,
        alike=Rate(0.00005) if candidates else None,
        wrong=Rate(0.001) if candidates else None,
    )


def cards(portrait: Portrait) -> tuple[FaceCard, ...]:
    def near(number: int, similarity: float) -> CandidateView:
        return candidate(number, similarity, portrait)

    return (
        face(1, "match", (near(0, 0.71), near(1, 0.12), near(2, 0.05)), portrait),
        face(2, "ambiguous", (near(1, 0.44), near(3, 0.42)), portrait, "close_runner_up"),
        face(3, "unknown", (near(4, 0.19), near(2, -0.07)), portrait),
        face(4, "unknown", (), portrait),
        replace(
            face(5, "unknown", (near(5, 0.39), near(1, 0.12)), portrait),
            added=(AddedTo("5", NAMES[5], "/people/5", 0.39, portrait(5), "face-5"),),
            undo_url="/identify/p/5/undo",
        ),
        face(6, "ambiguous", (near(1, 0.44), near(3, 0.42)), portrait, "look_alike"),
        face(7, "ambiguous", (near(0, 0.44), near(3, 0.12)), portrait, "low_quality"),
    )


def groups(faces: tuple[FaceCard, ...]) -> tuple[FaceGroup, ...]:
    found = {
        decision: tuple(
            face for face in faces if ("match" if face.added else face.decision) == decision
        )
        for decision in get_args(Decision)
    }
    return tuple(FaceGroup(decision, faces) for decision, faces in found.items() if faces)


def filters(found: tuple[FaceGroup, ...]) -> tuple[FaceFilter, ...]:
    every = FaceFilter("", sum(len(each.faces) for each in found), "/identify/1", current=True)
    return every, *(
        FaceFilter(
            each.decision, len(each.faces), f"/identify/1?show={each.decision}", current=False
        )
        for each in found
    )


def result(photo_url: str, faces: tuple[FaceCard, ...]) -> IdentifyResult:
    marks = tuple(
        FaceMark(
            card.number,
            BoxView(20 + 84.5 * index, 10 + 40.25 * index, 70, 90),
            card.candidates[0].name if card.decision == "match" or card.added else "",
            "" if card.added else card.decision,
        )
        for index, card in enumerate(faces)
    )
    return IdentifyResult(
        photo=PhotoView(photo_url, 640, 400, marks),
        faces=faces,
        groups=groups(faces),
        filters=filters(groups(faces)) if len(faces) > 4 else (),
        faces_left_out=0,
        searched=("default",),
        where=(),
        people_count=len(NAMES),
        threshold=0.36,
        accepted=0.001,
        wrong=Rate(0.001),
        settings_url="/galleries/default/settings",
        names=NAMES,
        names_hint="",
        names_url="",
        again_url="/",
        let_go_url="/identify/1/let-go",
        expires_at=LATELY,
    )


def identify_pages(portrait: Portrait, photo_url: str) -> dict[str, Page]:
    home = IdentifyHome(
        form=FormState(),
        action_url="/identify",
        galleries=(Choice("default", "default"), Choice("family archive", "family archive")),
        gallery="default",
        people_count=12,
        max_bytes=MAX_BYTES,
        add_person_url="/people/new",
        photos_url="/identify/photos",
        most_photos=12,
        most_together=50,
    )
    photos = IdentifiedPhotosPage(
        photos=(
            IdentifiedEntry(
                "p1",
                "Summer in the mountains with everybody.jpg",
                photo_url,
                "/identify/p1",
                "3 faces, 1 recognised",
                (
                    IdentifiedFace(1, portrait(0), "/identify/p1#face-1", NAMES[0], "match"),
                    IdentifiedFace(2, portrait(1), "/identify/p1#face-2", HOSTILE, "ambiguous"),
                    IdentifiedFace(3, portrait(2), "/identify/p1#face-3", "Unknown", "unknown"),
                ),
            ),
            IdentifiedEntry("p2", HOSTILE, photo_url, "/identify/p2", "No face found", ()),
            IdentifiedEntry("p3", "Deleted photo", "", "", "", ()),
        ),
        photo_count=3,
        refused=(Refusal(HOSTILE, "This file type is not supported."),),
        previous_url="",
        next_url="",
        pages=(),
        again_url="/identify",
        let_go_url="/identify/photos/let-go",
        held=("p1", "p2", "p3"),
    )
    wrong = FormState(
        problem="This photo cannot be read.",
        errors={"photo": "The file is cut off. Please send it again."},
    )
    return {
        "identify": home,
        "identify-first": replace(home, people_count=0, galleries=home.galleries[:1]),
        "identified": photos,
        "identified-none": replace(photos, photos=(), photo_count=0, held=()),
        "identify-wrong": replace(home, form=wrong),
        "result-match": result(photo_url, cards(portrait)[:1]),
        "result-ambiguous": result(photo_url, cards(portrait)[1:2]),
        "result-unknown": result(photo_url, cards(portrait)[2:3]),
        "result-many-names": replace(
            result(photo_url, cards(portrait)[2:3]),
            names_hint="Suggests the first 500 of 1,234 names. For anyone else, type the full name.",
            names_url="/galleries/default/people/names",
        ),
        "result-look-alike": result(photo_url, cards(portrait)[5:6]),
        "result-poor": result(photo_url, cards(portrait)[6:]),
        "result-by-hand": replace(
            result(photo_url, cards(portrait)[:1]), accepted=None, settings_url=""
        ),
        "result-several": result(photo_url, cards(portrait)[:3]),
        "result-many": result(photo_url, cards(portrait)),
        "result-left-out": replace(result(photo_url, cards(portrait)), faces_left_out=543),
        "result-none": result(photo_url, ()),
    }


def live_page() -> LivePage:
    return LivePage(
        gallery="default",
        people_count=3,
        frame_url="/live/frame",
        add_url="/live/add",
        identify_url="/identify",
        names=NAMES,
    )
