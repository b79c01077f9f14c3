"""What holds for every template and every page: read as source, and as it is drawn."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from flask import Flask
from jinja2 import Environment
from jinja2 import UndefinedError
from jinja2 import meta
from jinja2 import nodes

from mien.web.assets import static_folder
from mien.web.pages.patterns import PatternsPage
from mien.web.rendering import install_pages
from mien.web.rendering import render_page
from mien.web.rendering import render_partial
from sample_pages import all_pages
from samples.cast import HOSTILE

STATIC = static_folder()
TEMPLATES = STATIC.parent / "templates"
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
SAMPLES = all_pages(lambda number: f"/portrait/{number}.jpg", "/photo.jpg")
PAGE_CLASSES = {type(page).template: type(page) for page, _ in SAMPLES.values()}
VOID = {"area", "base", "br", "wbr", "col", "embed", "hr", "img", "input", "link", "meta", "source"}


@pytest.fixture
def app() -> Iterator[Flask]:
    """An app that can draw pages and nothing else."""
    app = Flask("mien.web", static_folder=None)
    install_pages(app)
    with app.test_request_context():
        yield app


def is_page(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return (
        folder not in {"components", "sections"}
        and not file.startswith("_")
        and name != "base.html"
    )


PAGES = [name for name in ALL if is_page(name)]


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def tree(environment: Environment, name: str) -> nodes.Template:
    return environment.parse(source(name))


def with_includes(environment: Environment, name: str) -> Iterator[nodes.Template]:
    """A template's tree, and those of the partials it includes."""
    found = tree(environment, name)
    yield found
    for include in found.find_all(nodes.Include):
        assert isinstance(include.template, nodes.Const)
        yield from with_includes(environment, include.template.value)


class Drawn(HTMLParser):
    """A drawn page as a list of elements, with the text of each open one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.forms: list[list[dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if tag == "form":
            self.forms.append([found])
        elif tag in {"input", "select", "textarea"} and self.forms and "form" in self.open:
            self.forms[-1].append(found)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.append((self.open[-1], data))

    def text(self, tag: str) -> str:
        return "".join(words for inside, words in self.texts if inside == tag).strip()

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module", params=SAMPLES)
def html(request: pytest.FixtureRequest) -> str:
    app = Flask("mien.web", static_folder=None)
    install_pages(app)
    with app.test_request_context():
        return render_page(*SAMPLES[request.param])


@pytest.fixture(scope="module")
def drawn(html: str) -> Drawn:
    return Drawn(html)


# As source.


@pytest.mark.parametrize("name", ALL)
def test_a_template_is_well_formed(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", ALL)
def test_every_imported_macro_is_used(app: Flask, name: str) -> None:
    found = tree(app.jinja_env, name)
    used = {node.name for node in found.find_all(nodes.Name)}
    for statement in found.find_all(nodes.FromImport):
        for imported in statement.names:
            alias = imported if isinstance(imported, str) else imported[1]
            assert alias in used, f"{name} imports {alias} and does not use it"


@pytest.mark.parametrize("name", ALL)
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    text = source(name)
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"(https?:)?//[a-z0-9]", text)


def test_only_the_drawn_icons_are_trusted_as_markup() -> None:
    assert [name for name in ALL if re.search(r"\|\s*safe|autoescape", source(name))] == [
        "components/icon.html"
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_its_context_and_nothing_else(app: Flask, name: str) -> None:
    declared = {field.name for field in fields(PAGE_CLASSES[name])}
    used: set[str] = set()
    for found in with_includes(app.jinja_env, name):
        # What is imported for the whole file looks undeclared within its blocks.
        macros = {macro for node in found.find_all(nodes.FromImport) for macro in node.names}
        used |= {word for word in meta.find_undeclared_variables(found) if word not in macros}
    used -= {"layout"} | app.jinja_env.globals.keys()
    assert used == declared


@pytest.mark.parametrize("name", PAGES)
def test_a_page_describes_and_does_not_decide(app: Flask, name: str) -> None:
    found = tree(app.jinja_env, name)
    sums = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
    assert not list(found.find_all((*sums, nodes.Macro)))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_without_its_context_fails_instead_of_showing_gaps(app: Flask, name: str) -> None:
    with pytest.raises(UndefinedError):
        app.jinja_env.get_template(name).render()


def test_the_patterns_show_every_component(app: Flask) -> None:
    shown = source(PatternsPage.template)
    for name in ALL:
        if not name.startswith("components/"):
            continue
        for macro in tree(app.jinja_env, name).find_all(nodes.Macro):
            within = macro.name.startswith("_") or macro.name in {"icon", "mark", "csrf_field"}
            assert within or f"{macro.name}(" in shown, f"{macro.name} is not on the page"


# As drawn.


def test_a_page_has_a_title_and_one_main_heading(drawn: Drawn) -> None:
    assert re.fullmatch(r"\S.* · Mien", drawn.text("title"))
    assert len(drawn.all("h1")) == 1
    assert len(drawn.all("main")) == 1


def test_headings_skip_no_level(drawn: Drawn) -> None:
    levels = [int(tag[1]) for tag, _ in drawn.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_names_cannot_become_markup(html: str) -> None:
    assert "<b>" not in html
    assert HOSTILE not in html


def test_ids_are_unique_and_references_lead_somewhere(drawn: Drawn) -> None:
    ids = Counter(found["id"] for _, found in drawn.elements if "id" in found)
    assert [name for name, count in ids.items() if count > 1] == []
    for tag, found in drawn.elements:
        named = [found[key] for key in ("for", "list", "popovertarget") if key in found]
        for key in ("aria-describedby", "aria-labelledby"):
            named += found.get(key, "").split()
        if tag == "a" and found.get("href", "").startswith("#"):
            named.append(found["href"][1:])
        assert [name for name in named if name not in ids] == []


def test_every_field_has_a_label(drawn: Drawn) -> None:
    labelled = {found["for"] for found in drawn.all("label") if "for" in found}
    for tag in ("input", "select", "textarea"):
        for found in drawn.all(tag):
            # The faces to choose from stand within their labels.
            if found.get("type") != "hidden" and found.get("class") != "face-option__input":
                assert found["id"] in labelled


def test_every_picture_says_what_it_shows_and_keeps_its_place(drawn: Drawn) -> None:
    for found in drawn.all("img"):
        assert {"alt", "width", "height"} <= found.keys()


def test_forms_that_change_something_carry_the_token(drawn: Drawn) -> None:
    for form, *inputs in drawn.forms:
        assert form["action"]
        tokens = [found for found in inputs if found.get("name") == "csrf_token"]
        assert len(tokens) == (1 if form["method"] == "post" else 0)


def test_files_are_sent_as_multipart(drawn: Drawn) -> None:
    for form, *inputs in drawn.forms:
        if any(found.get("type") == "file" for found in inputs):
            assert form["enctype"] == "multipart/form-data"


def test_every_behaviour_and_every_static_file_is_there(drawn: Drawn) -> None:
    for _, found in drawn.elements:
        for name in found.get("data-module", "").split():
            assert (STATIC / "js" / "modules" / f"{name}.js").is_file()
        for key in ("src", "href"):
            asset = re.fullmatch(r"/static/[0-9a-f]{12}/(.+)", found.get(key, ""))
            assert asset is None or (STATIC / asset[1]).is_file()


def test_every_class_has_a_style(drawn: Drawn) -> None:
    styles = "".join(path.read_text(encoding="utf-8") for path in (STATIC / "css").rglob("*.css"))
    styled = set(re.findall(r"\.([a-z][\w-]*)", styles))
    # Each block is styled as a whole; a variant may be the block as it is.
    for _, found in drawn.elements:
        for name in found.get("class", "").split():
            assert (
                name in styled
                or name.partition("--")[0] in styled
                or name.partition("__")[0] in styled
            )


def test_partials_are_drawn_alone(app: Flask) -> None:
    for name in ("people", "people-found", "people-none-found"):
        part = render_partial(*SAMPLES[name])
        assert "<html" not in part
        assert part.strip() in render_page(*SAMPLES[name])


def test_somebody_who_is_not_signed_in_sees_no_navigation(app: Flask) -> None:
    for name in ("set-up", "sign-in", "error-signed-out"):
        assert "<nav" not in render_page(*SAMPLES[name])
    assert "<nav" in render_page(*SAMPLES["identify"])


def test_the_chosen_appearance_is_on_the_page(app: Flask) -> None:
    page, layout = SAMPLES["compare"]
    assert layout.theme == "dark"
    assert '<html lang="en-GB" data-theme="dark">' in render_page(page, layout)


def test_every_page_template_has_a_sample() -> None:
    assert sorted(PAGE_CLASSES) == PAGES
