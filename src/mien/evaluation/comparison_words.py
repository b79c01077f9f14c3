"""A comparison of packs in words: rows of a table, and what follows from it."""

from collections.abc import Callable

from mien.decision.rates import odds
from mien.evaluation.comparison import Comparison
from mien.evaluation.comparison import Difference
from mien.evaluation.comparison import Figure
from mien.evaluation.comparison import PackCompared
from mien.evaluation.words import counted
from mien.evaluation.words import one_in
from mien.evaluation.words import percent

Cell = Callable[[PackCompared], str]
_INTERVAL = "  95 % interval"


def comparison_rows(compared: Comparison) -> list[list[str]]:
    """What is measured, then what each pack has, in the order of the packs."""
    figures: list[tuple[str, Cell]] = [
        ("Photos with a face", lambda pack: f"{pack.made.photos_with_face:,}"),
        ("Right person first", lambda pack: percent(pack.rank_1.rate)),
        (_INTERVAL, lambda pack: _between(pack.rank_1)),
    ]
    for rate in compared.packs[0].fnir_at_fpir:
        figures += _missed(rate, "at least " if rate in compared.only_bounds else "")
    figures += [
        ("Enrolled: right name", lambda pack: percent(pack.answers.enrolled_right)),
        ("Enrolled: wrong name", lambda pack: percent(pack.answers.enrolled_wrong)),
        ("Enrolled: ambiguous", lambda pack: percent(pack.answers.enrolled_ambiguous)),
        ("Enrolled: unknown", lambda pack: percent(pack.answers.enrolled_unknown)),
        ("Strangers: given a name", lambda pack: percent(pack.answers.strangers_named)),
        ("False matches, expected", _stated),
        ("False matches, observed", lambda pack: percent(pack.measured_fpir.rate)),
        (_INTERVAL, lambda pack: _between(pack.measured_fpir)),
        ("Milliseconds a photo", lambda pack: f"{pack.made.milliseconds:.1f}"),
        ("Numbers a face", lambda pack: f"{pack.made.dimension:,}"),
        ("Model pack", lambda pack: pack.made.pack),
    ]
    return [[name, *(cell(pack) for pack in compared.packs)] for name, cell in figures]


def _stated(pack: PackCompared) -> str:
    return "not measured" if pack.stated_fpir is None else percent(pack.stated_fpir)


def _missed(rate: str, least: str) -> list[tuple[str, Cell]]:
    def share(pack: PackCompared) -> str:
        return f"{least}{percent(pack.fnir_at_fpir[rate].rate)}"

    def between(pack: PackCompared) -> str:
        return _between(pack.fnir_at_fpir[rate])

    return [(f"FNIR at FPIR {one_in(float(rate))}", share), (_INTERVAL, between)]


def comparison_verdicts(compared: Comparison) -> list[str]:
    """A sentence on each pack but the first."""
    return [_verdict(each) for each in compared.differences]


def comparison_note(compared: Comparison) -> str:
    """What the figures rest on."""
    whose = f"gallery “{compared.gallery}”" if compared.gallery else "a new gallery"
    return (
        f"{compared.people:,} people; {compared.enrolled:,} enrolled by "
        f"{counted(compared.examples, 'photo')} each; the mean of {counted(compared.draws, 'draw')} "
        f"with {compared.probes:,.0f} searches for enrolled people and {compared.strangers:,.0f} by "
        f"strangers. Names are given as {whose} is set: {one_in(compared.accepted_fpir)} strangers' "
        f"searches accepted. Times are medians of {counted(compared.timed_photos, 'photo')} on this "
        f"machine."
    )


def _verdict(each: Difference) -> str:
    if each.at is None or each.fnir is None or each.interval is None:
        return (
            f"{each.pack} and {each.beside} cannot be compared: there are too few strangers; "
            f"{odds(0.1)} are needed."
        )
    low, high = each.interval
    at = f"if {one_in(float(each.at))} strangers may be named"
    if each.verdict == "fewer":
        return (
            f"{each.pack} misses fewer than {each.beside}: {_points(-each.fnir)} points fewer "
            f"({_points(-high)} to {_points(-low)}), {at}."
        )
    if each.verdict == "more":
        return (
            f"{each.pack} misses more than {each.beside}: {_points(each.fnir)} points more "
            f"({_points(low)} to {_points(high)}), {at}."
        )
    return (
        f"{each.pack} and {each.beside} cannot be told apart on these photos: {_more(each.fnir)} "
        f"points ({_more(low)} to {_more(high)}), {at}."
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _more(share: float) -> str:
    """How many points more or fewer."""
    points = _points(abs(share))
    if points == _points(0):
        return points
    return f"{points} {'fewer' if share < 0 else 'more'}"


def _between(figure: Figure) -> str:
    if figure.interval is None:
        return ""
    low, high = (f"{100 * end:.1f}" for end in figure.interval)
    return f"{low} to {high}"
