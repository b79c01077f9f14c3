"""A call that never returns, as a library may have one."""

import ctypes
import os

_FOR_EVER = 600


def get_stuck(how: str) -> None:
    """Say so on standard error, and stay inside a library: `native` lets other threads run, `gil` none."""
    os.write(2, b"The engine is stuck\n")
    library = ctypes.PyDLL(None) if how == "gil" else ctypes.CDLL(None)
    library.sleep(_FOR_EVER)
