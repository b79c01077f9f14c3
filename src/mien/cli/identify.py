"""`mien identify`: who is in photos."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.options import photo_options
from mien.cli.options import photo_paths
from mien.cli.options import reach_options
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import one_in
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.output import print_table
from mien.cli.terminal.photo_files import PhotoResults
from mien.cli.terminal.photo_files import find_photos
from mien.cli.terminal.photo_files import for_each_photo
from mien.cli.terminal.photo_files import read_photo
from mien.cli.terminal.photo_files import tell_left_out

if TYPE_CHECKING:
    from mien.gallery.recognition.reach import Reach
    from mien.gallery.results import Answer
    from mien.gallery.results import Candidate
    from mien.gallery.results import Identification
    from mien.options import PhotoOptions


@click.command()
@photo_paths()
@reach_options
@click.option(
    "--limit",
    type=int,
    default=5,
    show_default=True,
    metavar="N",
    help="Candidates to show for each face.",
)
@click.option(
    "--threshold",
    type=float,
    metavar="S",
    help="Similarity needed for a match. Default: the gallery's.",
)
@photo_options
@json_option
@click.pass_context
def identify(
    context: click.Context,
    *,
    photos: tuple[Path, ...],
    gallery: str,
    reach: "Reach",
    limit: int,
    threshold: float | None,
    options: "PhotoOptions",
    as_json: bool,
) -> None:
    """Identify the people in photos.

    Everybody in the gallery is searched, or with --where only some people. If several galleries are
    searched, a column says in which of them a person is, and in which others perhaps: somebody
    there whose photos are as similar as those of one person.

    Give a folder to use every picture in it. The answer is "match", "unknown" if nobody matches, or
    "ambiguous" if it cannot be told; the most similar people are shown either way. "same photo"
    marks a person who was added from this exact photo, so the match says nothing about other
    photos. The last column says how many searches by strangers would find someone this similar.
    """
    found = find_photos(photos)
    with ready_runtime(models=True) as runtime:
        from mien.gallery.analysis import Upload
        from mien.gallery.recognition.identify import identify as ask

        most = runtime.settings.max_upload_bytes
        results = for_each_photo(
            found,
            lambda path: ask(
                runtime.call(OPERATOR),
                gallery=gallery,
                photo=Upload(read_photo(path, max_bytes=most), options),
                limit=limit,
                threshold=threshold,
                reach=reach,
            ),
        )
    if as_json:
        from mien.schemas.identification import IdentificationOut

        print_json(
            {
                "photos": [
                    {"photo": str(path), **IdentificationOut.of(seen).model_dump(mode="json")}
                    for path, seen in results.done
                ],
                "refused": results.refused,
            }
        )
    else:
        _print(results, in_several=bool(reach.also))
        if results.done and (reach.also or reach.where):
            _tell_searched(results.done[-1][1])
    context.exit(results.exit_code)


def _print(results: "PhotoResults[Identification]", *, in_several: bool) -> None:
    where = ["gallery"] if in_several else []
    print_table(
        ["photo", "face", "answer", "person", *where, "nearest", "second", "strangers"],
        [
            (
                path,
                answer.number,
                *_cells(answer, seen.point.least_expected_rate, in_several=in_several),
            )
            for path, seen in results.done
            for answer in seen.answers
        ],
        names=["photo", "person", *where, "nearest", "second"],
        lesser=["second", "strangers"],
    )
    for path, seen in results.done:
        if not seen.answers:
            print_note(f"{path}: no face found")
        for answer in seen.answers:
            if "not_a_face" in answer.face.quality.reasons:
                print_note(f"{path}: face {answer.number} may not be a human face")
        tell_left_out(path, seen.faces_left_out)


def _tell_searched(seen: "Identification") -> None:
    """How many people were searched, where it is not everybody in one gallery."""
    count = seen.point.people
    told = f"Searched {count:,} {'person' if count == 1 else 'people'}"
    if len(seen.searched) > 1:
        each = ", ".join(f"{part.people:,} in {part.gallery.name}" for part in seen.searched)
        told = f"{told}: {each}"
    if seen.where:
        told = f"{told}, only with {', '.join(seen.where)}"
    print_note(f"{told}.")


def _cells(answer: "Answer", least: float, *, in_several: bool) -> tuple[str, ...]:
    best = answer.candidates[0] if answer.candidates else None
    named = best.person.label if best and answer.decision == "match" else ""
    decision: str = answer.decision
    if answer.doubts:
        decision = f"{decision} ({', '.join(answer.doubts)})"
    odds = one_in(answer.expected_false_match_rate, least=least)
    where = (_galleries(answer),) if in_several else ()
    return decision, named, *where, _figure(best), _figure(answer.runner_up), odds


def _galleries(answer: "Answer") -> str:
    """In which gallery the first candidate is, and in which others perhaps."""
    if not answer.candidates:
        return ""
    others = [each.gallery for each in answer.candidates if each.may_be_same_person]
    also = f" (perhaps also {', '.join(others)})" if others else ""
    return f"{answer.candidates[0].gallery}{also}"


def _figure(candidate: "Candidate | None") -> str:
    if candidate is None:
        return ""
    same = " (same photo)" if candidate.same_photo else ""
    return f"{candidate.person.label} {candidate.similarity:.2f}{same}"
