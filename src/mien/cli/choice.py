"""Says which model pack was taken and why better ones were not."""

from collections.abc import Sequence

from mien.cli.output import print_note
from mien.packs.choose import PassedOver
from mien.packs.manifest import Manifest


def tell_choice(manifest: Manifest, passed_over: Sequence[PassedOver]) -> None:
    """Tell a person about a choice that was just made, on standard error."""
    for each in passed_over:
        print_note(f"The model pack {each.pack} was passed over: {each.reason}")
    print_note(f"The model pack {manifest.name} is taken. {manifest.summary}")
    for file in manifest.files:
        if file.notice:
            print_note(f"About {file.name}: {file.notice}")
