"""A process that ends with the one that started it, whatever it is doing at that moment."""

import ctypes
import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LOOK_SECONDS = 1.0
STUCK_SECONDS = 75.0
"""How long a thread may keep all others from running; longer than the master of a server allows."""


def end_with_parent(parent: int, *, stuck_seconds: float | None = STUCK_SECONDS) -> None:
    """Let the present process be killed when its parent ends.

    A worker whose master was killed would otherwise keep the port, and a thread inside a native
    library would keep the worker for ever: no handler in Python runs while it is needed most. On
    Linux the kernel kills it. Elsewhere a thread looks once a second, and an alarm that it winds
    up each time ends a process in which that thread cannot run.

    To be called in the child, and again after its user was changed, which makes Linux forget.

    Args:
        parent: its process id, as known before the fork.
        stuck_seconds: after which the alarm rings; None for no alarm.
    """
    if not _ask_kernel():
        threading.Thread(
            target=_watch, args=(parent, stuck_seconds), name="parent-watch", daemon=True
        ).start()
    if os.getppid() != parent:
        # It had ended before the kernel was asked.
        os.kill(os.getpid(), signal.SIGKILL)


def end_within(seconds: float) -> None:
    """Let the kernel end the present process after so long, unless it has ended by itself.

    An interpreter joins its threads at the end, and one inside a native library may never return.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _ask_kernel() -> bool:
    if sys.platform != "linux":
        return False
    prctl = ctypes.CDLL(None).prctl
    return bool(prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) == 0)


def _watch(parent: int, stuck_seconds: float | None) -> None:
    pause = threading.Event()
    while os.getppid() == parent:
        if stuck_seconds is not None:
            # Its default action needs no thread of Python's to run.
            signal.setitimer(signal.ITIMER_REAL, stuck_seconds)
        pause.wait(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
