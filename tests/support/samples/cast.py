"""People and figures that all samples share."""

from collections.abc import Callable

from mien.web.pages.faces import QualityView

HOSTILE = 'Zoë "Z" <b>Ångström</b> & Söhne'
"""A name that breaks a page which does not escape it."""
NAMES = ("Ada Lovelace", "Grace Hopper", "Noor Inayat", HOSTILE, "José Ruiz", "Li Wei")
MAX_BYTES = 20 * 1024 * 1024
LONG_AGO = "2025-03-04T10:20:00Z"
LATELY = "2026-11-20T08:15:00Z"
GOOD = QualityView(acceptable=True)
POOR = QualityView(acceptable=False, reasons=("too_small", "blurred"))
Portrait = Callable[[int], str]
