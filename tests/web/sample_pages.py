"""One of every page, in each of its states, with people who do not exist."""

from collections.abc import Callable
from dataclasses import replace

from mien.web.contexts.access import SetUpPage
from mien.web.contexts.access import SignInPage
from mien.web.contexts.account import AccountPage
from mien.web.contexts.account import SessionRow
from mien.web.contexts.api_reference import ApiReferencePage
from mien.web.contexts.api_reference import FieldRow
from mien.web.contexts.api_reference import FieldTable
from mien.web.contexts.api_reference import FieldType
from mien.web.contexts.api_reference import OperationGroup
from mien.web.contexts.api_reference import OperationView
from mien.web.contexts.api_reference import ProblemRow
from mien.web.contexts.api_reference import ShapeView
from mien.web.contexts.chrome import Chrome
from mien.web.contexts.chrome import Flash
from mien.web.contexts.chrome import FlashLink
from mien.web.contexts.chrome import GalleryLink
from mien.web.contexts.chrome import NavItem
from mien.web.contexts.compare import ComparedPhoto
from mien.web.contexts.compare import ComparePage
from mien.web.contexts.compare import Comparison
from mien.web.contexts.confirm import ConfirmPage
from mien.web.contexts.error import ErrorPage
from mien.web.contexts.faces import BoxView
from mien.web.contexts.faces import CandidateView
from mien.web.contexts.faces import Decision
from mien.web.contexts.faces import Doubt
from mien.web.contexts.faces import FaceCard
from mien.web.contexts.faces import FaceMark
from mien.web.contexts.faces import PhotoView
from mien.web.contexts.faces import QualityView
from mien.web.contexts.faces import Rate
from mien.web.contexts.faces import Rival
from mien.web.contexts.forms import Choice
from mien.web.contexts.forms import FormState
from mien.web.contexts.galleries import BY_HAND
from mien.web.contexts.galleries import Count
from mien.web.contexts.galleries import GalleriesPage
from mien.web.contexts.galleries import GalleryRow
from mien.web.contexts.galleries import GallerySettingsPage
from mien.web.contexts.galleries import NewGalleryPage
from mien.web.contexts.galleries import Step
from mien.web.contexts.identify import IdentifyHome
from mien.web.contexts.identify import IdentifyResult
from mien.web.contexts.keys import CreatedKeyPage
from mien.web.contexts.keys import KeyRow
from mien.web.contexts.keys import KeysPage
from mien.web.contexts.keys import NewKeyPage
from mien.web.contexts.page import Page
from mien.web.contexts.people import ChooseFacePage
from mien.web.contexts.people import EditPersonPage
from mien.web.contexts.people import FaceOption
from mien.web.contexts.people import Fact
from mien.web.contexts.people import HeldPhotos
from mien.web.contexts.people import LetterJump
from mien.web.contexts.people import LooksLike
from mien.web.contexts.people import NewPersonPage
from mien.web.contexts.people import PeoplePage
from mien.web.contexts.people import PersonPage
from mien.web.contexts.people import PersonTile
from mien.web.contexts.people import RefusedPhoto
from mien.web.contexts.people import StoredFace
from mien.web.contexts.users import NewUserPage
from mien.web.contexts.users import UserEntry
from mien.web.contexts.users import UsersPage
from mien.web.patterns import patterns_page

HOSTILE = 'Zoë "Z" <b>Ångström</b> & Söhne'
"""A name that breaks a page which does not escape it."""

NAMES = ("Ada Lovelace", "Grace Hopper", "Noor Inayat", HOSTILE, "José Ruiz", "Li Wei")
MAX_BYTES = 20 * 1024 * 1024
LONG_AGO = "2025-03-04T10:20:00Z"
LATELY = "2026-11-20T08:15:00Z"
GOOD = QualityView(acceptable=True)
POOR = QualityView(acceptable=False, reasons=("too_small", "blurred"))

Portrait = Callable[[int], str]


def signed_out() -> Chrome:
    return Chrome(csrf_token="token", home_url="/")


def signed_in(active: str = "Identify") -> Chrome:
    def item(label: str) -> NavItem:
        return NavItem(label, f"/{label.lower()}", label.lower(), label == active)

    return Chrome(
        csrf_token="token",
        home_url="/",
        user_name="mara",
        sign_out_url="/sign-out",
        places=(item("Identify"), item("Compare"), item("People")),
        more_places=(item("Galleries"), item("Keys"), item("Account")),
        gallery="default" if active in {"Identify", "People"} else "",
        galleries=(
            GalleryLink("default", "/galleries/default", active=True),
            GalleryLink("family archive", "/galleries/family%20archive"),
        ),
    )


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
        new_person_url=f"/identify/p/{number}/new",
        doubts=(doubt,) if doubt else (),
        rival=Rival(candidates[1], lead_needed=0.05, likeness=0.31) if rival else None,
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
        replace(face(5, "match", (near(5, 0.39),), portrait), added_to=near(5, 0.39)),
        face(6, "ambiguous", (near(1, 0.44), near(3, 0.42)), portrait, "look_alike"),
        face(7, "ambiguous", (near(0, 0.44), near(3, 0.12)), portrait, "low_quality"),
    )


def result(photo_url: str, faces: tuple[FaceCard, ...]) -> IdentifyResult:
    marks = tuple(
        FaceMark(
            card.number,
            BoxView(20 + 84.5 * index, 10 + 40.25 * index, 70, 90),
            card.candidates[0].name if card.decision == "match" else "",
            card.decision,
        )
        for index, card in enumerate(faces)
    )
    return IdentifyResult(
        photo=PhotoView(photo_url, 640, 400, marks),
        faces=faces,
        gallery="default",
        people_count=len(NAMES),
        threshold=0.36,
        accepted=0.001,
        wrong=Rate(0.001),
        settings_url="/galleries/default/settings",
        names=NAMES,
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
    )
    wrong = FormState(
        problem="This photo cannot be read.",
        errors={"photo": "The file is cut off. Please send it again."},
    )
    return {
        "identify": home,
        "identify-first": replace(home, people_count=0, galleries=home.galleries[:1]),
        "identify-wrong": replace(home, form=wrong),
        "result-match": result(photo_url, cards(portrait)[:1]),
        "result-ambiguous": result(photo_url, cards(portrait)[1:2]),
        "result-unknown": result(photo_url, cards(portrait)[2:3]),
        "result-look-alike": result(photo_url, cards(portrait)[5:6]),
        "result-poor": result(photo_url, cards(portrait)[6:]),
        "result-by-hand": replace(
            result(photo_url, cards(portrait)[:1]), accepted=None, settings_url=""
        ),
        "result-several": result(photo_url, cards(portrait)[:3]),
        "result-many": result(photo_url, cards(portrait)),
        "result-none": result(photo_url, ()),
    }


def people_pages(portrait: Portrait, photo_url: str) -> dict[str, Page]:
    tiles = tuple(
        PersonTile(name, f"/people/{number}", portrait(number), number * 600)
        for number, name in enumerate(NAMES * 4)
    )
    letters = tuple(
        LetterJump(letter, "" if letter in "QXY" else f"/people?from={letter}", letter == "L")
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    people = PeoplePage(
        gallery="default",
        people=tiles,
        total_count=1204,
        found_count=1204,
        query="",
        sorts=(Choice("name", "By name"), Choice("newest", "Newest first")),
        sort="name",
        letters=letters,
        search_url="/people",
        previous_url="",
        next_url="/people?after=x",
        add_url="/people/new",
    )
    faces = tuple(
        StoredFace(
            portrait(number),
            "/photo" if number % 2 else "",
            LONG_AGO,
            POOR if number == 1 else GOOD,
            f"/faces/{number}/delete",
        )
        for number in range(5)
    )
    person = PersonPage(
        name=NAMES[0],
        notes="Countess of Lovelace.\nWrote the first programme.",
        portrait_url=portrait(0),
        added_at=LATELY,
        faces=faces,
        facts=(Fact("born", "1815"), Fact("consent", "on paper, 2025")),
        looks_like=(LooksLike(NAMES[1], "/people/1", portrait(1), 0.41),),
        refused=(
            RefusedPhoto("holiday.jpg", "No face could be found in it."),
            RefusedPhoto("beach.jpg", "The face is 31 pixels wide.", "/people/0/choose/1"),
        ),
        held=HeldPhotos(("1",), LATELY, "/people/0/let-go"),
        form=FormState(),
        add_photos_url="/people/0/faces",
        edit_url="/people/0/edit",
        delete_url="/people/0/delete",
        back_url="/people",
        max_bytes=MAX_BYTES,
    )
    typed = FormState(values={"name": NAMES[0]}, errors={"name": "Someone here has this name."})
    marks = tuple(
        FaceMark(number, BoxView(190 * number - 110, 130, 110, 140)) for number in (1, 2, 3)
    )
    return {
        "people": people,
        "people-found": replace(
            people, query="lo<v", people=tiles[:3], found_count=3, letters=(), next_url=""
        ),
        "people-none-found": replace(people, query="qq", people=(), found_count=0, letters=()),
        "people-empty": replace(people, people=(), total_count=0, found_count=0, letters=()),
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
        ),
        "person-new": NewPersonPage(FormState(), "default", "/people", "/people", MAX_BYTES),
        "person-new-wrong": NewPersonPage(typed, "default", "/people", "/people", MAX_BYTES),
        "person-edit": EditPersonPage(typed, NAMES[0], portrait(0), "/p/0", "/p/0"),
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


def steps_sample() -> tuple[Step, ...]:
    headings = ("Match", "Ambiguous", "Unknown", "Look alike")

    def counts(*numbers: int) -> tuple[Count, ...]:
        return tuple(
            Count(heading, number, number - now)
            for heading, number, now in zip(headings, numbers, (1412, 9, 79, 2), strict=True)
        )

    return (
        Step("0.1", "1 in 10", 0.27, False, counts(1420, 31, 49, 7)),
        Step("0.001", "1 in 1,000", 0.36, True, counts(1412, 9, 79, 2)),
        Step("1e-05", "1 in 100,000", 0.45, False, counts(1388, 2, 110, 0)),
        Step(BY_HAND, "Set the likeness by hand", None, False),
    )


def settings_sample() -> GallerySettingsPage:
    odds = (Choice("0.01", "1 in 100"), Choice("0.001", "1 in 1,000"))
    return GallerySettingsPage(
        form=FormState(
            values={"name": "family archive", "threshold": ""},
            chosen={
                "accepted_fpir": ("0.001",),
                "accepted_fmr": ("0.001",),
                "gate": ("standard",),
                "keep_photos": ("yes",),
            },
        ),
        name="family archive",
        renamable=True,
        steps=steps_sample(),
        headings=("Match", "Ambiguous", "Unknown", "Look alike"),
        searches=1500,
        compared=34,
        default_threshold=0.36,
        fmr_choices=odds,
        gates=(Choice("off", "Off", "All."), Choice("standard", "Standard", "Good ones.")),
        other_model="",
        model="compact",
        people_count=34,
        face_count=210,
        created_at=LONG_AGO,
        action_url="/g",
        delete_url="/g/delete",
        back_url="/galleries",
    )


def settings_pages() -> dict[str, Page]:
    settings = settings_sample()
    unsearched = tuple(
        replace(step, counts=tuple(replace(each, change=0) for each in step.counts[3:]))
        for step in settings.steps
    )
    wrong = FormState(
        values={"threshold": "much"},
        chosen={"accepted_fpir": (BY_HAND,)},
        errors={
            "threshold": "Type a number such as 0.45.",
            "accepted_fpir": "Choose one of these.",
            "accepted_fmr": "Choose one of these.",
            "gate": "Choose one of these.",
        },
    )
    bare = replace(settings, steps=(), headings=(), fmr_choices=(), searches=0, compared=0)
    return {
        "gallery-settings": settings,
        "gallery-settings-default": replace(settings, renamable=False, delete_url=""),
        "gallery-settings-unsearched": replace(
            settings, steps=unsearched, headings=("Look alike",), searches=0
        ),
        "gallery-settings-wrong": replace(settings, form=wrong),
        "gallery-settings-uncalibrated": bare,
        "gallery-settings-other-model": replace(bare, other_model="mobile"),
    }


def other_pages(portrait: Portrait) -> dict[str, Page]:
    pair = Comparison(
        same_person=True,
        similarity=0.62,
        threshold=0.36,
        photo_a=ComparedPhoto(portrait(0), 1),
        photo_b=ComparedPhoto(portrait(3), 2),
        alike=Rate(0.00002, rarer=True),
        wrong=Rate(0.001),
    )
    compare = ComparePage(FormState(), "/compare", None, MAX_BYTES)
    scopes = (
        Choice("read", "Read", "Look at people and galleries."),
        Choice("identify", "Identify", "Ask who is in a photo, and compare two."),
        Choice("enrol", "Enrol", "Add people and photos, and change them."),
        Choice("admin", "Administer", "Everything, including deleting galleries."),
    )
    keys = KeysPage(
        keys=(
            KeyRow(
                "front door", "mien_4f2a", ("read", "identify"), LONG_AGO, LATELY, "/keys/1/revoke"
            ),
            KeyRow("import", "mien_9c01", ("enrol",), LATELY, "", "/keys/2/revoke"),
        ),
        new_url="/keys/new",
        docs_url="/api/docs",
    )
    return {
        "compare": compare,
        "compare-same": replace(compare, result=pair),
        "compare-different": replace(
            compare, result=replace(pair, same_person=False, similarity=0.08)
        ),
        "galleries": GalleriesPage(
            (
                GalleryRow(
                    "default",
                    "/g/1",
                    "/g/1/settings",
                    12,
                    40,
                    tuple(map(portrait, range(4))),
                    0.001,
                ),
                GalleryRow("family archive", "/g/2", "/g/2/settings", 0, 0),
            ),
            "/galleries/new",
        ),
        "compare-poor": replace(
            compare,
            result=replace(
                pair,
                legible=False,
                photo_a=replace(pair.photo_a, poor=("too_small", "blurred")),
                alike=None,
                wrong=None,
            ),
        ),
        "galleries-none": GalleriesPage((), "/galleries/new"),
        "gallery-new": NewGalleryPage(FormState(), 0.001, "/galleries", "/galleries"),
        **settings_pages(),
        "keys": keys,
        "keys-none": replace(keys, keys=()),
        "key-new": NewKeyPage(
            FormState(chosen={"scopes": ("read",)}, errors={"name": "Give it a name."}),
            scopes,
            "/keys",
            "/keys",
        ),
        "key-created": CreatedKeyPage(
            "front door",
            "mien_4f2aQ7ZkUoWmN3rTb8xGyLpVhC1sDeJf",
            ("read", "identify"),
            'curl -H "Authorization: Bearer mien_4f2aQ7…" -F photo=@photo.jpg '
            "http://127.0.0.1:8000/api/v1/galleries/default/identify",
            "/keys",
        ),
        "account": AccountPage(
            name="mara",
            role="administrator",
            form=FormState(),
            password_length=12,
            sessions=(
                SessionRow("Firefox on Linux", LATELY, LATELY, True, "/s/1"),
                SessionRow("Safari on an iPhone", LONG_AGO, LATELY, False, "/s/2"),
            ),
            theme_form=FormState(chosen={"theme": ("",)}),
            password_url="/account/password",
            theme_url="/account/theme",
            sign_out_url="/sign-out",
            docs_url="/api/docs",
        ),
        "patterns": patterns_page("/static/x/three-heads.svg"),
        "error": ErrorPage(
            404,
            "This page does not exist",
            "The address may be old, or the person has been deleted.",
            "b7d1f0a2",
            "To the first page",
            "/",
        ),
    }


def user_pages() -> dict[str, Page]:
    users = UsersPage(
        (
            UserEntry("mara", "administrator", LONG_AGO, ""),
            UserEntry(HOSTILE, "member", LATELY, "/users/2/remove"),
        ),
        "/users/new",
    )
    return {
        "users": users,
        "user-new": NewUserPage(FormState(), 12, "/users", "/users"),
    }


def reference_page() -> ApiReferencePage:
    box = FieldTable(
        "Box",
        "A rectangle in pixels.",
        (FieldRow("x", FieldType("number"), required=True, limits="at least 0"),),
    )
    body = FieldTable(
        "Body, as `multipart/form-data`",
        "One photo <b>only</b>.",
        (
            FieldRow("photo", FieldType("file"), required=True, text="The `file`."),
            FieldRow("box", FieldType("list of ", "Box", "#shape-box", " or null"), required=False),
        ),
    )
    operation = OperationView(
        anchor="detect",
        title="Detect",
        method="POST",
        path="/api/v1/detect",
        summary="Find every face of a photo.",
        text="Needs the scope `identify`.",
        tables=(body,),
        answer=FieldTable("Answer 204, empty", "Nothing.", ()),
        problems=(ProblemRow("401", "No key (`key_invalid`)."),),
        example='curl -H "Authorization: Bearer $KEY" -F photo=@photo.jpg',
    )
    return ApiReferencePage(
        lead="Every call needs a key.",
        keys=("`X-API-Key: $KEY`: An API key.",),
        groups=(OperationGroup("photos", "Photos", (operation,)),),
        problem=replace(box, caption="Every error"),
        shapes=(ShapeView("shape-box", "Box", box),),
        document_url="/api/openapi.json",
    )


def door_pages() -> dict[str, Page]:
    wrong = FormState(
        values={"name": "mara"}, problem="This name and this password do not belong together."
    )
    return {
        "set-up": SetUpPage(FormState(), "/set-up/token", 12),
        "sign-in": SignInPage(FormState(), "/sign-in", "/people"),
        "sign-in-wrong": SignInPage(wrong, "/sign-in"),
        "error-signed-out": ErrorPage(
            403, "This link is used up", "Ask for a new one.", "b7d1f0a3", "Sign in", "/sign-in"
        ),
    }


def all_pages(portrait: Portrait, photo_url: str) -> dict[str, tuple[Page, Chrome]]:
    """Every sample by a short name, with what surrounds it."""
    done = (
        Flash("Ada Lovelace was added."),
        Flash("The face looks like another.", "doubt", (FlashLink("Remove it", "/face/1"),)),
        Flash("One photo was refused.", "problem"),
    )
    found: dict[str, tuple[Page, Chrome]] = {}
    for name, page in identify_pages(portrait, photo_url).items():
        found[name] = (page, signed_in("Identify"))
    for name, page in people_pages(portrait, photo_url).items():
        found[name] = (page, signed_in("People"))
    for name, page in other_pages(portrait).items():
        place = {"compare": "Compare", "key": "Keys", "keys": "Keys", "account": "Account"}
        found[name] = (page, signed_in(place.get(name.split("-")[0], "Galleries")))
    for name, page in user_pages().items():
        found[name] = (page, signed_in("Account"))
    found["api-reference"] = (reference_page(), signed_in("Keys"))
    for name, page in door_pages().items():
        found[name] = (page, signed_out())
    found["people"] = (found["people"][0], replace(found["people"][1], flashes=done))
    found["compare"] = (found["compare"][0], replace(found["compare"][1], theme="dark"))
    return found
