"""Small parts of sentences: the full stop at the end, and a number with its noun."""

_ENDS = (".", "\N{HORIZONTAL ELLIPSIS}", "!", "?", "\N{IDEOGRAPHIC FULL STOP}")


def ended(words: str) -> str:
    """The words with one full stop at their end: “Added to Grace H.” and not “Grace H..”."""
    return words if words.endswith(_ENDS) else f"{words}."


def counted(number: int, singular: str, plural: str = "", *, zero: str = "0") -> str:
    """A number with its noun: “0 faces”, “1 face”, “1,204 faces”.

    The plural is the singular with an s, unless given; `zero` stands for no number.
    """
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{number:,} {noun}" if number else f"{zero} {noun}"


def clock(seconds: float) -> str:
    """A moment of a video: “1:05”, “1:02:03”."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
