"""`mien evaluate compare`: model packs side by side on the same photos."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.evaluate.options import FOLDER
from mien.cli.evaluate.options import people_in
from mien.cli.evaluate.options import split_options
from mien.cli.evaluate.printing import print_comparison
from mien.cli.evaluate.workbench import AnalysisChoice
from mien.cli.evaluate.workbench import Workbench
from mien.cli.evaluate.workbench import analyse
from mien.cli.evaluate.workbench import analysis_options_but_pack
from mien.cli.evaluate.workbench import enrolled_count
from mien.cli.evaluate.workbench import made_with
from mien.cli.evaluate.workbench import open_cache
from mien.cli.evaluate.workbench import workbenches
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_note
from mien.cli.terminal.progress import counted_photos
from mien.errors import InvalidInput
from mien.evaluation.photos import people_folder
from mien.options import FaceChoice
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.evaluation.acquire import Acquired
    from mien.evaluation.comparison import PackMade

_ENDING = ".npz"
_MOST_TIMED = 40
_LEAST_PACKS = 2


@click.command()
@click.argument("packs", nargs=-1, required=True, metavar="PACK PACK...")
@FOLDER
@analysis_options_but_pack
@split_options
@click.option(
    "--draws",
    type=click.IntRange(min=1, max=1000),
    default=10,
    show_default=True,
    metavar="N",
    help="How often people and photos are chosen; the figures are the mean.",
)
@json_option
def compare(
    *,
    packs: tuple[str, ...],
    folder: Path,
    gallery: str | None,
    face: FaceChoice,
    cache: Path | None,
    enrolled: str,
    examples: int,
    seed: int,
    one_person: Path | None,
    draws: int,
    as_json: bool,
) -> None:
    """Compare model packs on your own photos: what they miss and what they cost.

    DIR has a folder for each person. People are enrolled and searched for as by `mien evaluate
    identify`, with the seeds S, S+1, ... of N draws; people, photos and searches are the same for
    every pack. The first pack is the one that the others are compared with.

    With --cache FILE each pack has a file of its own, with its name before the ending.
    """
    from mien.evaluation.compare import compare as compare_packs
    from mien.evaluation.searches import search_split
    from mien.evaluation.split import split_people

    _check_packs(packs)
    inside = people_folder(folder)
    people = people_in(inside, one_person)
    splits = [
        split_people(
            people, enrolled=enrolled_count(enrolled), examples=examples, seed=seed + number
        )
        for number in range(draws)
    ]
    photos = sorted({photo for split in splits for photo in split.photos})
    choice = AnalysisChoice(gallery=gallery, pack=None, face=face, cache=cache)
    with workbenches(choice, packs) as benches:
        own = {
            name: replace(choice, pack=name, cache=cache and _of_pack(cache, name))
            for name in benches
        }
        # All of them before the long work: what is wrong with the last one's file is told now.
        kept = {name: open_cache(bench, own[name], inside) for name, bench in benches.items()}
        acquired = {}
        for name, bench in benches.items():
            print_note(f"Model pack {name}: {len(photos):,} photos")
            acquired[name] = analyse(bench, own[name], inside, photos, kept=kept[name])
        milliseconds, timed = _time(benches, inside, acquired)
        print_note(f"Searching, {draws:,} draws")
        searched = {
            name: [
                search_split(
                    split,
                    acquired[name].samples,
                    summary=bench.engine.summary,
                    settings=bench.gallery,
                )
                for split in splits
            ]
            for name, bench in benches.items()
        }
        compared = compare_packs(
            searched,
            [
                _made(name, benches[name], choice, acquired[name], milliseconds[name])
                for name in packs
            ],
            settings=benches[packs[0]].gallery,
            face=face,
            seed=seed,
            examples=examples,
            enrolled=len(splits[0].gallery),
            people=len(people),
            photos=len(photos),
            timed_photos=timed,
        )
    print_comparison(compared, as_json=as_json)


def _check_packs(packs: Sequence[str]) -> None:
    if len(packs) < _LEAST_PACKS:
        raise InvalidInput("one_pack", field="packs")
    for place, name in enumerate(packs):
        if name in packs[:place]:
            raise InvalidInput("pack_twice", words={"name": name}, field="packs")


def _of_pack(cache: Path, pack: str) -> Path:
    """The file of one pack: `looked-at.npz` becomes `looked-at.compact.npz`."""
    # A name that is nothing but the ending has none for pathlib.
    stem, ending = ("", _ENDING) if cache.name == _ENDING else (cache.stem, cache.suffix)
    return cache.with_name(f"{stem}.{pack}{ending}")


def _time(
    benches: dict[str, Workbench], folder: Path, acquired: "dict[str, Acquired]"
) -> tuple[dict[str, float], int]:
    """Milliseconds of a photo by pack, never from a cache; and of how many photos."""
    from mien.evaluation.timing import some_of
    from mien.evaluation.timing import time_photos

    seen = sorted(set.intersection(*(set(each.samples) for each in acquired.values())))
    photos = some_of(seen, _MOST_TIMED)
    if photos:
        print_note(f"Measuring the time of {counted(len(photos), 'photo')}")
    with counted_photos(len(photos)) as on_photo:
        spent = time_photos(
            {name: bench.engine for name, bench in benches.items()},
            next(iter(benches.values())).reader,
            folder,
            photos,
            on_photo=on_photo,
        )
    return spent, len(photos)


def _made(
    name: str,
    bench: Workbench,
    choice: AnalysisChoice,
    acquired: "Acquired",
    milliseconds: float,
) -> "PackMade":
    from mien.evaluation.comparison import PackMade

    made = made_with(bench, choice)
    return PackMade(
        pack=name,
        contract_id=made.contract_id,
        detector=made.detector,
        recognizer=made.recognizer,
        calibrated=made.calibrated,
        dimension=bench.engine.summary.dimension,
        photos_with_face=len(acquired.samples),
        milliseconds=milliseconds,
        not_acquired_reasons=dict(acquired.refused),
    )
