"""Order confirmations by real SMTP: each to the right people, with the document in it, and none twice."""

import asyncio
import time
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import select, text

from domain import outbox
from domain.access.models import Tenant
from domain.documents import render
from domain.organizations import service as organizations
from domain.sales_orders import service as sales_orders
from domain.sales_orders.fulfilment import OrderConfirmation
from domain.sales_settings import service as sales_settings
from domain.sync import service as sync
from domain.sync.models import ErrorKind
from integrations.core.dispatcher import Dispatcher
from integrations.mail.provider import Mail
from integrations.mail.smtp import Server
from integrations.providers import shelf
from tests.integrations.mail_server import SENDER, open_mail_server
from tests.integrations.road import TIMING, Road
from tests.rig import make_msp, opened

ADA, BEN = "ada@acme.example", "ben@acme.example"


class Post(Road):
    """A tenant that confirms its orders, and the mail server it does so by."""

    def __init__(self, msp, dispatcher, server):
        super().__init__(msp, dispatcher, None)
        self.server = server

    async def order(self, *contacts, title="Firewall", name="Acme Dental"):
        async with self.msp.transaction() as ctx:
            organization = await organizations.create(ctx, {"name": name})
            for contact in contacts:
                await organizations.create_contact(ctx, organization.id, {"send_invoices": True, **contact})
            line = {"title": title, "quantity": Decimal(3), "unit_price": Decimal("499.90"), "tax_rate": Decimal(20)}
            return await sales_orders.create(ctx, organization.id, {}, [line])

    async def confirmations(self):
        async with self.msp.transaction() as ctx:
            return (await ctx.session.scalars(select(OrderConfirmation))).all()

    async def retry(self):
        async with self.msp.transaction() as ctx:
            for error in await self.errors():
                await sync.retry(ctx, error.id)
        await self.quiet()


def a_dispatcher(db, server: Server | None):
    return Dispatcher(db, shelf(Mail(server)), TIMING)


@pytest.fixture
async def server():
    async with open_mail_server() as server:
        yield server


@pytest.fixture
async def post(database, server):
    async with opened(database.app_url) as db:
        dispatcher = a_dispatcher(db, server.reached)
        yield Post(await make_msp(db, "Northwind IT"), dispatcher, server)
        await dispatcher.stop(1)


def ada(**more):
    return {"first_name": "Ada", "last_name": "Lovelace", "email": ADA, **more}


def printed(message):
    [pdf] = message.iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    reader = pypdf.PdfReader(BytesIO(pdf.get_payload(decode=True)))
    return pdf.get_filename(), " ".join(page.extract_text() for page in reader.pages)


async def test_each_contact_who_gets_invoices_gets_one_mail_with_the_document(post, server):
    order = await post.order(ada(), {"first_name": "Ben", "email": BEN})
    await post.quiet()
    assert server.recipients == [ADA, BEN]
    message = next(message for recipients, message in server.mails if recipients == [ADA])
    assert message["Subject"] == f"Tax invoice {order.number}"
    assert message["To"] == f"Ada Lovelace <{ADA}>"
    assert message["From"] == f"Northwind IT <{SENDER}>"
    assert "Dear Ada Lovelace" in message.get_body(("plain",)).get_content()
    filename, words = printed(message)
    assert filename == f"{order.number}.pdf"
    assert "1,499.70" in words  # the net
    assert "$1,799.64" in words  # with tax
    assert "Acme Dental" in words
    assert all(confirmation.sent_at for confirmation in await post.confirmations())
    assert await post.errors() == []


async def test_nobody_else_gets_one(post, server):
    await post.order(
        ada(send_invoices=False), {"first_name": "Gone", "email": BEN, "active": False}, {"first_name": "Mute"}
    )
    await post.quiet()
    assert server.mails == []
    assert await post.confirmations() == []


async def test_switched_off_none_is_sent(post, server):
    async with post.msp.transaction() as ctx:
        await sales_settings.update(ctx, {"send_order_confirmation": False})
    await post.order(ada())
    async with post.msp.transaction() as ctx:
        await sales_settings.update(ctx, {"send_order_confirmation": True})
    await post.quiet()
    assert server.mails == []


async def test_the_mail_speaks_the_tenants_language_and_answers_go_to_the_seller(post, server):
    async with post.msp.transaction() as ctx:
        (await ctx.session.get_one(Tenant, post.msp.id)).locale = "de-DE"
        settings = {
            "document_type": "SALES_ORDER",
            "seller": {"name": "Müller & Söhne", "email": "info@mueller.example"},
        }
        await sales_settings.update(ctx, settings)
    order = await post.order(ada())
    await post.quiet()
    [(_, message)] = server.mails
    assert message["Subject"] == f"Auftragsbestätigung {order.number}"
    assert (
        message["Reply-To"] == '"Müller & Söhne" <info@mueller.example>'
        or "info@mueller.example" in message["Reply-To"]
    )
    assert message["From"].addresses[0].display_name == "Müller & Söhne"
    assert "Guten Tag Ada Lovelace" in message.get_body(("plain",)).get_content()
    assert "1.799,64" in printed(message)[1]


async def test_the_same_work_again_sends_nothing_again(post, server):
    await post.order(ada())
    await post.quiet()
    subjects = [f"order_confirmation:{confirmation.id}" for confirmation in await post.confirmations()]
    for _ in range(3):
        async with post.msp.transaction() as ctx:
            await outbox.raise_work(ctx.session, ctx.tenant_id, subjects, look=True, afresh=True)
        await post.quiet()
    assert server.recipients == [ADA]


async def test_two_workers_at_once_send_one_mail_each_order(post, server, database):
    async with opened(database.app_url) as db:
        second = a_dispatcher(db, server.reached)
        await asyncio.gather(*(post.order(ada(email=f"ada{n}@acme.example"), name=f"Acme {n}") for n in range(8)))
        await asyncio.gather(*(dispatcher.drain() for dispatcher in (post.dispatcher, second) for _ in range(4)))
        await post.quiet()
        await second.stop(2)
    assert server.recipients == [f"ada{n}@acme.example" for n in range(8)]


async def test_a_refused_address_is_an_error_that_says_so_until_it_is_corrected(post, server):
    server.refused[ADA] = "550 5.1.1 No such person here"
    await post.order(ada())
    await post.quiet()
    [error] = await post.errors()
    assert error.kind == ErrorKind.REJECTED
    assert ADA in error.message
    assert "No such person here" in error.message
    [confirmation] = await post.confirmations()
    async with post.msp.transaction() as ctx:
        await organizations.update_contact(ctx, confirmation.contact_id, {"email": BEN})
    await post.retry()
    assert server.recipients == [BEN]
    assert await post.errors() == []


async def test_what_is_refused_for_now_is_tried_again_by_itself(post, server):
    server.once[ADA] = "451 4.3.0 Try again later"
    await post.order(ada())
    await post.quiet()
    assert server.recipients == [ADA]
    assert await post.errors() == []


async def test_while_the_server_is_away_mails_wait(post, server):
    port = server.port
    await server.close()
    await post.order(ada())
    await post.dispatcher.drain()
    await asyncio.sleep(0.5)
    assert await post.errors() == []
    await server.open(port)
    await post.quiet()
    assert server.recipients == [ADA]


async def test_what_may_have_left_is_not_sent_again_until_somebody_says_so(post, server):
    server.breaks = 1
    await post.order(ada())
    await post.quiet()
    [error] = await post.errors()
    assert error.kind == ErrorKind.UNAVAILABLE
    assert "may have been delivered" in error.message
    await post.quiet()
    assert server.recipients == [ADA]
    await post.retry()
    assert server.recipients == [ADA, ADA]
    assert await post.errors() == []


async def test_a_worker_that_dies_while_the_server_takes_the_mail_leaves_a_question(post, server, database):
    """Nobody comes back to write down the end: the next worker finds the attempt, and asks."""
    server.holds = asyncio.Event()
    await post.order(ada())
    await post.dispatcher.drain()
    await server.taking.wait()
    for task in post.dispatcher._runs:  # killed where it stands; nothing of its end is written
        task.cancel()
    async with post.msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE sync_task SET lease_until = now(), lease_token = NULL, due_at = now()"))
    server.holds.set()
    server.holds = None
    async with opened(database.app_url) as db:
        second = a_dispatcher(db, server.reached)
        post.dispatcher = second
        await post.quiet()
        [error] = await post.errors()
        assert "may have been delivered" in error.message
        assert len(server.mails) <= 1
        sent = len(server.mails)
        await post.retry()
        assert len(server.mails) == sent + 1
        await second.stop(1)


async def test_without_a_mail_server_the_error_says_what_to_set(post, database):
    async with opened(database.app_url) as db:
        post.dispatcher = a_dispatcher(db, None)
        await post.order(ada())
        await post.quiet()
        [error] = await post.errors()
        assert (error.kind, error.setting) == (ErrorKind.UNMAPPED, "SMTP_URL")
        await post.dispatcher.stop(1)


@pytest.mark.parametrize("name", ["Ada\r\nBcc: eve@evil.example", 'Ada "the" <first>', "Ада Лавлейс 🚀", "A" * 100])
async def test_a_name_is_a_name_whatever_is_in_it(post, server, name):
    await post.order(ada(first_name=name.replace("\r\n", "\n"), last_name=None))
    await post.quiet()
    [(recipients, message)] = server.mails
    assert recipients == [ADA]
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == [ADA]
    assert message["To"].addresses[0].display_name == " ".join(name.split())
    assert await post.errors() == []


@pytest.mark.parametrize("email", ["ädа@acme.example", "ada..l@acme.example"])
async def test_an_address_that_no_mail_can_be_sent_to_is_named_and_sent_to_once_corrected(post, server, email):
    await post.order(ada(email=email))
    await post.quiet()
    [error] = await post.errors()
    assert error.kind == ErrorKind.REJECTED
    assert email in error.message
    [confirmation] = await post.confirmations()
    async with post.msp.transaction() as ctx:
        await organizations.update_contact(ctx, confirmation.contact_id, {"email": ADA})
    await post.retry()
    assert server.recipients == [ADA]
    assert await post.errors() == []


async def test_a_domain_with_other_letters_is_written_the_way_servers_know_it(post, server):
    await post.order(ada(email="ada@münchen.example"))
    await post.quiet()
    assert server.recipients == ["ada@xn--mnchen-3ya.example"]


async def test_two_contacts_with_one_address_get_one_mail(post, server):
    await post.order(ada(), ada(first_name="Office", email=ADA.upper()))
    await post.quiet()
    assert server.recipients == [ADA]


@pytest.mark.parametrize(
    ("command", "answer", "kind", "setting", "says"),
    [
        ("AUTH", "535 5.7.8 Wrong password", ErrorKind.UNAUTHORIZED, "SMTP_URL", "sign-in"),
        ("MAIL", "550 5.7.1 Not your address", ErrorKind.REJECTED, "MAIL_FROM", SENDER),
        ("DATA", "552 5.3.4 Too large", ErrorKind.REJECTED, None, "content"),
    ],
)
async def test_a_refusal_says_what_to_change(post, server, database, command, answer, kind, setting, says):
    server.answers[command] = answer
    signing_in = replace(server.reached, username="northwind", password="canary-5ecret")
    async with opened(database.app_url) as db:
        post.dispatcher = a_dispatcher(db, signing_in)
        await post.order(ada())
        await post.quiet()
        [error] = await post.errors()
        assert (error.kind, error.setting) == (kind, setting)
        assert answer.partition(" ")[2] in error.message
        assert says in error.message
        assert ADA not in error.message or command == "DATA"
        assert "canary-5ecret" not in f"{error.message} {error.remote_text}"
        assert server.mails == []
        server.answers.clear()
        await post.retry()
        assert server.recipients == [ADA]
        await post.dispatcher.stop(1)


async def test_a_sign_in_that_fails_for_now_is_tried_again_by_itself(post, server, database):
    server.answers["AUTH"] = "454 4.7.0 Temporary authentication failure"
    async with opened(database.app_url) as db:
        post.dispatcher = a_dispatcher(db, replace(server.reached, username="northwind", password="x"))
        await post.order(ada())
        await post.dispatcher.drain()
        await asyncio.sleep(0.5)
        assert await post.errors() == []
        server.answers.clear()
        await post.quiet()
        assert server.recipients == [ADA]
        await post.dispatcher.stop(1)


async def test_an_answer_that_is_none_leaves_a_question(post, server):
    """The mail was taken, but what the server said of it can't be read: it may have been delivered."""
    server.answers["DATA"] = "well, let me think"
    await post.order(ada())
    await post.quiet()
    [error] = await post.errors()
    assert "may have been delivered" in error.message
    assert server.recipients == [ADA]


async def test_a_slow_server_gets_the_mail_once_and_nobody_is_asked(post, server):
    server.slow = 1.5  # each step fits into its time; together they outlast a lease
    await post.order(ada())
    await post.quiet()
    assert server.recipients == [ADA]
    assert await post.errors() == []
    [confirmation] = await post.confirmations()
    assert confirmation.sent_at is not None


async def test_a_mail_whose_document_waits_for_others_goes_once_and_nobody_is_asked(post, server):
    for _ in range(2):
        render._threads.submit(time.sleep, TIMING.lease + 1)
    await post.order(ada())
    await post.quiet()
    assert server.recipients == [ADA]
    assert await post.errors() == []


async def test_a_document_that_can_not_be_made_is_not_taken_for_a_mail_that_may_have_left(post, server):
    await post.order(ada())
    await locale_is(post, "xx-YY")
    await post.quiet()
    [error] = await post.errors()
    assert "may have been delivered" not in error.message
    await locale_is(post, "en-US")
    await post.retry()
    assert server.recipients == [ADA]
    assert await post.errors() == []


async def locale_is(post, locale):
    async with post.msp.transaction() as ctx:
        (await ctx.session.get_one(Tenant, post.msp.id)).locale = locale


async def test_a_server_without_tls_gets_no_mail_where_tls_is_required(post, server, database):
    async with opened(database.app_url) as db:
        post.dispatcher = a_dispatcher(db, Server.parse(f"smtp://127.0.0.1:{server.port}?starttls=required", SENDER, 2))
        await post.order(ada())
        await post.quiet()
        [error] = await post.errors()
        assert error.setting == "SMTP_URL"
        assert "STARTTLS" in error.message
        assert server.mails == []
        await post.dispatcher.stop(1)
