"""The tables of the page on accuracy: what was measured of each pack, between marks in its text."""

import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import Final

from bench.page.tables import table

Kept = Mapping[str, Mapping[str, Any]]
_OTHER_HARM: Final = ("small 16", "blurred 2", "blurred 3", "dark 0.25", "dark 0.12", "bright 2")
_SHOWN_HARM: Final = (
    "as they are",
    *("small 40", "small 24", "small 16"),
    *("blurred 2", "blurred 3", "blurred 4"),
    *("dark 0.25", "dark 0.12", "dark 0.06"),
    *("bright 2", "bright 3", "bright 5"),
    *("turned 45", "turned 90"),
    *("eyes cut 0.1", "eyes cut -0.1"),
    *("side cut 0.35", "chin cut 0.35"),
)
_ENROLLED: Final = 1000
_TO: Final = "\N{EN DASH}"
_TIMES: Final = "\N{MULTIPLICATION SIGN}"


def write_accuracy(page: Path, kept: Kept) -> None:
    """Fill what stands between the marks of a page.

    Args:
        page: has marks such as `<!-- figures: pairs -->` and `<!-- end of figures -->`.
        kept: what was measured, by pack, as `bench/accuracy.py` keeps it.
    """
    page.write_text(filled(page.read_text(encoding="utf-8"), kept), encoding="utf-8")


def filled(text: str, kept: Kept) -> str:
    """The text of a page with its figures; a mark of another name is an error."""

    def fill(found: re.Match[str]) -> str:
        part, tell = TABLES[found["name"]]
        lines = tell(kept) if _found(kept, part) else ["Not measured yet."]
        return "\n".join([found["begin"], "", *lines, "", found["end"]])

    return re.sub(
        r"(?P<begin><!-- figures: (?P<name>[\w-]+) -->)\n.*?(?P<end><!-- end of figures -->)",
        fill,
        text,
        flags=re.DOTALL,
    )


def _found(kept: Kept, part: str) -> list[tuple[str, Any]]:
    return [
        (name, each["parts"][part]["found"]) for name, each in kept.items() if part in each["parts"]
    ]


def _percent(rate: float | None, digits: int = 1) -> str:
    return "" if rate is None else f"{100 * rate:.{digits}f} %"


def _between(interval: Sequence[float] | None, digits: int = 1) -> str:
    if interval is None:
        return ""
    low, high = interval
    return f" ({100 * low:.{digits}f}{_TO}{100 * high:.{digits}f})"


def _share(share: Mapping[str, Any], digits: int = 1) -> str:
    return _percent(share["rate"], digits) + _between(share["interval"], digits)


def _at(found: Mapping[str, Any], key: str, rate: str, digits: int = 1) -> str:
    told = _percent(found[key].get(rate), digits)
    return told + _between(found[f"{key}_interval"].get(rate), digits)


def _short(kept: Kept) -> list[str]:
    draws = dict(_found(kept, "draws"))
    told = ", ".join(f"{100 * each['fnir']:.1f} % with `{name}`" for name, each in draws.items())
    count = len(next(iter(draws.values()))["draws"])
    return [
        (
            f"**In short**, with {_ENROLLED:,} people enrolled by one photo each: if 1 in 100 strangers "
            f"may be named, so many of the searches for enrolled people miss the person: {told} (mean "
            f"of {count} choices of the photos). The photos are press photos of adults, an easy case; "
            "expect more errors with other people and cameras."
        ),
    ]


def _pairs(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "labelled"):
        pairs = found["pairs"]
        accuracy = pairs["accuracy"]
        rows.append(
            (
                f"`{name}`",
                f"{100 * accuracy['mean']:.2f} ± {100 * accuracy['standard_error']:.2f} %",
                _at(pairs, "tar_at_far", "1e-2", 2),
                _at(pairs, "tar_at_far", "1e-3", 2),
                _percent(pairs["tar_at_far"].get("1e-4"), 2),
                _percent(pairs["eer"], 2),
                f"{pairs['auc']:.4f}",
            )
        )
    head = ("pack", "accuracy", "TAR at FAR 1e-2", "at 1e-3", "at 1e-4, at most", "EER", "AUC")
    return table(head, rows)


def _pairs_settings(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "labelled"):
        settings = found["pairs"]["at_gallery_settings"]
        rows.append(
            (
                f"`{name}`",
                f"{settings['threshold']:.3f}",
                _share(settings["fmr"], 2),
                _share(settings["fnmr"], 2),
            )
        )
    of = next(iter(_found(kept, "labelled")))[1]["pairs"]["at_gallery_settings"]
    return table(
        ("pack", "threshold", f"FMR, of {of['fmr']['of']:,}", f"FNMR, of {of['fnmr']['of']:,}"),
        rows,
    )


def _searches(kept: Kept) -> list[str]:
    rows = [
        (
            f"`{name}`",
            f"{each['enrolled']:,}",
            f"{each['probes']:,}, {each['strangers']:,}",
            _percent(each["rank_1"]),
            _at(each, "fnir_at_fpir", "1e-1"),
            _at(each, "fnir_at_fpir", "1e-2"),
        )
        for name, found in _found(kept, "labelled")
        for each in found["searches"]
    ]
    head = ("pack", "enrolled", "searches, strangers", "rank-1", "FNIR at FPIR 10 %", "at 1 %")
    return table(head, rows)


def _draws(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "draws"):
        each = sorted(found["draws"])
        rows.append(
            (
                f"`{name}`",
                f"**{100 * found['fnir']:.2f} %** ± {100 * found['standard_error']:.2f}",
                f"{100 * each[0]:.1f} to {100 * each[-1]:.1f} %",
                len(each),
            )
        )
    return table(("pack", "FNIR at FPIR 1 %", "single choices", "choices"), rows)


def _one_person(kept: Kept) -> list[str]:
    rows = [
        (
            f"`{name}`",
            *(_at(found["one_person"], "fnir_at_fpir", rate) for rate in ("1e-1", "1e-2", "1e-3")),
        )
        for name, found in _found(kept, "labelled")
    ]
    return table(("pack", "FNIR at FPIR 10 %", "at 1 %", "at 0.1 %"), rows)


def _answers(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "labelled"):
        for each in found["searches"]:
            told, split = each["decisions"], each["decisions_split"]
            rows.append(
                (
                    f"`{name}`",
                    f"{each['enrolled']:,}",
                    f"{each['at_gallery_settings']['threshold']:.3f}",
                    f"{told['match_right']:,}",
                    f"{told['match_wrong']}, {split['match_wrong_stranger']}",
                    told["ambiguous"],
                    f"{told['unknown_right']:,}",
                    f"{told['unknown_wrong']:,}",
                )
            )
    head = ("pack", "enrolled", "threshold", "right name", "wrong name, of which strangers")
    return table((*head, "ambiguous", "stranger unknown", "enrolled person unknown"), rows)


def _several(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "labelled"):
        each = found["several"]
        rows.append(
            (
                f"`{name}`",
                _percent(each["rank_1"]),
                _at(each, "fnir_at_fpir", "1e-1"),
                _at(each, "fnir_at_fpir", "1e-2"),
                f"{each['decisions']['unknown_wrong']} of {each['probes']}",
            )
        )
    head = ("pack", "rank-1", "FNIR at FPIR 10 %", "at 1 %")
    return table((*head, "enrolled people unknown at 1 in 1,000"), rows)


def _stated(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "labelled"):
        galleries = [(f"{each['enrolled']:,}", each) for each in found["searches"]]
        for enrolled, each in [*galleries, ("1,000, one name", found["one_person"])]:
            cells = {
                f"{check['stated']:g}": _share(check["measured"], 2)
                + ("" if check["agrees"] else " ✗")
                for check in each["expected_rate_check"]
            }
            rates = (cells.get(rate, "") for rate in ("0.1", "0.01", "0.001"))
            rows.append((f"`{name}`", enrolled, *rates))
    return table(("pack", "enrolled", "stated 10 %", "stated 1 %", "stated 0.1 %"), rows)


def _halves(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "rates"):
        galleries = dict.fromkeys((each["people"], each["examples"]) for each in found)
        for people, examples in galleries:
            cells: list[str] = []
            for each in found:
                if (each["people"], each["examples"]) == (people, examples):
                    low, high = 100 * each["low"], 100 * each["high"]
                    cells += [
                        f"{100 * each['measured']:.2f} % ({low:.1f}{_TO}{high:.1f})",
                        f"{each['ratio']:.2f}",
                    ]
            rows.append((f"`{name}`", f"{people} {_TIMES} {examples}", *cells))
    rates = ("stated 10 %", "ratio", "stated 1 %", "ratio", "stated 0.1 %", "ratio")
    return table(("pack", f"enrolled {_TIMES} photos", *rates), rows)


def _gate(kept: Kept) -> list[str]:
    rows = [
        (
            f"`{name}`",
            each["gate"],
            _percent(each["refused_good"]),
            _percent(each["refused_worse"]),
            _percent(each["fnir"]),
            _percent(each["fpir_poor"]),
        )
        for name, found in _found(kept, "gate")
        for each in found["by_gate"]
    ]
    head = ("pack", "gate", "good photos refused", "worse ones refused", "FNIR at FPIR 1 %")
    return table((*head, "FPIR of poor strangers at an accepted 1 %"), rows)


def _harm(kept: Kept) -> list[str]:
    """What the first pack makes of each harm."""
    _name, found = _found(kept, "gate")[0]
    rows = [
        (
            each["photos"],
            f"{each['found']} of {each['tried']}",
            _percent(each["fnmr"], 0),
            f"{each['fmr_times']:.1f}{_TIMES}",
            _percent(each["refused_standard"], 0),
            _percent(each["refused_strict"], 0),
            _percent(each["illegible"], 0),
        )
        for each in found["by_kind"]
        if each["photos"] in _SHOWN_HARM
    ]
    head = ("photo", "found", "FNMR", "false matches, times", "refused by standard", "by strict")
    return table((*head, "too poor to tell"), rows)


def _harm_packs(kept: Kept) -> list[str]:
    """FNMR and the multiple of false matches, pack beside pack."""
    packs = _found(kept, "gate")
    by = {name: {each["photos"]: each for each in found["by_kind"]} for name, found in packs}
    rows = [
        (
            harm,
            *(
                f"{_percent(by[name][harm]['fnmr'], 0)}, {by[name][harm]['fmr_times']:.1f}{_TIMES}"
                for name, _ in packs
            ),
        )
        for harm in ("as they are", *_OTHER_HARM)
    ]
    return table(("photo", *(f"`{name}`" for name, _ in packs)), rows)


def _ways(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "ways"):
        for examples, wrong in dict.fromkeys((each["examples"], each["wrong"]) for each in found):
            by = {
                each["way"]: each
                for each in found
                if (each["examples"], each["wrong"]) == (examples, wrong)
            }
            rows.append(
                (
                    f"`{name}`",
                    f"{examples}, {wrong}",
                    *(
                        _percent(by[way]["fnir_at_0.01"])
                        for way in ("one example", "nearest", "mean", "halfway")
                    ),
                    f"{by['halfway']['counts_as']:.1f}",
                )
            )
    head = ("pack", "photos, wrong ones", "one photo", "nearest", "mean", "halfway (taken)")
    return table((*head, "counts as"), rows)


def _unknown(kept: Kept) -> list[str]:
    rows = []
    for name, found in _found(kept, "unknown"):
        for each in found["rates"]:
            taken = each["accepted"] == found["accepted"]
            mark = "**" if taken else ""
            precision, recall = each["precision"], each["recall"]
            rows.append(
                (
                    f"`{name}`",
                    f"{mark}1 in {round(1 / each['accepted']):,}{mark}",
                    f"{each['similarity']:.3f}",
                    f"{mark}{_percent(_mean(precision), 2)}{mark} ({_percent(min(precision), 2)})",
                    f"{mark}{_percent(_mean(recall))}{mark} ({_percent(min(recall))})",
                    f"{_mean(each['clusters']):,.0f}",
                )
            )
        rows += [
            (
                f"`{name}`",
                other["way"],
                "the same",
                _percent(other["precision"], 2),
                _percent(other["recall"]),
                f"{other['clusters']:,}",
            )
            for other in found["others"]
        ]
    head = ("pack", "strangers accepted", "similarity", "precision (least)", "recall (least)")
    return table((*head, "clusters"), rows)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _quality(kept: Kept) -> list[str]:
    """The thirds of the first pack's searches, everybody with a second photo enrolled."""
    _name, found = _found(kept, "labelled")[0]
    rows = [
        (
            each["by"],
            f"{each['low']:.2f} {_TO} {each['high']:.2f}"
            if each["high"] <= 1
            else f"{each['low']:.0f} {_TO} {each['high']:.0f}",
            _share(each["fnir"]),
            _share(each["fpir"]),
            _share(each["rank_1"]),
        )
        for each in found["searches"][2]["by_quality"]
    ]
    return table(("third by", f"from {_TO} to", "FNIR", "FPIR", "rank-1"), rows)


TABLES: Final[dict[str, tuple[str, Callable[[Kept], list[str]]]]] = {
    "short": ("draws", _short),
    "pairs": ("labelled", _pairs),
    "pairs-at-settings": ("labelled", _pairs_settings),
    "searches": ("labelled", _searches),
    "draws": ("draws", _draws),
    "one-person": ("labelled", _one_person),
    "answers": ("labelled", _answers),
    "several": ("labelled", _several),
    "stated": ("labelled", _stated),
    "halves": ("rates", _halves),
    "gate": ("gate", _gate),
    "harm": ("gate", _harm),
    "harm-packs": ("gate", _harm_packs),
    "ways": ("ways", _ways),
    "unknown": ("unknown", _unknown),
    "quality": ("labelled", _quality),
}
