"""Optimistic concurrency: a caller may name the version it saw; a stale one is refused."""

from domain.errors import Conflict
from domain.models import Record


def check_version(row: Record, seen: int | None) -> None:
    if seen is not None and seen != row.version:
        raise Conflict(
            f"Someone changed this record meanwhile: it is at version {row.version}, not {seen}."
            " Read it again and repeat your change.",
            field=("version",),
        )


def changed(row: Record) -> None:
    row.version += 1
