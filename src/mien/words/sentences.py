"""The full stop at the end of a sentence, which some names bring themselves."""

_ENDS = (".", "\N{HORIZONTAL ELLIPSIS}", "!", "?", "\N{IDEOGRAPHIC FULL STOP}")


def ended(words: str) -> str:
    """The words with one full stop at their end: “Added to Grace H.” and not “Grace H..”."""
    return words if words.endswith(_ENDS) else f"{words}."
