"""What saving a gallery's settings has changed, so that it can be set back."""

from mien.gallery.results import Gallery
from mien.web.text.filters import decimal
from mien.web.text.rates import one_in
from mien.words import settings as words


def changes(before: Gallery, after: Gallery) -> str:
    """What is now, and what was before, in one sentence a setting."""
    pairs: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
        ("Name", before.title, after.title, ("display_name",)),
        ("Name in addresses", before.name, after.name, ()),
        ("Accepted error", _cut(before), _cut(after), _behind_cut(after)),
        (
            "Comparing with one person",
            one_in(before.settings.accepted_fmr),
            one_in(after.settings.accepted_fmr),
            ("accepted_fmr",),
        ),
        ("Gate", before.settings.gate, after.settings.gate, ("gate",)),
        ("Original photos", _kept(before), _kept(after), ("keep_photos",)),
    )
    told = []
    silent = set(type(after.settings).model_fields)
    for what, was, now, fields in pairs:
        if was != now:
            told.append(f"{what}: {now}, before {was}.")
            silent.difference_update(fields)
    told += _plainly(before, after, silent)
    return " ".join(["Saved.", *told]) if told else "Nothing was changed."


def _plainly(before: Gallery, after: Gallery, fields: set[str]) -> list[str]:
    """A sentence for each of these that changed: it has no words, or the words did not show it."""
    told = []
    for field in type(after.settings).model_fields:
        was, now = getattr(before.settings, field), getattr(after.settings, field)
        if field in fields and was != now:
            label = words.label(field)
            what = label[:1].upper() + label[1:]
            told.append(f"{what}: {words.plain(now)}, before {words.plain(was)}.")
    return told


def _behind_cut(gallery: Gallery) -> tuple[str, ...]:
    """What `_cut` tells of: a similarity by hand hides the accepted rate."""
    if gallery.settings.threshold is None:
        return ("threshold", "accepted_fpir")
    return ("threshold",)


def _cut(gallery: Gallery) -> str:
    if gallery.settings.threshold is None:
        return one_in(gallery.settings.accepted_fpir)
    return f"a similarity of {decimal(gallery.settings.threshold)}"


def _kept(gallery: Gallery) -> str:
    return "kept" if gallery.settings.keep_photos else "not kept"
