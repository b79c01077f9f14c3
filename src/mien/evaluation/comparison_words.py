"""A comparison of packs in words: rows of a table, and what follows from it."""

from collections.abc import Callable
from collections.abc import Sequence

from mien.decision.rates import odds
from mien.evaluation.comparison import Comparison
from mien.evaluation.comparison import Difference
from mien.evaluation.comparison import Figure
from mien.evaluation.comparison import PackCompared
from mien.evaluation.words import counted
from mien.evaluation.words import one_in
from mien.evaluation.words import percent
from mien.evaluation.words import places_of

Cell = Callable[[PackCompared], str]
ShareOf = Callable[[PackCompared], float | None]
_INTERVAL = "  95 % interval"


def comparison_rows(compared: Comparison) -> list[list[str]]:
    """What is measured, then what each pack has, in the order of the packs."""

    def row(name: str, cell: Cell) -> list[str]:
        return [name, *(cell(pack) for pack in compared.packs)]

    def shares(name: str, share: ShareOf, least: str = "") -> list[str]:
        return [name, *_side_by_side([share(pack) for pack in compared.packs], least)]

    def missed(rate: str) -> list[list[str]]:
        least = "at least " if rate in compared.only_bounds else ""
        return [
            shares(
                f"FNIR at FPIR {one_in(float(rate))}",
                lambda pack: pack.fnir_at_fpir[rate].rate,
                least,
            ),
            row(_INTERVAL, lambda pack: _between(pack.fnir_at_fpir[rate])),
        ]

    return [
        row("Photos with a face", lambda pack: f"{pack.made.photos_with_face:,}"),
        shares("Right person first", lambda pack: pack.rank_1.rate),
        row(_INTERVAL, lambda pack: _between(pack.rank_1)),
        *(line for rate in compared.packs[0].fnir_at_fpir for line in missed(rate)),
        shares("Enrolled: right name", lambda pack: pack.answers.enrolled_right),
        shares("Enrolled: wrong name", lambda pack: pack.answers.enrolled_wrong),
        shares("Enrolled: ambiguous", lambda pack: pack.answers.enrolled_ambiguous),
        shares("Enrolled: unknown", lambda pack: pack.answers.enrolled_unknown),
        shares("Strangers: given a name", lambda pack: pack.answers.strangers_named),
        shares("False matches, expected", lambda pack: pack.stated_fpir),
        shares("False matches, observed", lambda pack: pack.measured_fpir.rate),
        row(_INTERVAL, lambda pack: _between(pack.measured_fpir)),
        row("Milliseconds a photo", lambda pack: f"{pack.made.milliseconds:.1f}"),
        row("Numbers a face", lambda pack: f"{pack.made.dimension:,}"),
        row("Model pack", lambda pack: pack.made.pack),
    ]


def _side_by_side(shares: Sequence[float | None], least: str) -> list[str]:
    """Shares in percent, all with the decimal places of the one that needs most."""
    places = max((places_of(share) for share in shares if share is not None), default=0)
    return [
        "not measured" if share is None else f"{least}{percent(share, places=places)}"
        for share in shares
    ]


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
