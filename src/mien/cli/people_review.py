"""`mien people review`: faces and people in a gallery that someone should check."""

from typing import TYPE_CHECKING

import click

from mien.access.actor import OPERATOR
from mien.cli.options import gallery_option
from mien.cli.runtime import ready_runtime
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_table

if TYPE_CHECKING:
    from mien.gallery.people.review import SuspectedFace


@click.command()
@gallery_option
@click.option(
    "--limit",
    type=int,
    default=100,
    show_default=True,
    metavar="N",
    help="Maximum number of faces.",
)
@json_option
def review(*, gallery: str, limit: int, as_json: bool) -> None:
    """List faces that may be mistakes, and people who look alike.

    What you have kept on the page "To review", or through the API, is not listed again. The 500
    people added last are compared with everyone else.
    """
    with ready_runtime(pack=True) as runtime:
        from mien.gallery.people.review import list_review

        found = list_review(runtime.call(OPERATOR), gallery=gallery, limit=limit)
    if as_json:
        from mien.schemas.review import ReviewOut

        print_json(ReviewOut.of(found).model_dump(mode="json"))
        return
    print_table(
        ["what", "person", "other", "similarity", "face"],
        [
            *(row for each in found.faces for row in _rows(each)),
            *(
                (
                    "look_alikes",
                    pair.people[0].label,
                    pair.people[1].label,
                    f"{pair.similarity:.2f}",
                    "",
                )
                for pair in found.pairs
            ),
        ],
        empty="Nothing to review.",
        names=["person", "other"],
        lesser=["similarity"],
    )


def _rows(suspected: "SuspectedFace") -> list[tuple[str, str, str, str, str]]:
    return [
        (
            warning.code,
            suspected.person.label,
            warning.person.label
            if warning.person and warning.person.id != suspected.person.id
            else "",
            "" if warning.similarity is None else f"{warning.similarity:.2f}",
            suspected.face.id,
        )
        for warning in suspected.face.suspicions
    ]
