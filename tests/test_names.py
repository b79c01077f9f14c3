import unicodedata

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from mien.errors import InvalidInput
from mien.names import KEY_LENGTH
from mien.names import NAME_LENGTH
from mien.names import can_be_stored
from mien.names import clean_gallery_name
from mien.names import clean_name
from mien.names import name_key


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "Žofie Nováková",
        "李清照",
        "محمد",
        "علی‌رضا",
        "अमित",
        "O'Brien-Smith, Jr.",
        "🧑‍🔬",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u0d9a\u0dca\u200d\u0dc2",
        "𠮷野家",
        "\u31350",
        "\U0002ebf0",
        "a" * NAME_LENGTH,
    ],
)
def test_names_of_any_script_are_kept_as_they_are(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Ada  ", "Ada"),
        ("Ada   Lovelace", "Ada Lovelace"),
        ("Ada\n", "Ada"),
        ("Zoe\u0308", "Zoë"),
        ("\u00a0Ada\u3000", "Ada"),
        ("\ufeffAnna", "Anna"),
        ("\u05e9\u05dc\u05d5\u05dd\u200f", "\u05e9\u05dc\u05d5\u05dd"),
        ("\u202aDana\u202c", "Dana"),
        ("\u202eadA", "adA"),
        ("\u2068Ada\u2069 Lovelace\u200e", "Ada Lovelace"),
        ("An\u00adna", "Anna"),
        ("An\u200dna", "Anna"),
        ("An\u200cna\u200b", "Anna"),
        ("Ada \u200b Lovelace", "Ada Lovelace"),
        ("\u200dAda\U000e0067", "Ada"),
    ],
)
def test_a_name_is_composed_and_has_no_idle_spaces(written: str, kept: str) -> None:
    assert clean_name(written) == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "\u200d",
        "\u200c \u200d",
        "Ada\nLovelace",
        "Ada\x00",
        "Ada\x1b[31m",
        "\u3164",
        "\u200b \u2060",
        "\u00ad",
        "\u034f\ufe0f",
        "\u115f\u2800",
        "Ada\u2028L",
        "\ud800",
        "a" * (NAME_LENGTH + 1),
    ],
)
def test_what_cannot_be_shown_on_one_line_is_no_name(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_name(name, field="title")
    assert caught.value.field == "title"


def test_a_name_is_measured_in_characters_and_not_in_bytes() -> None:
    assert len(clean_name("𠮷" * NAME_LENGTH)) == NAME_LENGTH
    # Composed it is short enough.
    assert len(clean_name("e\u0301" * NAME_LENGTH)) == NAME_LENGTH


def test_a_name_whose_key_would_not_fit_into_its_column_is_refused() -> None:
    ligature = "\ufdfa"  # stands for eighteen letters
    assert len(name_key(ligature)) == 18
    with pytest.raises(InvalidInput, match="name_ligatures"):
        clean_name(ligature * 100)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada", "ADA"),
        ("Straße", "STRASSE"),
        ("Zoë", "zoe\u0308"),
        ("Ⅳ", "iv"),
        ("\uff21\uff44\uff41", "ada"),
        ("Ada  Lovelace", "ada lovelace"),
        ("علی‌رضا", "علیرضا"),
        ("ΑΣ", "ας"),
    ],
)
def test_names_that_read_alike_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_other_names_are_not_the_same() -> None:
    england, scotland = (
        f"\U0001f3f4{''.join(chr(0xE0000 + ord(c)) for c in tags)}\U000e007f"
        for tags in ("gbeng", "gbsct")
    )
    # The fifth begins with a Cyrillic letter.
    names = ["Ada", "Ida", "Àda", "ada 2", "\u0410da", england, scotland]
    assert len({name_key(name) for name in names}) == len(names)


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_key_that_is_its_own_and_can_be_stored(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert can_be_stored(key)
    assert key == name_key(unicodedata.normalize("NFD", text))


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_kept_name_is_kept_again_as_it_is(text: str) -> None:
    try:
        kept = clean_name(text)
    except InvalidInput:
        return
    assert clean_name(kept) == kept
    assert 0 < len(kept) <= NAME_LENGTH
    assert 0 < len(name_key(kept)) <= KEY_LENGTH


@pytest.mark.parametrize("name", ["default", "a", "Club-2026", "0_x.y", "a" * 100])
def test_a_gallery_name_stands_in_an_address(name: str) -> None:
    assert clean_gallery_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "-a", "a b", "a/b", "ä", "a\n", "a%2f", "a" * 101, "_x"]
)
def test_other_gallery_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_gallery_name(name)
    assert caught.value.field == "name"
