"""Samples of comparing, keys, galleries, errors and accounts."""

from dataclasses import replace

from mien.web.errors import ErrorPage
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.account import AccountPage
from mien.web.pages.account import SessionEntry
from mien.web.pages.base import Page
from mien.web.pages.check_person import CheckPersonPage
from mien.web.pages.compare import ComparedPhoto
from mien.web.pages.compare import ComparePage
from mien.web.pages.compare import Comparison
from mien.web.pages.face_choice import ChoosableFace
from mien.web.pages.face_choice import FaceChoice
from mien.web.pages.faces import BoxView
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.pages.galleries import GalleriesPage
from mien.web.pages.galleries import GalleryEntry
from mien.web.pages.galleries import NewGalleryPage
from mien.web.pages.keys import CreatedKeyPage
from mien.web.pages.keys import KeyEntry
from mien.web.pages.keys import KeysPage
from mien.web.pages.keys import NewKeyPage
from mien.web.pages.patterns import patterns_page
from mien.web.pages.users import CreatedResetLinkPage
from mien.web.pages.users import NewUserPage
from mien.web.pages.users import ResetLinkPage
from mien.web.pages.users import UserEntry
from mien.web.pages.users import UsersPage
from mien.web.text.rates import Rate
from samples.cast import HOSTILE
from samples.cast import LATELY
from samples.cast import LONG_AGO
from samples.cast import MAX_BYTES
from samples.cast import NAMES
from samples.cast import Portrait
from samples.galleries import settings_pages


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
    held = FaceChoice(
        "p1",
        PhotoView(portrait(1), 160, 200, (FaceMark(1, BoxView(20, 20, 60, 80), "", "match"),)),
        (
            ChoosableFace(1, portrait(1), BoxView(20, 20, 60, 80), chosen=True),
            ChoosableFace(2, portrait(2), BoxView(90, 20, 60, 80), chosen=False),
        ),
        faces_left_out=3,
    )
    single = replace(held, id="p2", faces=held.faces[:1], faces_left_out=0)
    compare = ComparePage(FormState(), "/compare", None, MAX_BYTES, let_go_url="/compare/let-go")
    compared = replace(
        compare, result=pair, first=held, second=single, swap_url="/compare/p2/p1?face_b=1"
    )
    check = CheckPersonPage(FormState(), NAMES[0], "/people/1/check", "/people/1", MAX_BYTES)
    checked = replace(
        check,
        result=replace(pair, of_person=True, legible=False),
        held=held,
        face_url="/people/1/check/p1",
        let_go_url="/people/1/check/p1/let-go",
    )
    scopes = (
        Choice("read", "Read", "Look at people and galleries."),
        Choice("identify", "Identify", "Ask who is in a photo, and compare two."),
        Choice("enrol", "Enrol", "Add people and photos, and change them."),
        Choice("admin", "Administer", "Everything, including deleting galleries."),
    )
    keys = KeysPage(
        keys=(
            KeyEntry(
                "front door", "mien_4f2a", ("read", "identify"), LONG_AGO, LATELY, "/keys/1/revoke"
            ),
            KeyEntry("import", "mien_9c01", ("enrol",), LATELY, "", "/keys/2/revoke"),
        ),
        new_url="/keys/new",
        docs_url="/api/docs",
    )
    return {
        "compare": compare,
        "compare-same": compared,
        "compare-half": replace(
            compare, form=FormState(errors={"photo_b": "Choose the second photo."}), first=held
        ),
        "check": check,
        "checked": checked,
        "compare-different": replace(
            compare, result=replace(pair, same_person=False, similarity=0.08)
        ),
        "galleries": GalleriesPage(
            (
                GalleryEntry(
                    "default",
                    "/g/1",
                    "/g/1/settings",
                    12,
                    40,
                    tuple(map(portrait, range(4))),
                    0.001,
                ),
                GalleryEntry("family archive", "/g/2", "/g/2/settings", 0, 0),
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
                SessionEntry("Firefox on Linux", LATELY, LATELY, True, "/s/1"),
                SessionEntry("Safari on an iPhone", LONG_AGO, LATELY, False, "/s/2"),
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
            UserEntry("mara", "administrator", LONG_AGO, "", "", ""),
            UserEntry(
                HOSTILE, "user", LATELY, "/users/2/sign-out", "/users/2/reset", "/users/2/remove"
            ),
        ),
        "/users/new",
    )
    return {
        "users": users,
        "user-new": NewUserPage(FormState(), 12, "/users", "/users"),
        "user-reset": ResetLinkPage(FormState(), HOSTILE, 24, "/users/2/reset", "/users"),
        "user-reset-created": CreatedResetLinkPage(
            HOSTILE, "https://mien.example.org/reset/secret", 24, "/users"
        ),
    }
