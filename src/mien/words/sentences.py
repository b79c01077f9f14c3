"""Ends a sentence with one full stop, even after a name that ends in one."""

_ENDS = (".", "\N{HORIZONTAL ELLIPSIS}", "!", "?", "\N{IDEOGRAPHIC FULL STOP}")


def ended(words: str) -> str:
    """The words with one full stop at their end: “Added to Grace H.” and not “Grace H..”."""
    return words if words.endswith(_ENDS) else f"{words}."
