"""The errors of the command that are meant for people. Does not hold the errors of the GraphQL API."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

_OF_THE_MACHINE = {
    errno.ENOSPC: "the disk is full: make room, then start again",
    errno.EDQUOT: "the disk quota is used up: make room, then start again",
    errno.EFBIG: "a file may not grow that large here: raise the limit (ulimit -f), then start again",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
}


class UserError(Exception):
    """Something the person at the terminal can put right. One whole sentence: the command shows it and exits 1."""


@contextmanager
def naming(setting: str) -> Iterator[None]:
    """Whatever a person must put right within begins with the name of the setting that leads there."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{setting}: {error}") from None


@contextmanager
def about(place: object) -> Iterator[None]:
    """Full disks and closed folders are no bugs: told in one sentence, with the file where there is one."""
    try:
        yield
    except OSError as error:
        if error.errno not in _OF_THE_MACHINE:
            raise
        raise UserError(f"{error.filename or place}: {_OF_THE_MACHINE[error.errno]}.") from None
