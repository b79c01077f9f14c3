"""Pages as a browser without script asks for them: with cookies, and with the token of its forms."""

import html
import re
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from building import acting
from drawing import draw_photo
from mien.access.passwords import hash_password
from mien.access.sign_ins import open_sign_in
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.http.cookies import SIGN_IN_COOKIE
from mien.names import name_key
from mien.runtime import Runtime
from mien.storage.models import UserRow
from serving_app import photo_part

PASSWORD = "a horse that is correct"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_HOUR = 3600


class Visitor:
    """One browser.

    Args:
        app: to visit.
        runtime: of that app.
    """

    def __init__(self, app: Flask, runtime: Runtime) -> None:
        self.client = app.test_client()
        self.runtime = runtime
        self.user_id = ""

    def signed_in(self, name: str = "Root", *, is_admin: bool = True) -> "Visitor":
        """Make an account and be signed in with it."""
        row = UserRow(name=name, name_key=name_key(name), password_hash=_hash(), is_admin=is_admin)
        with self.runtime.database.write() as session:
            session.add(row)
            session.flush()
            self.user_id = row.id
        secret, _ = open_sign_in(
            acting(self.runtime.services),
            user_id=self.user_id,
            browser="A test",
            lasts_seconds=_HOUR,
        )
        self.client.set_cookie(SIGN_IN_COOKIE, secret)
        return self

    def get(self, path: str, status: int = 200, **options: Any) -> str:
        """Ask for a page; gives its text with entities resolved."""
        response = self.client.get(path, **options)
        assert response.status_code == status, (path, response.status_code, response.text[-400:])
        return html.unescape(response.text)

    def post(self, path: str, *, headers: Any = None, **fields: Any) -> TestResponse:
        """Send a form with its token; bytes are files, lists are several values."""
        found = _TOKEN.search(self.client.get("/sign-in", follow_redirects=True).text)
        assert found is not None
        data = {name: _field(value) for name, value in fields.items()}
        return self.client.post(path, data={"csrf_token": found.group(1), **data}, headers=headers)

    def done(self, path: str, **fields: Any) -> str:
        """Send a form that is accepted; gives where it leads."""
        response = self.post(path, **fields)
        assert response.status_code == 303, (path, response.status_code, says(response.text))
        return response.headers["Location"]

    def refused(self, path: str, status: int = 422, **fields: Any) -> str:
        """Send a form that is shown again; gives the page's text."""
        response = self.post(path, **fields)
        assert response.status_code == status, (path, response.status_code, says(response.text))
        return html.unescape(response.text)

    def told(self, path: str = "/sign-in") -> list[str]:
        """The messages about what just happened, which are told once, on this page."""
        page = self.client.get(path, follow_redirects=True).text
        return [html.unescape(text) for text in re.findall(r'flash__text">([^<]*)<', page)]

    def enrol(self, name: str, *, gallery: str = "default", **drawing: Any) -> str:
        """Add somebody with a drawn photo; gives the address of their page."""
        photo = draw_photo([name], **drawing)
        done = enrol(
            acting(self.runtime.services),
            gallery=gallery,
            source=Upload(photo),
            subject=NamedPerson(name),
        )
        return f"/galleries/{gallery}/people/{done.person.id}"


def says(text: str) -> str:
    """What a page says, without its tags, on one line."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def links(text: str, ending: str) -> list[str]:
    """The addresses on a page that end so, each once, in their order."""
    found = re.findall(r'(?:href|src|action)="([^"#]+)', text)
    return list(dict.fromkeys(html.unescape(url) for url in found if url.endswith(ending)))


def _field(value: Any) -> Any:
    if isinstance(value, bytes):
        return photo_part(value)
    if isinstance(value, list):
        return [_field(one) for one in value]
    if isinstance(value, tuple):
        name, data = value
        return photo_part(data, name)
    return value


@cache
def _hash() -> str:
    return hash_password(PASSWORD, name="")
