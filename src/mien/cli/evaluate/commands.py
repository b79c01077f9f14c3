"""`mien evaluate`: how accurate the answers are, on labelled photos."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.evaluate.comparing import compare
from mien.cli.evaluate.options import FOLDER
from mien.cli.evaluate.options import ONE_PERSON
from mien.cli.evaluate.options import people_in
from mien.cli.evaluate.options import split_options
from mien.cli.evaluate.printing import print_pairs
from mien.cli.evaluate.printing import print_searches
from mien.cli.evaluate.workbench import AnalysisChoice
from mien.cli.evaluate.workbench import analyse
from mien.cli.evaluate.workbench import analysis_options
from mien.cli.evaluate.workbench import enrolled_count
from mien.cli.evaluate.workbench import made_with
from mien.cli.evaluate.workbench import workbench
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_note
from mien.evaluation.photos import find_named
from mien.evaluation.photos import people_folder
from mien.options import FaceChoice

if TYPE_CHECKING:
    from mien.evaluation.report.ask import Wanted

_REPORT = click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save curves, figures and the worst errors as a page (.html) or a picture (.png).",
)
_NO_PICTURES = click.option(
    "--no-pictures", is_flag=True, help="Leave the photos of the worst errors out of the report."
)


@click.group()
def evaluate() -> None:
    """Measure how accurate the answers are, on photos of people you know.

    The photos are processed, ranked and decided exactly as on the server, with a gallery's
    settings. Nothing is stored and nothing leaves this machine.
    """


@evaluate.command()
@FOLDER
@click.argument(
    "list_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="PAIRS"
)
@analysis_options
@_REPORT
@_NO_PICTURES
@json_option
def pairs(
    *,
    folder: Path,
    list_file: Path,
    gallery: str | None,
    pack: str | None,
    face: FaceChoice,
    cache: Path | None,
    report: Path | None,
    no_pictures: bool,
    as_json: bool,
) -> None:
    """Compare labelled pairs of photos, as in Labeled Faces in the Wild.

    DIR has a folder for each person, with photos named Name_0001.jpg and so on; PAIRS is a list
    like that data set's pairs.txt. Each fold is measured at the best threshold of the others. If no
    face is found in a photo, its pairs count as different people and the photo is listed.
    """
    from mien.evaluation.pairs import measure_pairs
    from mien.evaluation.pairs import score_pairs
    from mien.evaluation.pairs_file import read_pairs

    wanted = _wanted(report, no_pictures)
    listed = read_pairs(list_file)
    inside = people_folder(folder)
    photos = find_named(inside, (name for pair in listed for name in (pair.one, pair.other)))
    choice = AnalysisChoice(gallery=gallery, pack=pack, face=face, cache=cache)
    with workbench(choice) as bench:
        acquired = analyse(bench, choice, inside, photos.values())
        scored = score_pairs(listed, photos, acquired.samples)
        figures = measure_pairs(
            scored,
            acquired,
            summary=bench.engine.summary,
            settings=bench.gallery,
            made=made_with(bench, choice),
        )
        if wanted:
            from mien.evaluation.report.pairs import report_pairs

            wanted.write(report_pairs(figures, scored), photos=inside, reader=bench.reader)
            print_note(f"Wrote the report: {wanted.path}")
    print_pairs(figures, as_json=as_json)


@evaluate.command()
@FOLDER
@analysis_options
@split_options
@_REPORT
@_NO_PICTURES
@json_option
def identify(
    *,
    folder: Path,
    gallery: str | None,
    pack: str | None,
    face: FaceChoice,
    cache: Path | None,
    enrolled: str,
    examples: int,
    seed: int,
    one_person: Path | None,
    report: Path | None,
    no_pictures: bool,
    as_json: bool,
) -> None:
    """Search for people who are enrolled and for strangers, and count the errors.

    DIR has a folder for each person. Some people are enrolled, each with K photos. The searches use
    their other photos, and one photo of everyone else, who are the strangers. If N is larger than
    the number of people who have another photo, people with too few photos are enrolled too but
    never searched for.
    """
    from mien.evaluation.open_set import measure_searches
    from mien.evaluation.searches import search_split
    from mien.evaluation.split import split_people

    wanted = _wanted(report, no_pictures)
    inside = people_folder(folder)
    split = split_people(
        people_in(inside, one_person),
        enrolled=enrolled_count(enrolled),
        examples=examples,
        seed=seed,
    )
    choice = AnalysisChoice(gallery=gallery, pack=pack, face=face, cache=cache)
    with workbench(choice) as bench:
        acquired = analyse(bench, choice, inside, split.photos)
        searched = search_split(
            split, acquired.samples, summary=bench.engine.summary, settings=bench.gallery
        )
        figures = measure_searches(
            searched,
            acquired,
            seed=seed,
            examples=examples,
            settings=bench.gallery,
            made=made_with(bench, choice),
        )
        if wanted:
            from mien.evaluation.report.searches import report_searches

            wanted.write(report_searches(figures, searched), photos=inside, reader=bench.reader)
            print_note(f"Wrote the report: {wanted.path}")
    print_searches(figures, as_json=as_json)


@evaluate.command()
@FOLDER
@analysis_options
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="File to write the calibration to.",
)
@click.option(
    "--data", metavar="TEXT", help="Description of the photos. Default: the folder's name."
)
@ONE_PERSON
@json_option
def calibrate(
    *,
    folder: Path,
    gallery: str | None,
    pack: str | None,
    face: FaceChoice,
    cache: Path | None,
    output: Path,
    data: str | None,
    one_person: Path | None,
    as_json: bool,
) -> None:
    """Measure how often a model pack's similarities are misleading.

    DIR has a folder for each person: at least 100, the more the better. Save the calibration as
    packs/PACK.calibration.json in MIEN_MODELS_DIR and restart the server to use it instead of the
    one that comes with the pack. Nobody needs to be enrolled again.
    """
    from mien.cli.evaluate.printing import print_calibration
    from mien.evaluation.calibration import calibrate_photos
    from mien.evaluation.calibration import check_output
    from mien.evaluation.calibration import save_calibration

    check_output(output)
    inside = people_folder(folder)
    photos = people_in(inside, one_person)
    choice = AnalysisChoice(gallery=gallery, pack=pack, face=face, cache=cache)
    with workbench(choice) as bench:
        every = [photo for each in photos.values() for photo in each]
        acquired = analyse(bench, choice, inside, every)
        calibration = calibrate_photos(
            photos,
            acquired,
            contract_id=bench.engine.summary.contract_id,
            data=data or folder.resolve().name,
            face=face,
        )
        save_calibration(output, calibration)
    print_note(f"Wrote the calibration: {output}")
    print_calibration(calibration, acquired, as_json=as_json)


def _wanted(path: Path | None, no_pictures: bool) -> "Wanted | None":
    """The report that is wanted; complains before the photos are processed."""
    if path is None:
        return None
    from mien.evaluation.report.ask import ask_report

    return ask_report(path, pictures=not no_pictures)


evaluate.add_command(compare)
