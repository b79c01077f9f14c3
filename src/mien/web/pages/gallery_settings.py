"""The settings of one gallery, and what others would have done."""

from collections.abc import Sequence

from flask import url_for

from mien.gallery.galleries import show_gallery
from mien.gallery.recognition.what_if import Setting
from mien.gallery.recognition.what_if import Weighed
from mien.gallery.recognition.what_if import weigh_all
from mien.gallery.results import Gallery
from mien.gallery.services import Call
from mien.options import DEFAULT_GALLERY
from mien.web.forms.settings import BY_HAND
from mien.web.forms.state import Choice
from mien.web.forms.state import FormState
from mien.web.pages.galleries import Count
from mien.web.pages.galleries import GallerySettingsPage
from mien.web.pages.galleries import Step
from mien.web.text.rates import one_in

_STEPS = (0.1, 0.01, 0.001, 0.0001, 0.00001)
_GATES = (
    Choice("off", "Off", "Every face is stored."),
    Choice(
        "standard",
        "Standard",
        "A face that is too small, blurred, dark or turned away to be recognised by, or that may "
        "not be human, is refused, with the reason and a way to a better photo.",
    ),
    Choice(
        "strict",
        "Strict",
        "Like a passport photo: large, sharp, evenly lit, looking towards the camera.",
    ),
)


def settings_page(
    call: Call, *, gallery: str, form: FormState | None = None, by_hand: float | None = None
) -> GallerySettingsPage:
    """The settings of a gallery, with what each choice would have done.

    Args:
        call: who asks, and with what.
        gallery: its name.
        form: what was typed and is not saved.
        by_hand: a threshold to look at; None takes the gallery's own.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    shown, summary = show_gallery(call, name=gallery), call.services.engine.summary
    foreign = shown.contract_id != summary.contract_id
    calibrated = summary.calibration is not None and not foreign
    removable = shown.name != DEFAULT_GALLERY
    by_hand = shown.settings.threshold if by_hand is None else by_hand
    form = form or as_it_is(shown, calibrated=calibrated)
    weighed = _weighed(call, shown, by_hand) if calibrated else None
    now = weighed[0] if weighed else None
    return GallerySettingsPage(
        form=form,
        contract_id=form.value("contract_id") or shown.contract_id,
        name=shown.title,
        renamable=removable,
        steps=_steps(shown, weighed) if weighed else (),
        headings=_headings(now) if now else (),
        searches=now.searches if now else 0,
        compared=now.compared if now else 0,
        default_threshold=summary.identify_threshold,
        fmr_choices=_odds_of(shown.settings.accepted_fmr) if calibrated else (),
        gates=_GATES,
        other_model=summary.pack if foreign else "",
        model=shown.pack,
        people_count=shown.people,
        searched_count=shown.searched,
        face_count=shown.faces,
        created_at=shown.created_at.isoformat(),
        action_url=url_for("galleries.save", gallery=shown.name),
        delete_url=url_for("galleries.ask_delete", gallery=shown.name) if removable else "",
        back_url=url_for("galleries.show_all"),
    )


def as_it_is(gallery: Gallery, *, calibrated: bool) -> FormState:
    """The form of a gallery as it is set."""
    by_hand = gallery.settings.threshold is not None or not calibrated
    return FormState(
        values={
            "name": gallery.name,
            "display_name": gallery.settings.display_name,
            "keep_unknown_days": str(gallery.settings.keep_unknown_days),
            "threshold": ""
            if gallery.settings.threshold is None
            else f"{gallery.settings.threshold:g}",
        },
        chosen={
            "accepted_fpir": (BY_HAND if by_hand else _value(gallery.settings.accepted_fpir),),
            "accepted_fmr": (_value(gallery.settings.accepted_fmr),),
            "gate": (gallery.settings.gate,),
            "keep_photos": ("yes",) if gallery.settings.keep_photos else (),
        },
    )


def _weighed(call: Call, gallery: Gallery, by_hand: float | None) -> tuple[Weighed, ...]:
    """As it is set, then each of its rates, then by hand where there is a number."""
    settings = [
        Setting(),
        *(Setting(accepted_fpir=rate) for rate in _rates(gallery.settings.accepted_fpir)),
    ]
    if by_hand is not None:
        settings.append(Setting(threshold=by_hand))
    return weigh_all(call, gallery=gallery.name, settings=settings)


def _steps(gallery: Gallery, weighed: Sequence[Weighed]) -> tuple[Step, ...]:
    now, rates = weighed[0], _rates(gallery.settings.accepted_fpir)
    manual = gallery.settings.threshold is not None
    steps = [
        Step(
            value=_value(rate),
            label=one_in(rate),
            threshold=then.point.threshold,
            now=not manual and rate == gallery.settings.accepted_fpir,
            counts=_counts(now, then),
        )
        for rate, then in zip(rates, weighed[1:], strict=False)
    ]
    by_hand = weighed[1 + len(rates) :]
    steps.append(
        Step(
            value=BY_HAND,
            label="Set the similarity by hand",
            threshold=by_hand[0].point.threshold if by_hand else None,
            now=manual and by_hand[0].point.threshold == gallery.settings.threshold,
            counts=_counts(now, by_hand[0]) if by_hand else (),
        )
    )
    return tuple(steps)


def _headings(now: Weighed) -> tuple[str, ...]:
    return tuple(count.heading for count in _counts(now, now))


def _counts(now: Weighed, then: Weighed) -> tuple[Count, ...]:
    counts: list[Count] = []
    if now.searches:
        counts += (
            Count(decision.capitalize(), number, number - now.decisions[decision])
            for decision, number in then.decisions.items()
        )
    if now.compared:
        counts.append(Count("Look alike", then.alike, then.alike - now.alike))
    return tuple(counts)


def _rates(own: float) -> list[float]:
    """Those to choose from, with what the gallery is set to among them."""
    return sorted({*_STEPS, own}, reverse=True)


def _odds_of(own: float) -> tuple[Choice, ...]:
    return tuple(Choice(_value(rate), one_in(rate)) for rate in _rates(own))


def _value(rate: float) -> str:
    return repr(rate)
