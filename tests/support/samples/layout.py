"""What surrounds a sample page."""

from mien.web.layout import DroppedPhotos
from mien.web.layout import GalleryLink
from mien.web.layout import Layout
from mien.web.layout import NavItem


def signed_out() -> Layout:
    return Layout(csrf_token="token", home_url="/")


def signed_in(active: str = "Identify") -> Layout:
    def item(label: str, key: str = "") -> NavItem:
        return NavItem(label, f"/{label.lower()}", label.lower(), label == active, key)

    return Layout(
        csrf_token="token",
        home_url="/",
        user_name="mara",
        sign_out_url="/sign-out",
        places=(
            item("Home"),
            item("Identify", "i"),
            NavItem("Live", "/live", "camera", active == "Live"),
            item("People"),
            item("Compare"),
        ),
        more_places=(item("Galleries"), item("Jobs"), item("Keys"), item("Account")),
        gallery="default" if active in {"Home", "Identify", "People"} else "",
        galleries=(
            GalleryLink("default", "/galleries/default", active=True),
            GalleryLink("family archive", "/galleries/family%20archive"),
        ),
        dropped=DroppedPhotos("/identify", "default", "default", 12),
    )
