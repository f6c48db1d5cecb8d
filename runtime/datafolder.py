"""A folder with one owner: its lock, and files in it that only we may read. Does not know what the folder is for."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from runtime.errors import UserError
from runtime.patience import Patience, Say, silent
from runtime.processes import is_alive

_FULL = 64 * 1024  # bytes; with less nothing starts
_NO_SPACE = "No space left on device"


class FolderLock:
    """The right to use a folder, for this process and the children that are handed `fileno`.

    The lock belongs to the open file, which children inherit. So after a kill -9 of the owner it becomes free exactly
    when the last of its children is gone, and nobody starts a second server on files that a dying one still writes.
    """

    def __init__(self) -> None:
        self.fileno = -1

    def acquire(self, folder: Path, seconds: float = 40, say: Say = silent) -> None:
        """Take the lock. A living owner is refused at once; the children of a dead one are given `seconds` to end.

        Raises UserError.
        """
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            patience = Patience(seconds, lambda: f"Waiting for what an earlier run left behind in {folder}", say)
            while not _try_lock(handle):
                owner = _owner(handle)
                if owner and is_alive(owner):
                    raise UserError(f"The data folder {folder} is in use by process {owner}.")
                if patience.over():
                    raise UserError(f"The data folder {folder} is still in use by what an earlier run left behind.")
            os.truncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(handle)
            raise
        self.fileno = handle

    def release(self) -> None:
        """Give it back. The file stays: removing it would let two owners hold locks on two different files."""
        if self.fileno >= 0:
            os.close(self.fileno)
            self.fileno = -1


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(handle: int) -> int | None:
    text = os.pread(handle, 32, 0).strip()
    return int(text) if text.isdigit() else None


def make_folder(folder: Path) -> Path:
    """The folder, made for us alone when it isn't there; what was there keeps its mode. Raises UserError."""
    # PostgreSQL runs as nobody when we are root, and must be able to pass through; not to look.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        for part in [*reversed(folder.parents), folder]:
            if not part.exists():
                part.mkdir(exist_ok=True)
                part.chmod(mode)
    except OSError as error:
        raise UserError(f"The folder {folder} cannot be made: {error.strerror}.") from None
    if not folder.is_dir():
        raise UserError(f"{folder} is a file, and a folder is needed: choose another one with --data-dir.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"The folder {folder} is not writable: choose another one with --data-dir.")
    return folder


def last_line(log: Path, telling: Sequence[str], since: int = 0) -> str:
    """The last line of a log, for the sentence that says why somebody isn't there; better one with a telling word.

    `since` is where in the file the run began, in bytes. On a full disk there may be no line at all.
    """
    said = log.read_bytes()[since:].decode("utf-8", "replace") if log.exists() else ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    # The first one: what else is told follows from it.
    first = next((line for line in lines[-20:] if any(word in line for word in telling)), "")
    best = first or (lines[-1] if lines else "it said nothing")
    full = "Check free disk space" in said or shutil.disk_usage(log.parent).free < _FULL
    return f"{best}: {_NO_SPACE}" if full and _NO_SPACE not in best else best


def open_log(path: Path) -> BinaryIO:
    """A file of mode 0600 to append to."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step: a reader sees the old text or the new one, never half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, 0o600)
        file.write(text)
        file.flush()
        os.fsync(handle)
    beside.replace(path)
