"""The journey of `quotewright up`: from an empty folder to a running system, and back again.

Knows the order of things; how a process is kept alive stands in `supervisor`, how a store is made in `embedded`.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from runtime import ports
from runtime.children import Command
from runtime.datafolder import FolderLock, make_folder, write_private
from runtime.demo import Demo
from runtime.errors import about
from runtime.runfile import RunFile
from runtime.screen import Screen
from runtime.settings import Settings
from runtime.stores import Stores
from runtime.supervisor import StopRequested, Supervisor

_RELEASE = 10  # seconds beyond its own grace that a worker has to give back what it could not finish


@dataclass(frozen=True)
class Options:
    data_dir: Path
    port: int = 8000  # 0: a free one
    sandbox_port: int = 8100
    mailbox_port: int = 8200
    demo: bool = True
    # What runs api, worker, sandbox and mailbox; their name and options are added. Tests put something small here.
    # -P: a folder `api` in the current directory is not our api.
    program: Sequence[str] = (sys.executable, "-P", "-m", "runtime.cli")


def up(options: Options) -> None:
    """Start everything, keep it running, stop it on Ctrl-C or SIGTERM. Raises UserError; then nothing runs any more."""
    settings, screen, lock = Settings.load(), Screen(), FolderLock()
    folder = make_folder(options.data_dir.resolve())
    supervisor = Supervisor(say=screen.say)
    with about(folder), supervisor.signals():
        try:
            # An earlier run may just have been killed: its children are given the time to end.
            with screen.wait("Waiting for the data folder"):
                lock.acquire(folder, say=screen.say)
            _Journey(options, settings, folder, screen, supervisor, lock.fileno).go()
            supervisor.watch()
        except StopRequested:
            screen.say("Stopping.")
        finally:
            supervisor.stop()
            lock.release()
            screen.close()


class _Journey:
    def __init__(
        self, options: Options, settings: Settings, folder: Path, screen: Screen, supervisor: Supervisor, lock: int
    ) -> None:
        self.options, self.folder, self.screen, self.supervisor = options, folder, screen, supervisor
        self.lock = lock
        self.stores = Stores(settings, folder)
        self.runfile = RunFile(folder)
        self.port, self.sandbox_port, self.mailbox_port, self.smtp_port = ports.choose(
            port=options.port, sandbox_port=options.sandbox_port, mailbox_port=options.mailbox_port, smtp_port=0
        )
        self.catches_mail = settings.mail_server() is None
        self.settings = settings.model_copy(
            update={
                "secret_keys": SecretStr(settings.secret_keys.get_secret_value() or _kept_keys(folder)),
                "allow_loopback_sites": True,
                "environment": "development",
                "graphiql": True,
                # A person reads the logs of `up`, although they go to files.
                "log_format": settings.log_format if "log_format" in settings.model_fields_set else "console",
                "public_url": settings.public_url
                if "public_url" in settings.model_fields_set
                else f"http://{ports.HOST}:{self.port}",
            }
        )
        self.settings.keyring()  # a malformed SECRET_KEYS is told now

    def go(self) -> None:
        self._stores()
        demo = self._demo()
        self._commands()
        self.runfile.describe(self._facts(demo))
        self.supervisor.changed = self.runfile.processes
        self._tell(demo)

    def _stores(self) -> None:
        self.stores.check()
        if self.stores.postgres is not None:
            with self.screen.step("Starting PostgreSQL"):
                self.supervisor.start(self.stores.postgres)
        if self.stores.valkey is not None:
            with self.screen.step("Starting Valkey"):
                self.supervisor.start(self.stores.valkey)
        self.settings = self.settings.model_copy(
            update={"database_url": self.stores.database_url, "redis_url": self.stores.redis_url}
        )
        with self.screen.step("Bringing the tables up to date"):
            migrated = self.stores.prepare(self.settings, self.screen.say)
        if not migrated:
            self.screen.say("  (left alone: DATABASE_OWNER_URL is not set; `quotewright migrate` does it)")

    def _demo(self) -> Demo | None:
        """Made once per database. Tokens are stored as hashes, so what was made is kept beside the data."""
        if not self.options.demo:
            return None
        kept, identity = self.folder / "demo.json", self.stores.identity()
        if kept.exists():
            found = json.loads(kept.read_text("utf-8"))
            if found["database"] == identity:
                return Demo(found["token"], found["otherToken"])
        from runtime import demo

        with self.screen.step("Making a demo tenant"):
            made = demo.ensure(self.settings)
        text = json.dumps({"database": identity, "token": made.token, "otherToken": made.other_token}, indent=2)
        write_private(kept, text + "\n")
        return made

    def _commands(self) -> None:
        state = str(self.folder / "sandbox")
        own = ["--port", str(self.sandbox_port), "--state-file", state, "--control"]
        sandbox = self._command("sandbox", own, _without_secrets(), f"{self.sandbox}/")
        worker = self._command("worker", [], self._environment(), "")
        api = self._command("api", ["--port", str(self.port)], self._environment(), f"{self.api}/readyz")
        # What is called outlives the worker: calls under way are let to their end.
        called = [sandbox, self._mailbox()] if self.catches_mail else [sandbox]
        with self.screen.step(f"Starting {', '.join(command.name for command in called)}, worker and api"):
            self.supervisor.start(*called)
            self.supervisor.start(worker, api)
            for command in (*called, worker, api):
                self.supervisor.wait_until_ready(command)

    def _mailbox(self) -> Command:
        doors = ["--port", str(self.mailbox_port), "--smtp-port", str(self.smtp_port)]
        return self._command(
            "mailbox", [*doors, "--folder", str(self.folder / "mails")], _without_secrets(), f"{self.mailbox}/"
        )

    def _command(self, name: str, words: list[str], env: Mapping[str, str], ready_at: str) -> Command:
        log = self.folder / f"{name}.log"
        log.unlink(missing_ok=True)  # a log is of one run; restarts within it are added
        return Command(
            name,
            [*self.options.program, name, *words],
            log=log,
            env=env,
            ready_at=ready_at,
            grace=self.settings.sync_grace + _RELEASE,
            keep_open=[self.lock],
        )

    def _environment(self) -> dict[str, str]:
        from integrations.connectwise.sandbox.seed import DEMO

        settings = self.settings
        return {
            **_without_secrets(),
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "SECRET_KEYS": settings.secret_keys.get_secret_value(),
            "ALLOW_LOOPBACK_SITES": "1",
            "CONNECTWISE_CLIENT_ID": settings.connectwise_client_id or DEMO.client_id,
            "PUBLIC_URL": settings.public_url,
            "LOG_FORMAT": settings.log_format,
            "GRAPHIQL": "1",
            **self._mail(),
        }

    def _mail(self) -> dict[str, str]:
        sender = self.settings.mail_from
        if self.catches_mail:
            address = f"smtp://{ports.HOST}:{self.smtp_port}"
            return {"SMTP_URL": address, "MAIL_FROM": sender or "quotewright@localhost.localdomain"}
        return {"SMTP_URL": self.settings.smtp_url.get_secret_value(), "MAIL_FROM": sender}

    @property
    def api(self) -> str:
        return f"http://{ports.HOST}:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://{ports.HOST}:{self.sandbox_port}"

    @property
    def mailbox(self) -> str:
        return f"http://{ports.HOST}:{self.mailbox_port}"

    def _facts(self, demo: Demo | None) -> dict[str, object]:
        from integrations.connectwise.sandbox.seed import DEMO

        return {
            "api": f"{self.api}/graphql",
            "graphiql": f"{self.api}/graphiql",
            "sandbox": self.sandbox,
            "mailbox": self.mailbox if self.catches_mail else None,
            "token": demo.token if demo else None,
            "otherToken": demo.other_token if demo else None,
            "connectwise": {
                "site": self.sandbox,
                "companyId": DEMO.company_id,
                "publicKey": DEMO.public_key,
                "privateKey": DEMO.private_key,
                "clientId": DEMO.client_id,
            },
            "database": self.settings.database_url,
            "redis": self.settings.redis_url,
        }

    def _tell(self, demo: Demo | None) -> None:
        say = self.screen.say
        say()
        say("Quotewright is running.")
        say()
        say(f"  GraphQL    {self.api}/graphql")
        say(f"  GraphiQL   {self.api}/graphiql   (to try it in a browser)")
        say(f"  Sandbox    {self.sandbox}   (a ConnectWise to rehearse against)")
        if self.catches_mail:
            say(f"  Mailbox    {self.mailbox}   (every mail that is sent)")
        if demo:
            say(f"  Token      {demo.token}")
        say(f"  Data, logs {self.folder}")
        say()
        say("Try next, in a second terminal:")
        say("  ./run tour" + ("" if self.folder.name == ".data" else f" --data-dir {shlex.quote(str(self.folder))}"))
        if demo:
            say(
                f"  curl {self.api}/graphql -H 'Authorization: Bearer {demo.token}'"
                """ -H 'Content-Type: application/json' -d '{"query": "{ __typename }"}'"""
            )
        say()
        say("Ctrl-C stops everything; the next start goes on with the data.")


def _without_secrets() -> dict[str, str]:
    """Our environment without the addresses and keys that a child gets only when it needs them."""
    ours = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL", "REDIS_URL", "SECRET_KEYS", "SMTP_URL"}
    return {name: value for name, value in os.environ.items() if name.upper() not in ours} | {"PYTHONUNBUFFERED": "1"}


def _kept_keys(folder: Path) -> str:
    """The keys of this data folder, made on the first start. Whoever loses the file loses the sealed secrets."""
    path = folder / "secret_keys"
    if not path.exists():
        write_private(path, f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
    return path.read_text("utf-8").strip()
