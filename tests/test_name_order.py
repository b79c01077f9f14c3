import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.name_order import SORT_KEY_LENGTH
from mien.name_order import first_letter
from mien.name_order import sort_key

ORDERED = [
    "Abe",
    "Aeg",
    "Ælfric",
    "Ann",
    "anna",
    "Anna",
    "ANNA",
    "Anna B",
    "Annabel",
    "Åse",
    "Aze",
    "de la Cruz",
    "dean",
    "Eb",
    "eva",
    "Eva",
    "Éva",
    "Eva A",
    "Ez",
    "Laa",
    "Łab",
    "Lac",
    "OBRIEN",
    "O'Brif",
    "Ost",
    "Øst",
    "Osu",
    "Strasse",
    "Straße",
    "Strassf",
    "Zoë",
    "2pac",
    "٣",
    "Ωμέγα",
    "Георгій",
    "Ґалаґан",
    "Денис",
    "Елена",
    "Ёлкин",
    "Енот",
    "Иван",
    "Іван",
    "Йосиф",
    "Яна",
    "بد",
    "پدر",
    "تب",
    "가나",
    "각",
    "김",
    "かう",
    "カウ",
    "がう",
    "かえ",
    "王",
    "☺",
]


def test_names_stand_by_letters_then_marks_then_case() -> None:
    backwards = ORDERED[::-1]
    assert sorted(backwards, key=sort_key) == ORDERED


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("éva", "E"),
        ("Øst", "O"),
        ("Ærø", "A"),
        ("ßa", "S"),
        ("'Abd", "A"),
        ("7up", "7"),
        ("ёж", "Е"),
        ("їжак", "Ї"),
        ("پدر", "پ"),
        ("김", "ㄱ"),
        ("ガ", "か"),
        ("王", "王"),
    ],
)
def test_a_name_stands_under_its_letter_without_marks(name: str, letter: str) -> None:
    assert first_letter(sort_key(name)) == letter


@given(st.text(min_size=1, max_size=200))
def test_a_sort_key_is_short_text_that_databases_order_alike(name: str) -> None:
    key = sort_key(name)
    assert set(key) <= set("0123456789abcdef")
    assert len(key) <= SORT_KEY_LENGTH
    assert len(first_letter(key)) <= 3
