"""Child processes that cannot outlive us: how one is started, and how one is ended. Does not restart anything."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Looked up here, not in the forked child: between fork and exec as little as possible may run.
_prctl: Any = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def spawn(
    argv: Sequence[str | Path],
    *,
    keep: Callable[[subprocess.Popen[bytes]], None],
    when_parent_dies: signal.Signals,
    log: IO[bytes] | int,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    keep_open: Sequence[int] = (),
    user: int | None = None,
    group: int | None = None,
) -> None:
    """Start a child in its own process group that gets the signal `when_parent_dies`, even when we die by kill -9.

    Call it from the main thread: Linux ties that signal to the *thread* that forked, so a child started by a pool
    thread would be ended with the thread. macOS has no such signal; there the child merely keeps `keep_open` open.

    The own group keeps Ctrl-C in the terminal away from the child: we decide in which order things stop. `keep` is
    handed the child before a signal of ours can come in between: nobody would know of it, and so nobody end it.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=None if env is None else dict(env),
            cwd=cwd,
            pass_fds=tuple(keep_open),
            process_group=0,
            user=user,
            group=group,
            extra_groups=None if user is None else (),
            umask=0o077,  # what it writes into the data folder is ours alone
            preexec_fn=_follow(os.getpid(), when_parent_dies, mask),
        )
        keep(process)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _follow(parent: int, signum: signal.Signals, mask: set[int]) -> Callable[[], None]:
    def before_exec() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
        # The parent may have died between fork and the line above: then no signal will ever come.
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def end(process: subprocess.Popen[bytes], signum: signal.Signals | None, grace: float) -> None:
    """Ask a child to stop with `signum` (None: it was asked already); after `grace` seconds kill its whole group.

    Returns when it is gone.
    """
    if process.poll() is None:
        if signum is not None:
            process.send_signal(signum)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            # Not yet waited for, so the id is still its own and cannot hit a stranger.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
