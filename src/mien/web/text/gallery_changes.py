"""What saving a gallery's settings has changed, so that it can be set back."""

from mien.gallery.results import Gallery
from mien.web.text.filters import decimal
from mien.web.text.rates import one_in


def changes(before: Gallery, after: Gallery) -> str:
    """What is now, and what was before, in one sentence a setting."""
    pairs = (
        ("Name", before.title, after.title),
        ("Name in addresses", before.name, after.name),
        ("Accepted error", _cut(before), _cut(after)),
        (
            "Comparing with one person",
            one_in(before.settings.accepted_fmr),
            one_in(after.settings.accepted_fmr),
        ),
        ("Gate", before.settings.gate, after.settings.gate),
        ("Original photos", _kept(before), _kept(after)),
    )
    told = [f"{what}: {now}, before {was}." for what, was, now in pairs if was != now]
    return " ".join(["Saved.", *told]) if told else "Nothing was changed."


def _cut(gallery: Gallery) -> str:
    if gallery.settings.threshold is None:
        return one_in(gallery.settings.accepted_fpir)
    return f"a similarity of {decimal(gallery.settings.threshold)}"


def _kept(gallery: Gallery) -> str:
    return "kept" if gallery.settings.keep_photos else "not kept"
