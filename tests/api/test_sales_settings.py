"""The sales settings through GraphQL."""

import asyncio
import base64
import struct
import zlib
from typing import Any

import pytest
from sqlalchemy import text

from tests.api.conftest import Client
from tests.rig import make_msp

SHOWN = """documentType sendOrderConfirmation autoApprovalLimit paymentTerms footer locale timeZone version logo
  seller { name taxNumber phone email website address { line1 city country } }"""
SETTINGS = f"{{ salesSettings {{ {SHOWN} }} }}"
UPDATE = f"""mutation ($input: UpdateSalesSettingsInput!) {{
  updateSalesSettings(input: $input) {{ salesSettings {{ {SHOWN} }} userErrors {{ code field message }} }}
}}"""
LOGO = """mutation ($input: SetLogoInput!) {
  setLogo(input: $input) { salesSettings { logo version } userErrors { code field message } }
}"""
NOTHING: dict[str, Any] = {
    "documentType": "TAX_INVOICE",
    "sendOrderConfirmation": True,
    "autoApprovalLimit": None,
    "paymentTerms": None,
    "footer": None,
    "locale": "en-US",
    "timeZone": "UTC",
    "version": 0,
    "logo": None,
    "seller": {
        "name": None,
        "taxNumber": None,
        "phone": None,
        "email": None,
        "website": None,
        "address": {"line1": None, "city": None, "country": None},
    },
}


def png(padding: int = 0) -> bytes:
    """One black pixel, and so many bytes of a comment."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    parts = [
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        chunk(b"tEXt", b"Comment\0" + b"x" * padding),
        chunk(b"IDAT", zlib.compress(b"\0\0")),
        chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


async def test_until_something_is_set_there_are_defaults(ask, msp):
    assert (await ask(SETTINGS))["salesSettings"] == NOTHING
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(text("SELECT count(*) FROM sales_settings")) == 0


async def test_what_is_set_is_kept_and_what_is_left_out_stays(ask):
    seller = {
        "name": "Northwind IT",
        "email": "hello@nw.example",
        "address": {"line1": "1 Main Street", "city": "Troy"},
    }
    answer = await ask(
        UPDATE,
        input={
            "documentType": "SALES_ORDER",
            "sendOrderConfirmation": False,
            "autoApprovalLimit": "2500.50",
            "seller": seller,
            "paymentTerms": "14 days",
            "footer": "Thank you",
            "locale": "de-de",
            "timeZone": "Pacific/Kiritimati",
            "version": 0,
        },
    )
    assert answer["updateSalesSettings"]["userErrors"] == []
    first = answer["updateSalesSettings"]["salesSettings"]
    assert first == {
        **NOTHING,
        "documentType": "SALES_ORDER",
        "sendOrderConfirmation": False,
        "autoApprovalLimit": "2500.5",
        "paymentTerms": "14 days",
        "footer": "Thank you",
        "locale": "de-DE",
        "timeZone": "Pacific/Kiritimati",
        "version": 1,
        "seller": {
            **NOTHING["seller"],
            "name": "Northwind IT",
            "email": "hello@nw.example",
            "address": {"line1": "1 Main Street", "city": "Troy", "country": None},
        },
    }
    tenant = (await ask("{ viewer { tenant { locale timeZone } } }"))["viewer"]["tenant"]
    assert tenant == {"locale": "de-DE", "timeZone": "Pacific/Kiritimati"}
    answer = await ask(UPDATE, input={"seller": {"address": {"country": "USA"}}, "autoApprovalLimit": None})
    second = answer["updateSalesSettings"]["salesSettings"]
    assert second["seller"]["address"] == {"line1": "1 Main Street", "city": "Troy", "country": "USA"}
    assert (second["autoApprovalLimit"], second["version"], second["paymentTerms"]) == (None, 2, "14 days")
    answer = await ask(UPDATE, input={"seller": None, "footer": " "})
    assert answer["updateSalesSettings"]["salesSettings"]["seller"] == NOTHING["seller"]
    assert answer["updateSalesSettings"]["salesSettings"]["footer"] is None
    same = await ask(UPDATE, input={"footer": None, "locale": "de-DE"})
    assert same["updateSalesSettings"]["salesSettings"]["version"] == 3


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"autoApprovalLimit": "-1"}, "INVALID", ["autoApprovalLimit"]),
        ({"autoApprovalLimit": "1.001"}, "INVALID", ["autoApprovalLimit"]),
        ({"sendOrderConfirmation": None}, "REQUIRED", ["sendOrderConfirmation"]),
        ({"documentType": None}, "INVALID", ["documentType"]),
        ({"locale": "xx-YY"}, "INVALID", ["locale"]),
        ({"locale": "en"}, "INVALID", ["locale"]),
        ({"locale": None}, "INVALID", ["locale"]),
        ({"timeZone": "Europe/Atlantis"}, "INVALID", ["timeZone"]),
        ({"timeZone": "europe/berlin"}, "INVALID", ["timeZone"]),
        ({"timeZone": "localtime"}, "INVALID", ["timeZone"]),
        ({"timeZone": "../UTC"}, "INVALID", ["timeZone"]),
        ({"timeZone": "Z" * 101}, "TOO_LONG", ["timeZone"]),
        ({"timeZone": None}, "REQUIRED", ["timeZone"]),
        ({"seller": {"email": "nobody"}}, "INVALID", ["seller", "email"]),
        ({"seller": {"address": {"zip": "x" * 31}}}, "TOO_LONG", ["seller", "address", "zip"]),
        ({"footer": "x" * 2001}, "TOO_LONG", ["footer"]),
    ],
)
async def test_what_can_not_be_is_named_by_its_place(ask, changes, code, field):
    answer = (await ask(UPDATE, input={"paymentTerms": "x", **changes}))["updateSalesSettings"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [(code, field)]
    assert (await ask(SETTINGS))["salesSettings"] == NOTHING


async def test_a_stale_version_changes_nothing(ask):
    await ask(UPDATE, input={"footer": "one", "version": 0})
    for mutation, input in ((UPDATE, {"footer": "two"}), (LOGO, {"logo": None})):
        [stale] = (await ask(mutation, input={**input, "version": 0})).values()
        assert stale["userErrors"][0]["code"] == "CONFLICT"
    assert (await ask(SETTINGS))["salesSettings"]["footer"] == "one"


async def test_two_who_set_the_first_thing_at_once_both_set_it(ask):
    await asyncio.gather(ask(UPDATE, input={"footer": "a"}), ask(UPDATE, input={"paymentTerms": "b"}))
    shown = (await ask(SETTINGS))["salesSettings"]
    assert (shown["footer"], shown["paymentTerms"], shown["version"]) == ("a", "b", 2)


async def test_a_logo_is_set_and_taken_away(ask):
    logo = png(100_000)
    [answer] = (await ask(LOGO, input={"logo": encoded(logo)})).values()
    assert answer["userErrors"] == []
    assert base64.b64decode(answer["salesSettings"]["logo"]) == logo
    [answer] = (await ask(LOGO, input={"logo": None})).values()
    assert answer["salesSettings"] == {"logo": None, "version": 2}


@pytest.mark.parametrize(
    ("logo", "code"),
    [("not base64!", "INVALID"), (encoded(b"hello"), "INVALID"), (encoded(png(150_000)), "TOO_LONG")],
)
async def test_what_is_no_logo_is_refused(ask, logo, code):
    [answer] = (await ask(LOGO, input={"logo": logo})).values()
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [(code, ["logo"])]


async def test_settings_are_read_and_changed_with_their_own_permissions(db, http):
    clerk = Client(http, (await make_msp(db, scopes=("settings:read",))).token)
    assert (await clerk(SETTINGS))["salesSettings"] == NOTHING
    assert await clerk.code(UPDATE, input={"footer": "x"}) == "FORBIDDEN"
    seller = Client(http, (await make_msp(db, scopes=("sales_orders:write",))).token)
    assert await seller.code(SETTINGS) == "FORBIDDEN"
