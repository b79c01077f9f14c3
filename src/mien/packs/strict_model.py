"""What every part of a pack's files is read with."""

from pydantic import BaseModel
from pydantic import ConfigDict


class StrictModel(BaseModel):
    """Frozen, and refuses members that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
