"""Samples of the pages of people."""

from dataclasses import replace

from mien.web.forms.kept import Refusal
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.changes import ChangeEntry
from mien.web.pages.changes import ChangesPage
from mien.web.pages.choose_face import ChooseFacePage
from mien.web.pages.choose_face import FaceOption
from mien.web.pages.confirm import ConfirmPage
from mien.web.pages.corrections import MergePage
from mien.web.pages.corrections import MoveFacePage
from mien.web.pages.face_photo import FacePhotoPage
from mien.web.pages.faces import BoxView
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import Namesake
from mien.web.pages.faces import PhotoView
from mien.web.pages.numbered import page_links
from mien.web.pages.people import FaceChoice
from mien.web.pages.people import HeldPhotoEntry
from mien.web.pages.people import LetterJump
from mien.web.pages.people import NewPersonPage
from mien.web.pages.people import PeoplePage
from mien.web.pages.people import PersonTile
from mien.web.pages.person import EditPersonPage
from mien.web.pages.person import FaceEntry
from mien.web.pages.person import LooksLike
from mien.web.pages.person import MetadataEntry
from mien.web.pages.person import PersonPage
from mien.web.pages.review import Doubt
from mien.web.pages.review import FaceToReview
from mien.web.pages.review import PairToReview
from mien.web.pages.review import PhotoToChoose
from mien.web.pages.review import ReviewedPerson
from mien.web.pages.review import ReviewPage
from mien.web.pages.selection import SelectionAction
from mien.web.pages.together import CopySelectedPage
from mien.web.pages.together import DeleteSelectedPage
from mien.web.pages.together import MergeSelectedPage
from mien.web.pages.together import MoveSelectedPage
from mien.web.pages.together import SelectedEntry
from mien.web.pages.waiting import HeldPhotos
from mien.web.pages.waiting import WaitingEntry
from samples.cast import GOOD
from samples.cast import HOSTILE
from samples.cast import LATELY
from samples.cast import LONG_AGO
from samples.cast import MAX_BYTES
from samples.cast import NAMES
from samples.cast import POOR
from samples.cast import Portrait


def _namesakes(portrait: Portrait) -> tuple[Namesake, ...]:
    return (
        Namesake("1", f"{NAMES[0]} (the choir, since 1843)", "/p/1", portrait(1)),
        Namesake("2", f"{NAMES[0]} (1a2b3c4d)", "/p/2", ""),
    )


def people_pages(portrait: Portrait, photo_url: str) -> dict[str, Page]:
    tiles = tuple(
        PersonTile(
            name,
            f"/people/{number}",
            portrait(number),
            number * 600,
            place=f"person-{number}",
            id=str(number),
        )
        for number, name in enumerate(NAMES * 4)
    )
    letters = tuple(
        LetterJump(letter, f"/people?from={letter}") for letter in "ABCDEFGHIJKLMNOPRSTUVWZ"
    )
    people = PeoplePage(
        gallery="default",
        people=tiles,
        total_count=1204,
        found_count=1204,
        query="",
        faceless_count=3,
        faceless_url="/people?filter=no-face",
        sorts=(Choice("name", "By name"), Choice("newest", "Newest first")),
        sort="name",
        filters=(Choice("all", "Everyone"), Choice("no-face", "No face")),
        shown="all",
        letters=letters,
        search_url="/people",
        previous_url="",
        next_url="/people?page=2",
        pages=page_links(1, 21, lambda number: f"/people?page={number}"),
        page_number=1,
        page_count=21,
        jumped=True,
        kept={"sort": "surname"},
        add_url="/people/new",
        import_url="/import",
        review_count=3,
        review_url="/galleries/default/review",
        unknown_count=4,
        unknown_url="/galleries/default/unknown",
        changes_url="/galleries/default/changes",
        actions=(
            SelectionAction("Merge", "/people/selected/merge"),
            SelectionAction("Copy", "/people/selected/copy"),
            SelectionAction("Delete", "/people/selected/delete", "quiet-danger"),
        ),
    )
    faces = tuple(
        FaceEntry(
            portrait(number),
            "/photo" if number % 2 else "",
            LONG_AGO,
            POOR if number == 1 else GOOD,
            f"/faces/{number}/delete",
            f"/faces/{number}/move",
            ("unlike_this_person",) if number == 2 else (),
            str(number),
        )
        for number in range(5)
    )
    person = PersonPage(
        name=NAMES[0],
        notes="Countess of Lovelace.\nWrote the first programme.",
        portrait_url=portrait(0),
        added_at=LATELY,
        faces=faces,
        facts=(MetadataEntry("born", "1815"), MetadataEntry("consent", "on paper, 2025")),
        looks_like=(LooksLike(NAMES[1], "/people/1", portrait(1), 0.41, "/people/0/merge"),),
        refused=(
            Refusal("holiday.jpg", "No face could be found in it."),
            Refusal(HOSTILE, "No face could be found in it."),
        ),
        waiting=(
            WaitingEntry(
                "1", "beach.jpg", portrait(1), "The face is 31 pixels wide.", "", "/p/0/choose/1"
            ),
            WaitingEntry("2", HOSTILE, portrait(2), "It shows 3 faces.", "/p/0/choose/2", ""),
        ),
        choose_url="/p/0/choose",
        choose_count=1,
        most_photos=12,
        held=HeldPhotos(("1",), LATELY, "/people/0/let-go"),
        form=FormState(),
        add_photos_url="/people/0/faces",
        check_url="/people/1/check",
        edit_url="/people/0/edit",
        delete_url="/people/0/delete",
        back_url="/people",
        max_bytes=MAX_BYTES,
        review_url="/galleries/default/review",
        activity_url="/activity?person=0",
        merge_url="/people/0/merge",
        actions=(
            SelectionAction("Move", "/people/0/selected/move"),
            SelectionAction("Not this person", "/people/0/selected/move?wrong=yes"),
            SelectionAction("Delete", "/people/0/selected/delete", "quiet-danger"),
        ),
    )
    new = NewPersonPage(
        form=FormState(),
        photos=(),
        held=None,
        refused=(),
        gallery="default",
        action_url="/people/new",
        back_url="/people",
        max_bytes=MAX_BYTES,
        most_photos=12,
    )
    ada, grace = (
        ReviewedPerson(NAMES[number], f"/people/{number}", portrait(number)) for number in (0, 1)
    )
    review = ReviewPage(
        gallery="default",
        photos=(PhotoToChoose(NAMES[0], "group.jpg", photo_url, "/people/0/choose/1"),),
        faces=(
            FaceToReview(
                id="face-1",
                person=ada,
                portrait_url=portrait(1),
                others=(grace,),
                doubts=(
                    Doubt("unlike_this_person", 0.08, ""),
                    Doubt("looks_like_another", 0.71, grace.name),
                ),
                keep_url="/face/1/keep",
                delete_url="/face/1/delete",
            ),
            FaceToReview(
                id="face-2",
                person=ReviewedPerson(HOSTILE, "/people/2", ""),
                portrait_url=portrait(2),
                others=(),
                doubts=(Doubt("same_photo", 0.99, ""),),
                keep_url="",
                delete_url="",
            ),
        ),
        more_faces=7,
        pairs=(PairToReview("pair-0-1", (ada, grace), 0.44, "/pair/keep"),),
        compared_count=500,
        all_compared=False,
        back_url="/people",
    )
    typed = FormState(values={"name": NAMES[0]}, errors={"name": "Someone here has this name."})
    marks = tuple(
        FaceMark(number, BoxView(190 * number - 110, 130, 110, 140)) for number in (1, 2, 3)
    )
    return {
        "face-photo": FacePhotoPage(
            name=HOSTILE,
            photo=PhotoView(photo_url, 1200, 800, (FaceMark(1, BoxView(300, 200, 180, 220)),)),
            added_at=LONG_AGO,
            back_url="/people/0",
            delete_url="/faces/0/delete",
        ),
        "people": people,
        "people-found": replace(
            people, query="lo<v", people=tiles[:3], found_count=3, letters=(), next_url=""
        ),
        "people-none-found": replace(people, query="qq", people=(), found_count=0, letters=()),
        "people-empty": replace(
            people, people=(), total_count=0, found_count=0, letters=(), unknown_count=0
        ),
        "changes": _changes(),
        "changes-nothing": ChangesPage("default", (), "/people"),
        "merge": MergePage(
            name=NAMES[0],
            portrait_url=portrait(0),
            look_alikes=(Choice("1", NAMES[1], "Similarity 0.44"), Choice("2", HOSTILE)),
            form=FormState(errors={"who": "Choose someone else."}),
            undo_hours=24,
            action_url="/people/0/merge",
            back_url="/people/0",
        ),
        "move-face": MoveFacePage(
            name=HOSTILE,
            portrait_url=portrait(1),
            shows_person=False,
            portrait_action_url="/faces/1/portrait",
            form=FormState(),
            undo_hours=0,
            action_url="/faces/1/move",
            back_url="/people/0",
        ),
        **_selected(portrait),
        "review": review,
        "review-nothing": replace(
            review, faces=(), more_faces=0, pairs=(), photos=(), all_compared=True
        ),
        "person": person,
        "person-bare": replace(
            person,
            name=HOSTILE,
            notes="",
            portrait_url="",
            faces=(),
            facts=(),
            looks_like=(),
            refused=(),
            held=None,
            waiting=(),
            choose_url="",
        ),
        "person-new": new,
        "person-new-wrong": replace(
            new,
            form=typed,
            namesakes=_namesakes(portrait),
            photos=(
                HeldPhotoEntry("1", "garden.jpg", portrait(0), "", (), refusable=False),
                HeldPhotoEntry(
                    "2", "beach.jpg", portrait(1), "The face is 31 pixels wide.", (), refusable=True
                ),
                HeldPhotoEntry(
                    "3",
                    HOSTILE,
                    portrait(2),
                    "It shows 2 faces.",
                    (FaceChoice("1", portrait(2), True), FaceChoice("2", portrait(3), False)),
                    refusable=False,
                ),
            ),
            held=HeldPhotos(("1", "2", "3"), LATELY, "/people/new/let-go"),
            refused=(Refusal("holiday.jpg", "No face could be found in it."),),
        ),
        "person-edit": EditPersonPage(
            typed, NAMES[0], portrait(0), "/p/0", "/p/0", _namesakes(portrait)
        ),
        "choose-face": ChooseFacePage(
            form=FormState(),
            name=NAMES[0],
            photo=PhotoView(photo_url, 640, 400, marks),
            options=tuple(
                FaceOption(
                    mark.number, portrait(mark.number), mark.box, POOR if mark.number == 3 else GOOD
                )
                for mark in marks
            ),
            faces_left_out=2,
            file_name=HOSTILE,
            position=2,
            count=3,
            skip_url="/p/0/choose/2",
            held=HeldPhotos(("1",), LATELY, "/p/0/let-go"),
            action_url="/p/0/faces/choose",
            back_url="/p/0",
        ),
        "confirm-person": ConfirmPage(
            title=f"Delete {NAMES[0]}?",
            erased=("5 faces and their portraits", "3 photos that nobody else is on", "The notes"),
            kept=("2 photos that also show other people",),
            action_label=f"Delete {NAMES[0]}",
            action_url="/p/0/delete",
            back_url="/p/0",
            portrait_url=portrait(0),
        ),
        "confirm-gallery": ConfirmPage(
            title="Delete the gallery “family archive”?",
            erased=("34 people", "210 faces and their portraits"),
            kept=(),
            action_label="Delete the gallery",
            action_url="/g/delete",
            back_url="/g",
            typed_name="family archive",
        ),
    }


def _selected(portrait: Portrait) -> dict[str, Page]:
    people = tuple(
        SelectedEntry(str(number), name, portrait(number), "3 faces")
        for number, name in enumerate((*NAMES[:3], HOSTILE))
    )
    faces = tuple(
        SelectedEntry(str(number), f"Face {number}", portrait(number)) for number in range(1, 4)
    )
    galleries = (Choice("club", "Club"), Choice("family", HOSTILE))
    return {
        "delete-selected": DeleteSelectedPage(
            title="Delete 4 people?",
            field="person",
            selected=people,
            form=FormState(),
            undo_hours=24,
            action_label="Delete 4 people",
            action_url="/people/selected/delete",
            back_url="/people",
        ),
        "delete-selected-faces": DeleteSelectedPage(
            title=f"Delete 3 faces of {HOSTILE}?",
            field="face",
            selected=faces,
            form=FormState(),
            undo_hours=0,
            action_label="Delete 3 faces",
            action_url="/people/0/selected/delete",
            back_url="/people/0",
        ),
        "merge-selected": MergeSelectedPage(
            selected=people,
            form=FormState(chosen={"into": ("1",)}),
            undo_hours=24,
            action_url="/people/selected/merge",
            back_url="/people",
        ),
        "copy-selected": CopySelectedPage(
            selected=people,
            galleries=galleries,
            has_namesakes=True,
            form=FormState(errors={"to": "Someone there has this name."}),
            undo_hours=24,
            action_url="/people/selected/copy",
            back_url="/people",
        ),
        "move-selected": MoveSelectedPage(
            name=HOSTILE,
            selected=faces,
            names=NAMES,
            galleries=galleries,
            form=FormState(errors={"who": "Type a name."}),
            undo_hours=24,
            action_url="/people/0/selected/move",
            back_url="/people/0",
        ),
    }


def _changes() -> ChangesPage:
    def entry(what: str, state: str = "open", *, erasable: bool = False) -> ChangeEntry:
        is_open = state == "open"
        return ChangeEntry(
            what=what,
            at=LATELY,
            by=NAMES[2],
            until=LATELY if is_open else "",
            state=state,
            undo_url="/change/1/undo" if is_open else "",
            erase_url="/change/1/erase" if erasable else "",
        )

    return ChangesPage(
        gallery="default",
        changes=(
            entry(f"Deleted {NAMES[0]}, {NAMES[1]}, {HOSTILE}, 7 more", erasable=True),
            entry(f"Moved 2 faces between {NAMES[0]}, {NAMES[1]}"),
            entry(f"Changed {NAMES[1]}", "undone"),
            entry("Deleted 1 person", "over"),
        ),
        back_url="/people",
    )
