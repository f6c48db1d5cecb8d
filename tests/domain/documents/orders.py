"""Orders to print, and what can be read in the PDF. No test stands here."""

from __future__ import annotations

import datetime
import struct
import zlib
from decimal import Decimal
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from domain.documents.models import (
    Buyer,
    Charge,
    Discount,
    Document,
    DocumentType,
    Line,
    Section,
    Seller,
    TaxShare,
    Totals,
)
from domain.documents.render import render

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="240" height="60">%s</svg>' % (
    b'<rect width="60" height="60" fill="#1f4e79"/><circle cx="90" cy="30" r="25" fill="#5aa9e6"/>'
)


def line(title: str = "Notebook", **values: Any) -> Line:
    given = {"quantity": Decimal(1), "unit_price": Decimal("1234.5"), "net": Decimal("1234.5"), **values}
    return Line(title=title, **given)


def order(*sections: Section, **values: Any) -> Document:
    given: dict[str, Any] = {
        "type": DocumentType.TAX_INVOICE,
        "number": "SO-4711",
        "date": datetime.date(2026, 3, 4),
        "currency": "USD",
        "locale": "en-US",
        "seller": Seller(
            "Northwind IT",
            ("1200 Harbor Avenue", "Seattle, WA 98101"),
            "91-1234567",
            "+1 206 555 0142",
            website="nw.example",
        ),
        "buyer": Buyer("Acme Dental", "Ada Lovelace", ("44 Main Street", "Springfield"), "ACM-001", "36-7654321"),
        "sections": sections or (Section((line(),)),),
        "totals": Totals(subtotal=Decimal("1234.5"), total=Decimal("1234.5")),
    }
    return Document(**{**given, **values})


def three_lines(**values: Any) -> Document:
    lines = (
        line(part_number="LAT-7450", quantity=Decimal(12), net=Decimal("14814.00"), tax_rate=Decimal("8.25")),
        line(
            "Installation",
            quantity=Decimal("6.5"),
            unit_price=Decimal("145.0000"),
            discount=Discount(percent=Decimal(10), label="Loyal customer"),
            net=Decimal("848.25"),
        ),
        line(
            "Managed seat",
            description="Watched day and night.",
            unit_price=Decimal("0.0125"),
            quantity=Decimal(4000),
            net=Decimal(50),
            recurring_period="MONTHLY",
        ),
    )
    totals = Totals(
        subtotal=Decimal("15712.25"),
        discount=Decimal("94.25"),
        coupon=Charge(Decimal("-100"), "SPRING"),
        surcharge=Charge(Decimal("12.5"), "card"),
        delivery=Charge(Decimal("49.99"), "courier"),
        taxes=(TaxShare(Decimal("8.25"), Decimal("14814.00"), Decimal("1222.16")),),
        total=Decimal("16896.90"),
        paid=Decimal("6000"),
    )
    given = {
        "delivery_address": ("North Clinic", "910 Lakeview Road"),
        "customer_reference": "PO-2026-118",
        "due_date": datetime.date(2026, 4, 3),
        "payment_terms": "Payable within 30 days.",
        "footer_note": "Registered in Washington",
    }
    return order(Section(lines), totals=totals, **{**given, **values})


def many_lines(count: int, **values: Any) -> Document:
    """In three sections, with long titles; each line has a part number of its own."""
    lines = [
        line(f"Component {n} " + "with a rather long name " * (n % 7), part_number=f"PN-{n:04}", net=Decimal(n))
        for n in range(1, count + 1)
    ]
    third = count // 3
    parts = (("Hardware", lines[:third]), ("Software", lines[third : 2 * third]), ("Services", lines[2 * third :]))
    sections = [Section(tuple(some), title) for title, some in parts]
    total = Decimal(count * (count + 1) // 2)
    return order(*sections, totals=Totals(subtotal=total, total=total), **values)


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def pages_of(document: Document) -> list[str]:
    """The text of each page, its unbreakable spaces as plain ones."""
    return [
        page.extract_text().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
        for page in reader(render(document)).pages
    ]


def text_of(document: Document) -> str:
    return "\n".join(pages_of(document))


def fonts_of(page: Any) -> set[str]:
    return {font["/BaseFont"].partition("+")[2] for font in page["/Resources"]["/Font"].values()}


def squeezed(text: str) -> str:
    """Without white space: long text is broken into lines anywhere."""
    return "".join(text.split())


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    pixels = zlib.compress((b"\0" + b"\x40\x80\xc0" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
