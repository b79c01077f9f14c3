"""The page that asks before something is erased."""

from dataclasses import dataclass
from dataclasses import field
from typing import ClassVar

from mien.web.contexts.forms import FormState
from mien.web.contexts.page import Page


@dataclass(frozen=True, slots=True)
class ConfirmPage(Page):
    """Asks before something is erased, and says what goes and what stays.

    Attributes:
        title: the question, such as “Delete Ada Lovelace?”.
        erased: what will be gone, one line each: “12 faces and their portraits”.
        kept: what stays, one line each; often empty.
        portrait_url: whose face it is about; empty for none.
        typed_name: what must be typed into the field `name` to confirm; empty asks for nothing.
        form: typed so far.
        action_label: the verb on the button, such as “Delete Ada Lovelace”.
        action_url: takes the POST.
        back_url: where “Keep” leads.
    """

    template: ClassVar[str] = "confirm.html"

    title: str
    erased: tuple[str, ...]
    kept: tuple[str, ...]
    action_label: str
    action_url: str
    back_url: str
    portrait_url: str = ""
    typed_name: str = ""
    form: FormState = field(default_factory=FormState)
