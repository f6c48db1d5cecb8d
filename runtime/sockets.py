"""A short private folder for unix sockets, whose path may have 107 bytes at most. Does not open a socket."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from runtime.binaries import Account

_PREFIX = "quotewright-"
_LONGEST = 80  # bytes; leaves room for the name of the socket in it


class SocketFolder:
    """Made under the temporary folder, mode 0700; a note in the data folder lets the next start clear it away."""

    def __init__(self, note: Path) -> None:
        self._note = note
        self._path: Path | None = None

    @property
    def path(self) -> Path:
        if self._path is None:
            raise RuntimeError("not started")
        return self._path

    def make(self, account: Account | None) -> Path:
        """The folder, usable by `account` and by us. The same one until `remove`, so addresses survive a restart."""
        if self._path is not None and self._path.is_dir():
            return self._path
        if self._path is None:
            self._remove_noted()
            self._path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_parent(account)))
            self._note.write_text(f"{self._path}\n")
        else:
            self._path.mkdir(mode=0o700)  # somebody swept the temporary folder
        if account is not None:
            os.chown(self._path, account.uid, account.gid)
        return self._path

    def remove(self) -> None:
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
            self._path = None
            self._note.unlink(missing_ok=True)

    def _remove_noted(self) -> None:
        """What a run that was killed left behind. Only the caller who holds the folder's lock may do this."""
        with contextlib.suppress(FileNotFoundError):
            noted = Path(self._note.read_text().strip())
            if noted.name.startswith(_PREFIX) and noted.is_dir() and not noted.is_symlink():
                shutil.rmtree(noted, ignore_errors=True)


def _parent(account: Account | None) -> str:
    usual = tempfile.gettempdir()
    fits = len(os.fsencode(usual)) + len(_PREFIX) + 10 <= _LONGEST
    return usual if fits and (account is None or account.can_enter(Path(usual))) else "/tmp"  # noqa: S108
