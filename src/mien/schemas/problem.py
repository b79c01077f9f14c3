"""What went wrong, as the API tells of it."""

from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field


class ProblemOut(BaseModel):
    """What went wrong. More members may follow, such as `field` or `boxes`."""

    model_config = ConfigDict(extra="allow")

    status: int = Field(description="The HTTP status.")
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="What happened and the way out, for people.")
    request_id: str = Field(description="To be quoted when asking for help.")
