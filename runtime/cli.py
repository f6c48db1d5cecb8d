"""The `quotewright` command: one small function per word. Does no work: each function calls the module that does.

Modules are imported where they are used, so that the command starts fast and a broken room doesn't take all with it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from cyclopts import App, Parameter

from runtime.errors import UserError

_CHECKOUT = Path(__file__).resolve().parent.parent
app = App(
    name="quotewright",
    help="A quote manager that keeps in step with ConnectWise PSA.",
    version_flags=[],
    default_parameter=Parameter(negative_iterable=()),  # no --empty-scope
)
database = App(name="db", help="The database of a PostgreSQL of yours.")
tenant = App(name="tenant", help="The MSPs that this installation serves.")
token = App(name="token", help="API tokens of a tenant.")
app.command(database)
app.command(tenant)
app.command(token)


def _usual_folder() -> Path:
    """`.data` in the checkout; in the current folder when we were installed somewhere."""
    return (_CHECKOUT if (_CHECKOUT / "pyproject.toml").exists() else Path.cwd()) / ".data"


@app.command
def up(
    *,
    data_dir: Path | None = None,
    port: int = 8000,
    sandbox_port: int = 8100,
    mailbox_port: int = 8200,
    demo: bool = True,
) -> None:
    """Start everything on this machine: database, Redis, api, worker and a ConnectWise to rehearse against.

    Parameters
    ----------
    data_dir
        Where data, keys and logs are kept. Default: .data
    port
        Of the api; 0 takes a free one.
    sandbox_port
        Of the rehearsal ConnectWise; 0 takes a free one.
    mailbox_port
        Of the page that shows every mail that is sent; 0 takes a free one.
    demo
        Make a demo tenant on the first start.
    """
    from runtime.up import Options
    from runtime.up import up as start

    start(Options(data_dir or _usual_folder(), port, sandbox_port, mailbox_port, demo))


@app.command
def api(*, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve GraphQL over HTTP and WebSocket; any number of these on one database.

    Parameters
    ----------
    host
        The address to listen at; 0.0.0.0 is all of this machine's.
    port
        The port to listen at; 0 takes a free one.
    """
    from runtime import serve

    serve.api(host, port)


@app.command
def worker() -> None:
    """Synchronise in the background, and answer questions of the api; any number of these on one database."""
    from runtime import serve

    serve.worker()


@app.command
def sandbox(
    *,
    host: str = "127.0.0.1",
    port: int = 8100,
    state_file: Path | None = None,
    control: bool = False,
    answer_min: float = 0,
    answer_max: float = 0,
    rate_per_minute: int = 0,
    profile: str = "2026.4",
) -> None:
    """Be a ConnectWise to rehearse against; its page at / shows what is in it.

    Parameters
    ----------
    host
        The address to listen at.
    port
        The port to listen at; 0 takes a free one.
    state_file
        Where its records are kept; without, they end with the process.
    control
        Open the control door at /_control, to programs of this machine: faults, snapshots, changes as a person there.
    answer_min
        Seconds that an answer takes at least.
    answer_max
        Seconds that it takes at most; the same for a fixed time, 0 for as fast as it can.
    rate_per_minute
        Requests that a company may make in a minute before 429; about 1000 at ConnectWise, 0 is unlimited.
    profile
        The version whose lengths of texts count: 2025.1 or 2026.4.
    """
    from runtime import serve

    serve.sandbox(
        host,
        port,
        state_file,
        control=control,
        answer_min=answer_min,
        answer_max=answer_max,
        rate_per_minute=rate_per_minute,
        profile=profile,
    )


@app.command
def mailbox(*, host: str = "127.0.0.1", port: int = 8200, smtp_port: int = 8201, folder: Path) -> None:
    """Be a mail server that delivers to nobody: its page at / shows what came in.

    Parameters
    ----------
    host
        The address to listen at.
    port
        The port of its page; 0 takes a free one.
    smtp_port
        The port that mails are handed in at; 0 takes a free one.
    folder
        Where mails are kept, the last thousand.
    """
    from runtime import serve

    serve.mailbox(host, port, smtp_port, folder)


@app.command
def migrate() -> None:
    """Bring the tables of DATABASE_OWNER_URL up to date, while api and worker run."""
    from runtime import revisions
    from runtime.errors import naming
    from runtime.settings import Settings

    settings = Settings.load().need("database_owner_url")
    with naming("DATABASE_OWNER_URL"):
        newest = revisions.migrate(settings.database_owner_url, print)
    print(f"The tables are up to date (revision {newest}).")


@database.command(name="init")
def database_init(admin_url: Annotated[str, Parameter(env_var="DATABASE_ADMIN_URL")]) -> None:
    """Make the roles and the database that DATABASE_URL and DATABASE_OWNER_URL name, passwords included.

    Parameters
    ----------
    admin_url
        The address of a role that may make roles and databases.
    """
    from runtime import database as databases
    from runtime.settings import Settings

    name = databases.init_for(admin_url, Settings.load())
    print(f"The database {name} and its roles are ready; next: quotewright migrate")


@tenant.command(name="create")
def tenant_create(*, name: str, currency: str = "USD", time_zone: str = "UTC") -> None:
    """Make a tenant and print its id, then a token with every permission, this once.

    Parameters
    ----------
    name
        What the MSP is called.
    currency
        Of its new quotes, three letters (ISO 4217).
    time_zone
        Where its dates begin and end: Europe/Berlin.
    """
    from runtime import tokens

    print(*tokens.first(name, currency, time_zone), sep="\n")


@token.command(name="create")
def token_create(*, tenant: UUID, name: str, scope: list[str], days: int | None = None) -> None:
    """Make a token and print it, this once.

    Parameters
    ----------
    tenant
        The tenant's id.
    name
        What it is called in lists.
    scope
        What it may do; repeat for several.
    days
        How long it is valid. Default: until it is revoked.
    """
    from runtime import tokens

    print(tokens.create(tenant, name, scope, days))


@token.command(name="list")
def token_list(*, tenant: UUID) -> None:
    """Show the tokens of a tenant, without their secret part.

    Parameters
    ----------
    tenant
        The tenant's id.
    """
    from runtime import tokens

    for line in tokens.listing(tenant):
        print(line)


@token.command(name="revoke")
def token_revoke(token_id: UUID, *, tenant: UUID) -> None:
    """Make a token useless from now on.

    Parameters
    ----------
    token_id
        As `quotewright token list` shows it.
    tenant
        The tenant's id.
    """
    from runtime import tokens

    tokens.revoke(tenant, token_id)


@app.command
def schema() -> None:
    """Print the GraphQL schema."""
    from api.schema import sdl

    print(sdl(), end="")


@app.command
def demo(
    *,
    size: Literal["small", "large"] = "small",
    tenant: UUID | None = None,
    add: bool = False,
    seed: int = 1,
    data_dir: Path | None = None,
) -> None:
    """Fill a tenant with data that looks like a real MSP's. Not for production.

    Parameters
    ----------
    size
        small: some sixty quotes and what belongs to them. large: 200,000 quotes of 20,000 organizations.
    tenant
        Whose; without, a new one is made and its token printed.
    add
        Even if it has quotes already.
    seed
        The same number makes the same data.
    data_dir
        That of a running `up`, when DATABASE_URL isn't set. Default: .data
    """
    from runtime.demo import command

    command.run(size, tenant, seed=seed, add=add, folder=data_dir or _usual_folder())


@app.command
def tour(
    *,
    data_dir: Path | None = None,
    api: list[str] | None = None,
    token: str | None = None,
    other_token: str | None = None,
    sandbox: str = "http://127.0.0.1:8100",
    bad_days: bool = True,
) -> None:
    """Play the journey of a quote against a running instance; exit code 1 when a step isn't true.

    Parameters
    ----------
    data_dir
        That of a running `up`. Default: .data
    api
        The address of another instance's GraphQL, with --token; then without the bad days. Repeat it for several api
        processes: they are asked in turn.
    token
        An API token with every permission.
    other_token
        A token of a second tenant, to see that it sees nothing.
    sandbox
        The address of that instance's ConnectWise sandbox, with its control door.
    bad_days
        Also lose rights, kill the worker, empty Redis and take ConnectWise away.
    """
    from runtime.tour import walk

    if api and token:
        walk.walk(walk.elsewhere(api, token, other_token=other_token, sandbox=sandbox), bad_days=False)
        return
    walk.walk(walk.at(data_dir or _usual_folder()), bad_days=bad_days)


def main() -> None:
    """Run the command line. What a person can put right is one sentence and exit code 1, never a stack trace."""
    try:
        app()
    except UserError as error:
        print(f"quotewright: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
