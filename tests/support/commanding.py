"""The command line as tests call it."""

from collections.abc import Callable
from typing import TypeAlias

from click.testing import Result

Mien: TypeAlias = Callable[..., Result]
"""Arguments as on the command line; `input` is what is typed."""
