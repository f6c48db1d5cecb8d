"""What a month at an MSP is played on: a running system, its mail server, and people who only have GraphQL.

It knows no step of the month. Nothing here reaches into the system, but for the calendar, which no API can turn.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import httpx
import psycopg
import pypdf

from domain.access.roles import Role, permissions_of
from runtime.settings import libpq_url
from tests.api.conftest import Client
from tests.conftest import FreshDatabase
from tests.integrations.mail_server import SENDER, MailServer, open_mail_server
from tests.runtime.system import System

PATIENCE = 60  # seconds: a guard against waiting for ever, no measurement

# Where it is a day or two later than in the other one, at every moment.
EARLY, LATE = "Etc/GMT+12", "Pacific/Kiritimati"


class Person(Client):
    """Somebody with a token, or a customer with the link to an offer."""

    def with_token(self, token: str) -> "Person":
        return Person(self.http, token)

    async def do(self, mutation: str, selection: str, /, **input: Any) -> Any:
        """What a mutation answers, which must succeed; of a single record, that record."""
        answer = await self._mutate(mutation, selection, input)
        assert answer.pop("userErrors") == [], mutation
        [*records] = answer.values()
        return records[0] if len(records) == 1 else answer

    async def refused(self, mutation: str, /, **input: Any) -> tuple[str, str, str]:
        """Code, path and words of the only error of a mutation."""
        errors = (await self._mutate(mutation, "", input))["userErrors"]
        assert len(errors) == 1, (mutation, errors)
        [error] = errors
        return error["code"], ".".join(error["field"]), error["message"]

    async def forbidden(self, mutation: str, /, **input: Any) -> str:
        """The words for somebody who may not do that at all."""
        [error] = await self.errors(_text(mutation, ""), input=input)
        assert error["extensions"]["code"] == "FORBIDDEN", error
        return error["message"]

    async def once(self, key: str, mutation: str, selection: str, /, **input: Any) -> Any:
        """The whole answer to a mutation with an Idempotency-Key."""
        return (await self.post(_text(mutation, selection), {"input": input}, **{"Idempotency-Key": key})).json()

    async def eventually(self, query: str, found: Callable[[Any], Any]) -> Any:
        """What is found in the answer to a query, once there is something."""
        seen: list[Any] = []

        async def look() -> bool:
            seen[:] = [found(await self(query))]
            return bool(seen[0])

        await until(look, query)
        return seen[0]

    async def record(self, id: str, selection: str) -> Any:
        return (await self(f"query ($id: ID!) {{ node(id: $id) {{ {selection} }} }}", id=id))["node"]

    async def _mutate(self, mutation: str, selection: str, input: dict[str, Any]) -> Any:
        return (await self(_text(mutation, selection), input=input))[mutation]


def _text(mutation: str, selection: str) -> str:
    input_type = f"{mutation[0].upper()}{mutation[1:]}Input"
    errors = "userErrors { code field message }"
    return f"mutation ($input: {input_type}!) {{ {mutation}(input: $input) {{ {selection} {errors} }} }}"


class Month:
    """`administrator` is the first who gets in. Everybody and everything else is made by a step, for later ones."""

    sam: Person
    """Sells."""
    mara: Person
    """Manages."""
    pia: Person
    """Buys, receives and delivers."""
    store: Person
    automation: Person
    partner: Person
    began: str
    """Where changes stood when all had their tokens."""
    products: dict[str, str]
    """Ids by number; of customers by name, of their contacts by first name."""
    customers: dict[str, str]
    contacts: dict[str, str]
    quote: Any
    from_template: Any
    copy: Any
    offers: dict[str, Person]
    """Customers with their links, by the id of the quote."""
    order: Any
    store_order: Any

    def __init__(self, address: str, mail: MailServer, administrator: Person, database: FreshDatabase) -> None:
        self.address, self.mail, self.administrator, self.database = address, mail, administrator, database

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"The month has no {name} yet: what should have made it failed, or was not run.")

    async def employ(self, name: str, role: Role) -> Person:
        """An employee with a token for what the role may do."""
        email = f"{name.lower()}@northwind.example"
        made = await self.administrator.do("createEmployee", "employee { id }", name=name, email=email, role=role.value)
        return await self.token(name, sorted(permissions_of(role)), employeeId=made["id"])

    async def token(self, name: str, scopes: list[str], **more: Any) -> Person:
        selection = "token apiToken { scopes }"
        made = await self.administrator.do("createApiToken", selection, name=name, scopes=scopes, **more)
        assert made["apiToken"]["scopes"] == sorted(scopes)
        return self.administrator.with_token(made["token"])

    def turn_the_calendar(self, zone: str) -> None:
        """Days pass, for dates that begin and end where the MSP is."""
        with psycopg.connect(libpq_url(self.database.admin_url)) as connection:
            connection.execute("UPDATE tenant SET time_zone = %s", [zone])

    async def mails_to(self, address: str) -> list[Any]:
        """The mails to somebody, once there is one."""

        async def arrived() -> bool:
            return bool(self._mails(address))

        await until(arrived, f"a mail to {address}")
        return self._mails(address)

    def _mails(self, address: str) -> list[Any]:
        return [message for recipients, message in self.mail.mails if recipients == [address]]


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        await asyncio.sleep(0.05)


def printed(message: Any) -> str:
    """The words of the document in a mail."""
    [pdf] = message.iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    reader = pypdf.PdfReader(BytesIO(pdf.get_payload(decode=True)))
    return " ".join(page.extract_text() for page in reader.pages)


@asynccontextmanager
async def a_month(system: System, database: FreshDatabase) -> AsyncIterator[Month]:
    """Real processes of ours, started by the real command."""
    async with open_mail_server() as mail:
        worker = system.worker(SMTP_URL=f"smtp://127.0.0.1:{mail.port}", MAIL_FROM=SENDER)
        api = system.api()
        async with httpx.AsyncClient(base_url=api.url, timeout=PATIENCE, trust_env=False) as http:
            yield Month(api.url, mail, Person(http, system.demo.token), database)
        for running in (api, worker):
            assert running.process.poll() is None, running.said
            assert "Traceback" not in running.said, running.said
