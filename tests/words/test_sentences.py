import pytest

from mien.words.sentences import ended


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Added to Ada", "Added to Ada."),
        ("Added to Grace H.", "Added to Grace H."),
        ("Added to Who?", "Added to Who?"),
        ("Added to Ada…", "Added to Ada…"),
    ],
)
def test_a_sentence_ends_with_one_full_stop(words: str, sentence: str) -> None:
    assert ended(words) == sentence
