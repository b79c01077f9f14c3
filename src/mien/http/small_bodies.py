"""Which bodies are small: taken in whole before anybody asks who sends them."""

from typing import Final

SMALL_BODY_BYTES: Final = 64 * 1024
"""No more is kept in memory of somebody who has not said yet who they are."""
