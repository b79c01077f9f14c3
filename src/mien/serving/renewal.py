"""SIGHUP for `mien serve`: the first process becomes one of the installed version, at the same place.

Gunicorn's own reload forks new workers from the master that is there. Whatever that has imported
stays as it was, and whatever it has not is read from files that an upgrade has replaced: two
versions in one process. Here the master runs its own command anew instead, with the same process
id and the same open sockets; the workers of before go on answering until the new ones do.
"""

import os
import signal
import subprocess
import sys
import time
from typing import Any
from typing import Final

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from mien.http.metrics_folder import FOLDER_VARIABLE
from mien.serving.end_with_parent import end_with_parent
from mien.serving.metrics_slots import MetricsSlots

_FORMER: Final = "_MIEN_FORMER_WORKERS"
_SYSTEMD: Final = "_MIEN_SYSTEMD_SOCKETS"
_REHEARSAL: Final = "_MIEN_REHEARSAL"
_WORD: Final = b"ready"
# Of systemd and Gunicorn: said to the process that was started, and wrong for what it starts.
_NOT_HANDED_ON: Final = (
    "LISTEN_FDS",
    "LISTEN_PID",
    "LISTEN_FDNAMES",
    "GUNICORN_PID",
    "GUNICORN_FD",
)
_MEANWHILE_IGNORED: Final = (
    signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGTTIN, signal.SIGTTOU,
)  # fmt: skip
_MEANWHILE_HELD: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
_REHEARSAL_SECONDS: Final = 120.0
_BEGINNING_SECONDS: Final = 120.0
# What a worker may take beyond its time to answer, until it is killed.
_LEAVING_SECONDS: Final = 5.0


def is_renewed() -> bool:
    """Whether this process continues one that was told to reload."""
    return _FORMER in os.environ


def is_rehearsal() -> bool:
    """Whether this process is only to find out whether the command could start."""
    return _REHEARSAL in os.environ


def begin_rehearsal() -> None:
    """Let the present process, a rehearsal, end with the one that waits for it."""
    end_with_parent(int(os.environ[_REHEARSAL]))


def end_rehearsal() -> None:
    """Tell whoever waits that the command could start."""
    os.write(sys.stdout.fileno(), _WORD)


class Renewable(BaseApplication):  # type: ignore[misc]  # Gunicorn ships no types
    """An application whose master renews itself on SIGHUP.

    Attributes:
        slots: the places in which its processes count.
    """

    slots: MetricsSlots

    def run(self) -> None:
        """Serve, until it is told to stop."""
        try:
            RenewingArbiter(self).run()
        except RuntimeError as error:
            sys.exit(f"Error: {error}")


class RenewingArbiter(Arbiter):  # type: ignore[misc]  # Gunicorn ships no types
    """Gunicorn's master, but SIGHUP runs its own command anew, if that could start.

    Args:
        app: what is served.
    """

    WORKERS: dict[int, Any]
    systemd: bool

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._former = {int(pid) for pid in os.environ.pop(_FORMER, "").split(",") if pid}
        self._of_systemd = os.environ.pop(_SYSTEMD, "") != ""
        self._rehearsal: subprocess.Popen[bytes] | None = None
        self._rehearsal_ends = 0.0
        self._said = b""
        self._begun = time.monotonic()
        self._leaving_ends: float | None = None
        self._command = [sys.executable, *sys.orig_argv[1:]]

    def start(self) -> None:
        """Listen, or go on listening."""
        super().start()
        self.systemd = self.systemd or self._of_systemd

    def init_signals(self) -> None:
        """Take signals, also those that came while this process became another."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _MEANWHILE_HELD)

    def handle_hup(self) -> None:
        """Find out whether the command could start, and go on when that is known."""
        self._end_rehearsal()
        self.log.info("Reloading: testing the installed version")
        environment = {**self._environment(), _REHEARSAL: str(os.getpid())}
        # It makes an application, but is none of the processes that count.
        environment.pop(FOLDER_VARIABLE, None)
        self._rehearsal = subprocess.Popen(
            self._command,
            cwd=self.START_CTX["cwd"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert self._rehearsal.stdout is not None  # noqa: S101 - it is a pipe
        os.set_blocking(self._rehearsal.stdout.fileno(), False)
        self._said = b""
        self._rehearsal_ends = time.monotonic() + _REHEARSAL_SECONDS

    def manage_workers(self) -> None:
        """Have as many workers as wanted, and bring a reload forward by what can be done now."""
        super().manage_workers()
        self._go_on_rehearsing()
        self._go_on_relieving()

    def stop(self, graceful: bool = True) -> None:
        """End all workers, those of before a reload included."""
        self._end_rehearsal()
        number = signal.SIGTERM if graceful else signal.SIGQUIT
        self._signal_former(number)
        end = time.monotonic() + self.cfg.graceful_timeout
        super().stop(graceful)
        while self._some_are_left() and time.monotonic() < end:
            time.sleep(0.1)
        self._signal_former(signal.SIGKILL)

    def _go_on_rehearsing(self) -> None:
        trial = self._rehearsal
        if trial is None:
            return
        assert trial.stdout is not None  # noqa: S101 - it is a pipe
        # Its exit code may be gone: the master reaps whatever ends.
        said = trial.stdout.read()
        self._said += said or b""
        if self._said.endswith(_WORD):
            self._end_rehearsal()
            self._become_anew()
        elif said == b"" or time.monotonic() > self._rehearsal_ends:
            self._end_rehearsal()
            self.log.error("Not reloaded: the installed version cannot start, see above")

    def _end_rehearsal(self) -> None:
        trial, self._rehearsal = self._rehearsal, None
        if trial is not None:
            assert trial.stdout is not None  # noqa: S101 - it is a pipe
            trial.stdout.close()
            trial.kill()
            trial.wait()

    def _become_anew(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _MEANWHILE_HELD)
        waiting = self.wait_for_signals(timeout=0)
        for each in waiting:
            self.SIG_QUEUE.put_nowait(each)
        if set(waiting) & set(_MEANWHILE_HELD):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _MEANWHILE_HELD)
            return
        for number in _MEANWHILE_IGNORED:
            signal.signal(number, signal.SIG_IGN)
        environment = {
            **self._environment(),
            # As when a master of Gunicorn's is replaced by another.
            "GUNICORN_PID": str(os.getpid()),
            "GUNICORN_FD": ",".join(str(each.fileno()) for each in self.LISTENERS),
            _FORMER: ",".join(str(pid) for pid in [*self.WORKERS, *self._former]),
            **({_SYSTEMD: "yes"} if self.systemd else {}),
            **self.app.slots.hand_on(self.WORKERS),
        }
        os.chdir(self.START_CTX["cwd"])
        os.execve(self._command[0], self._command, environment)  # noqa: S606 - its own command

    def _environment(self) -> dict[str, str]:
        own = {_FORMER, _SYSTEMD, _REHEARSAL, *_NOT_HANDED_ON}
        return {name: value for name, value in self.cfg.env_orig.items() if name not in own}

    def _go_on_relieving(self) -> None:
        """Send the workers of before away once those of now answer, and see that they go."""
        if not self._former:
            return
        now = time.monotonic()
        if self._leaving_ends is None:
            if self._all_answer() or now > self._begun + _BEGINNING_SECONDS:
                self._signal_former(signal.SIGTERM)
                self._leaving_ends = now + self.cfg.graceful_timeout + _LEAVING_SECONDS
        elif now > self._leaving_ends:
            self._signal_former(signal.SIGKILL)
        if not self._some_are_left():
            self.log.info("Reloaded")

    def _all_answer(self) -> bool:
        """Whether every worker has given a sign of life: the clock of those counts from the boot."""
        now = time.monotonic()
        workers = self.WORKERS.values()
        return len(workers) >= self.num_workers and all(
            worker.tmp.last_update() <= now for worker in workers
        )

    def _signal_former(self, number: signal.Signals) -> None:
        if self._some_are_left():
            for pid in self._former:
                os.kill(pid, number)

    def _some_are_left(self) -> bool:
        gone = {pid for pid in self._former if not _is_there(pid)}
        for pid in gone:
            self.app.slots.give_up(pid)
        self._former -= gone
        return bool(self._former)


def _is_there(pid: int) -> bool:
    """Whether a child has not ended yet."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False
