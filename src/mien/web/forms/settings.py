"""Forms of galleries, keys and accounts."""

from typing import Any
from typing import get_args

from wtforms import BooleanField
from wtforms import PasswordField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import ValidationError
from wtforms.validators import DataRequired
from wtforms.validators import EqualTo

from mien.options import MOST_UNKNOWN_DAYS
from mien.options import SCOPES
from mien.web.forms.base import PageForm
from mien.web.forms.confirmed import OWN_PASSWORD_MISSING
from mien.web.forms.confirmed import ConfirmedForm
from mien.web.layout import Theme

BY_HAND = "hand"
"""The choice that is no accepted error but a similarity."""


class NewGalleryForm(PageForm):
    """A new gallery."""

    name = StringField(validators=[DataRequired("Type a name.")])
    keep_photos = BooleanField(default=True)


class GallerySettingsForm(PageForm):
    """The settings of a gallery.

    Without a choice of the accepted error, an empty threshold is the model's own. `contract_id` is
    that of the gallery when the form was made: similarities of another have another scale.
    """

    contract_id = StringField()
    name = StringField()
    display_name = StringField()
    accepted_fpir = RadioField(validate_choice=False)
    threshold = StringField()
    accepted_fmr = SelectField(validate_choice=False)
    gate = RadioField(validate_choice=False)
    keep_photos = BooleanField()
    keep_unknown_days = StringField()

    def validate_keep_unknown_days(self, _field: StringField) -> None:
        """Refuse what is no number of days."""
        typed = self.text("keep_unknown_days").strip()
        days = int(typed or "0") if (typed or "0").isdecimal() else -1
        if not 0 <= days <= MOST_UNKNOWN_DAYS:
            raise ValidationError(f"Type a number of days from 0 to {MOST_UNKNOWN_DAYS}.")

    def validate_threshold(self, _field: StringField) -> None:
        """Refuse what is no similarity, in the page's word for it."""
        try:
            similarity = self.similarity()
        except ValueError as error:
            raise ValidationError("Type a number such as 0.45.") from error
        if similarity is not None and not -1 <= similarity <= 1:
            raise ValidationError("A similarity is a number from \N{MINUS SIGN}1 to 1.")
        if similarity is None and self.accepted_fpir.data == BY_HAND:
            raise ValidationError("Type a number such as 0.45, or choose an accepted error.")

    def validate_accepted_fpir(self, _field: RadioField) -> None:
        """Refuse what is no rate; the range is the verb's matter."""
        self.rate("accepted_fpir")

    def validate_accepted_fmr(self, _field: SelectField) -> None:
        """Refuse what is no rate; the range is the verb's matter."""
        self.rate("accepted_fmr")

    def rate(self, name: str) -> float | None:
        """The accepted error chosen; None when none is.

        Raises:
            ValidationError: it is no number.
        """
        chosen = self.text(name)
        if chosen in ("", BY_HAND):
            return None
        try:
            return float(chosen)
        except ValueError as error:
            raise ValidationError("Choose one of these.") from error

    def similarity(self) -> float | None:
        """The threshold typed, in [-1, 1]; None for the model's own."""
        typed = self.text("threshold").strip().replace(",", ".")
        return float(typed.replace("\N{MINUS SIGN}", "-")) if typed else None

    def changes(self) -> dict[str, Any]:
        """As the verb takes them; a choice that the page did not offer changes nothing."""
        chosen: dict[str, Any] = {
            "accepted_fpir": self.rate("accepted_fpir"),
            "accepted_fmr": self.rate("accepted_fmr"),
            "gate": self.text("gate") or None,
        }
        settings = {name: value for name, value in chosen.items() if value is not None}
        settings |= {"threshold": self.by_hand(), "keep_photos": self.keep_photos.data}
        settings |= {"display_name": self.text("display_name")}
        if self.keep_unknown_days.raw_data:
            # A page from before it was there does not turn it off.
            days = self.text("keep_unknown_days").strip()
            settings |= {"keep_unknown_days": int(days or "0")}
        return {
            "new_name": self.text("name").strip() or None,
            "settings": settings,
            "chosen_for": self.text("contract_id"),
        }

    def drop_similarity(self) -> None:
        """Let the threshold be typed again, for the contract that the gallery has now."""
        self.threshold.data = self.contract_id.data = ""

    def by_hand(self) -> float | None:
        """The threshold that is to hold; None when it follows from the accepted error."""
        return self.similarity() if self.rate("accepted_fpir") is None else None


class NewKeyForm(ConfirmedForm):
    """A new API key."""

    name = StringField(validators=[DataRequired("Type a name.")])
    scopes = SelectMultipleField(
        choices=list(SCOPES),  # type: ignore[arg-type]  # the stubs know no plain words yet
        validators=[DataRequired("Choose at least one.")],
    )


class PasswordForm(PageForm):
    """A new password for oneself."""

    current_password = PasswordField(validators=[DataRequired("Type your current password.")])
    password = PasswordField(validators=[DataRequired("Choose a new password.")])
    password_again = PasswordField(
        validators=[EqualTo("password", "The two passwords differ. Type them again.")]
    )


class ThemeForm(PageForm):
    """The appearance of this browser."""

    theme = RadioField(choices=list(get_args(Theme)))


class ResetLinkForm(ConfirmedForm):
    """A link by which somebody sets a new password."""


class NewUserForm(ConfirmedForm):
    """A new account; the own password is for making an administrator."""

    name = StringField(validators=[DataRequired("Type a name to sign in with.")])
    password = PasswordField(validators=[DataRequired("Choose a password.")])
    is_admin = BooleanField()
    own_password = PasswordField()

    def validate_own_password(self, field: PasswordField) -> None:
        """Refuse an administrator without it."""
        if self.is_admin.data and not field.data:
            raise ValidationError(OWN_PASSWORD_MISSING)
