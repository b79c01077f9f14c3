"""Samples of a gallery's settings."""

from dataclasses import replace

from mien.web.forms.settings import BY_HAND
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.galleries import Count
from mien.web.pages.galleries import GallerySettingsPage
from mien.web.pages.galleries import Step
from samples.cast import LONG_AGO


def steps_sample() -> tuple[Step, ...]:
    headings = ("Match", "Ambiguous", "Unknown", "Look alike")

    def counts(*numbers: int) -> tuple[Count, ...]:
        return tuple(
            Count(heading, number, number - now)
            for heading, number, now in zip(headings, numbers, (1412, 9, 79, 2), strict=True)
        )

    return (
        Step("0.1", "1 in 10", 0.27, False, counts(1420, 31, 49, 7)),
        Step("0.001", "1 in 1,000", 0.36, True, counts(1412, 9, 79, 2)),
        Step("1e-05", "1 in 100,000", 0.45, False, counts(1388, 2, 110, 0)),
        Step(BY_HAND, "Set the similarity by hand", None, False),
    )


def settings_sample() -> GallerySettingsPage:
    odds = (Choice("0.01", "1 in 100"), Choice("0.001", "1 in 1,000"))
    return GallerySettingsPage(
        form=FormState(
            values={"name": "family archive", "threshold": "", "keep_unknown_days": "30"},
            chosen={
                "accepted_fpir": ("0.001",),
                "accepted_fmr": ("0.001",),
                "gate": ("standard",),
                "keep_photos": ("yes",),
            },
        ),
        contract_id="sample-128-1",
        name="family archive",
        renamable=True,
        steps=steps_sample(),
        headings=("Match", "Ambiguous", "Unknown", "Look alike"),
        searches=1500,
        compared=34,
        default_threshold=0.36,
        fmr_choices=odds,
        gates=(Choice("off", "Off", "All."), Choice("standard", "Standard", "Good ones.")),
        other_model="",
        model="compact",
        people_count=34,
        searched_count=33,
        face_count=210,
        created_at=LONG_AGO,
        action_url="/g",
        delete_url="/g/delete",
        back_url="/galleries",
    )


def settings_pages() -> dict[str, Page]:
    settings = settings_sample()
    unsearched = tuple(
        replace(step, counts=tuple(replace(each, change=0) for each in step.counts[3:]))
        for step in settings.steps
    )
    wrong = FormState(
        values={"threshold": "much"},
        chosen={"accepted_fpir": (BY_HAND,)},
        errors={
            "threshold": "Type a number such as 0.45.",
            "accepted_fpir": "Choose one of these.",
            "accepted_fmr": "Choose one of these.",
            "gate": "Choose one of these.",
        },
    )
    bare = replace(settings, steps=(), headings=(), fmr_choices=(), searches=0, compared=0)
    return {
        "gallery-settings": settings,
        "gallery-settings-default": replace(settings, renamable=False, delete_url=""),
        "gallery-settings-unsearched": replace(
            settings, steps=unsearched, headings=("Look alike",), searches=0
        ),
        "gallery-settings-wrong": replace(settings, form=wrong),
        "gallery-settings-uncalibrated": bare,
        "gallery-settings-other-model": replace(bare, other_model="mobile"),
    }
