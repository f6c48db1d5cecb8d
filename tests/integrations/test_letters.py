"""What a letter looks like to machines, whatever people have entered, and how a mail server is named."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain import checks
from domain.documents.models import Seller
from integrations.mail.letter import Recipient, addressable, letter
from integrations.mail.smtp import Server
from tests.domain.documents.orders import order
from tests.integrations.mail_server import SENDER

ADA = "ada@acme.example"
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
]  # fmt: skip


@given(st.text(max_size=40) | st.sampled_from(["=?utf-8?q?=0D=0ABcc:_eve@evil.example?=", "=?utf-8?b?DQpCY2M6IGU=?="]))
def test_no_name_adds_a_header(name):
    document = order(seller=Seller(name), number=f"SO-{name}")
    written = letter(document, b"%PDF", Recipient(name, ADA), sender=SENDER, message_id="<1@x>", at=datetime.now(UTC))
    raw = written.as_bytes()
    assert raw.isascii()
    assert message_from_bytes(raw, policy=policy.compat32).keys() == HEADERS


@given(st.from_regex(checks._EMAIL, fullmatch=True))
@example("ada@münchen.example")
@example("a..b@x.example")
@example("\x07@x.example")
@example("ädа@x.example")
def test_what_people_may_enter_as_an_address_is_written_in_ascii_or_known_not_to_be(email):
    known = addressable(email)
    if known is not None:
        document = order(seller=Seller("Northwind IT", email=email))
        written = letter(
            document, b"", Recipient("Ada", known), sender=SENDER, message_id="<1@x>", at=datetime.now(UTC)
        )
        raw = written.as_bytes()
        assert raw.isascii()
        assert f"To: Ada <{known}>".encode() in raw.replace(b"\n ", b" ")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://user:p%40ss@mail.example", ("mail.example", 465, True, False, "user", "p@ss")),
        ("smtp://mail.example?starttls=required", ("mail.example", 587, False, True, None, None)),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, False, False, None, None)),
    ],
)
def test_an_address_of_a_mail_server(url, expected):
    server = Server.parse(url, SENDER)
    assert (server.host, server.port, server.tls, server.starttls, server.username, server.password) == expected
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example?starttls=1",
        "smtp://user:s3cret/x@mail.example",
        "smtps://user:s3cret#x@mail.example",
        "smtps://user:33/s3cret@mail.example",
        "smtp://user:s3cret@mail.example",
    ],
)
def test_anything_else_is_refused_and_shows_no_password(url):
    with pytest.raises(ValueError, match=r"must be smtps|in the clear") as refused:
        Server.parse(url, SENDER)
    assert "s3cret" not in str(refused.value)
