"""What went wrong, as the API reports it."""

from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field


class ProblemOut(BaseModel):
    """What went wrong. More members may follow, such as `field` or `boxes`."""

    model_config = ConfigDict(extra="allow")

    status: int = Field(description="The HTTP status.")
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="What happened and what to do about it, for people.")
    request_id: str = Field(description="Quote this when asking for help.")
