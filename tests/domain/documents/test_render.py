"""The order document, read back from its PDF."""

import asyncio
import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.documents.models import Buyer, Charge, Discount, DocumentType, Section, Seller, TaxShare, Totals
from domain.documents.render import pages, pdf, render
from domain.documents.words import LANGUAGES
from domain.errors import UserError
from domain.products.kinds import RecurringPeriod
from tests.domain.documents.orders import (
    fonts_of,
    line,
    many_lines,
    order,
    pages_of,
    reader,
    squeezed,
    text_of,
    three_lines,
)


def test_three_lines_fit_on_one_page_and_everything_is_there():
    [page] = pages_of(three_lines())
    for said in (
        "Tax invoice",
        "SO-4711",
        "Mar 4, 2026",
        "Apr 3, 2026",
        "Northwind IT",
        "1200 Harbor Avenue",
        "Tax number 91-1234567",
        "+1 206 555 0142",
        "nw.example",
        "Acme Dental",
        "Ada Lovelace",
        "Tax number 36-7654321",
        "ACM-001",
        "North Clinic",
        "PO-2026-118",
        "LAT-7450",
        "Loyal customer",
        "Watched day and night.",
        "per month",
        "Payable within 30 days.",
        "Registered in Washington",
        "Page 1 of 1",
    ):
        assert said in page, said
    for figure in (
        "12",
        "1,234.50",
        "14,814.00",
        "8.25%",
        "6.5",
        "145.00",
        "10%",
        "848.25",
        "4,000",
        "0.0125",
        "50.00",
    ):
        assert figure in page, figure


def test_the_sums_add_up_on_paper():
    text = text_of(three_lines())
    rows = (
        "Before discounts $15,806.50",
        "Discounts -$94.25",
        "Subtotal $15,712.25",
        "Coupon (SPRING) -$100.00",
        "Surcharge (card) $12.50",
        "Delivery (courier) $49.99",
        "Tax $1,222.16",
        "Total USD $16,896.90",
        "Paid -$6,000.00",
        "Amount due $10,896.90",
    )
    for row in rows:
        assert squeezed(row) in squeezed(text), row


def test_what_an_order_does_not_have_is_not_printed():
    text = text_of(order())
    for word in (
        "Discount",
        "Tax summary",
        "Coupon",
        "Surcharge",
        "Delivery",
        "Paid",
        "due",
        "Deliver to",
        "Payment",
        "per",
    ):
        assert word not in text, word


def test_a_long_order_goes_over_pages():
    sheets = pages_of(many_lines(120))
    assert len(sheets) > 3
    for number, sheet in enumerate(sheets, start=1):
        assert f"Page {number} of {len(sheets)}" in sheet
        assert "Tax invoice SO-4711" in sheet
        if "PN-" in sheet:
            assert "Description" in sheet
            assert "Unit price" in sheet
    text = "\n".join(sheets)
    seen = "\n".join(page.extract_text(extraction_mode="layout") for page in reader(render(many_lines(120))).pages)
    for number in range(1, 121):
        assert text.count(f"PN-{number:04}") == 1
        assert len(re.findall(rf"(?m)^ *{number} +Component {number}\b", seen)) == 1
    assert text.count("Total USD") == 1
    assert text.count("$7,260.00") == 2  # the subtotal and the total
    for section in ("Hardware", "Software", "Services"):
        assert text.count(f"Subtotal {section}") == 1
    # A section's heading comes again wherever it goes on.
    assert all(
        any(section in sheet for section in ("Hardware", "Software", "Services")) for sheet in sheets if "PN-" in sheet
    )


def test_a_short_line_is_never_divided_between_pages():
    lines = tuple(line(f"Begin-{n} " + "word " * 60 + f"End-{n}.") for n in range(60))
    sheets = pages_of(order(Section(lines)))
    assert len(sheets) > 3
    for n in range(60):
        assert [f"Begin-{n} " in sheet for sheet in sheets] == [f"End-{n}." in sheet for sheet in sheets]


def test_a_very_long_description_is_printed_whole():
    words = [f"word{n}" for n in range(1500)]
    sheets = pages_of(order(Section((line(description=" ".join(words)), line("The next one")))))
    assert set(words) <= set(" ".join(sheets).split())
    # A row that may not be divided would run off its page.
    assert not any("word1 " in sheet and words[-1] in sheet for sheet in sheets)
    assert "The next one" in sheets[-1]


def test_text_without_end_does_not_fill_thousands_of_pages():
    endless = tuple(line(f"Begin-{n} " + "a\n" * 200, description="b\n" * 3000) for n in range(60))
    sheets = pages_of(order(Section(endless)))
    assert len(sheets) < 400
    text = "\n".join(sheets)
    assert all(f"Begin-{n} " in text for n in range(60))
    assert text.count("…") == 2 * 60
    assert "Total USD" in sheets[-1]


def test_even_a_hundred_tax_rates_are_printed():
    taxes = tuple(TaxShare(Decimal(n) / 2, Decimal(100_000 + n), Decimal(200_000 + n)) for n in range(100))
    sheets = pages_of(order(totals=Totals(Decimal(1), Decimal(1), taxes=taxes)))
    assert all(any(f"100,{n:03}.00" in sheet for sheet in sheets) for n in range(100))
    # What may not be divided would run off its page.
    assert not any("100,000.00" in sheet and "100,099.00" in sheet for sheet in sheets)


def test_one_section_has_no_subtotal_and_no_line_no_heading():
    text = text_of(order(Section((line(),), "Hardware"), Section((), "Nothing here")))
    assert "Hardware" in text
    assert "Subtotal Hardware" not in text
    assert "Nothing here" not in text


@pytest.mark.parametrize(
    ("locale", "currency", "says"),
    [
        ("en-US", "USD", ["Unit price", "1,234.50", "Total USD $1,234.50", "Mar 4, 2026"]),
        ("en-GB", "GBP", ["Unit price", "1,234.50", "Total GBP £1,234.50", "4 Mar 2026"]),
        ("de-DE", "EUR", ["Einzelpreis", "1.234,50", "Gesamtbetrag EUR 1.234,50 €", "04.03.2026", "Seite 1 von 1"]),
        ("de-CH", "CHF", ["Einzelpreis", "1’234.50", "Gesamtbetrag CHF CHF 1’234.50", "04.03.2026"]),
        ("fr-FR", "EUR", ["Prix unitaire", "1 234,50", "Total EUR 1 234,50 €", "4 mars 2026", "Page 1 sur 1"]),
        ("es-ES", "EUR", ["Precio unitario", "1.234,50", "Total EUR 1.234,50 €", "4 mar 2026", "Página 1 de 1"]),
        ("es-419", "USD", ["Precio unitario", "1,234.50", "Total USD USD 1,234.50"]),
        ("sv-SE", "SEK", ["Unit price", "1 234,50", "Total SEK 1 234,50 kr", "4 mars 2026"]),
        ("en-US", "KWD", ["1,234.500", "Total KWD KWD 1,234.500"]),
    ],
)
def test_words_numbers_and_dates_follow_the_locale(locale: str, currency: str, says: list[str]):
    text = squeezed(text_of(order(locale=locale, currency=currency)))
    for said in says:
        assert squeezed(said) in text, said


@pytest.mark.parametrize("locale", ["ja-JP", "en-US", "de-DE"])
def test_yen_have_no_decimals(locale: str):
    sections = (Section((line(quantity=Decimal("1.500"), unit_price=Decimal("1200.0000"), net=Decimal("1800.00")),)),)
    text = text_of(order(*sections, locale=locale, currency="JPY", totals=Totals(Decimal(1800), Decimal("1800.0000"))))
    assert "¥" in text
    # The wide sign is in no font of ours.
    assert "￥" not in text
    for figure in ("1,200", "1,800") if locale != "de-DE" else ("1.200", "1.800"):
        assert figure in text
        assert f"{figure}.0" not in text
        assert f"{figure},0" not in text


@pytest.mark.parametrize(("locale", "width"), [("en-US", 612), ("es-MX", 612), ("en-GB", 595), ("de", 595)])
def test_paper_is_what_is_used_there(locale: str, width: int):
    [page] = reader(render(order(locale=locale))).pages
    assert round(page.mediabox.width) == width


@pytest.mark.parametrize(
    ("type", "title"), [(DocumentType.TAX_INVOICE, "Tax invoice"), (DocumentType.SALES_ORDER, "Sales order")]
)
def test_the_type_is_the_title(type: DocumentType, title: str):
    made = reader(render(order(type=type)))
    assert made.metadata.title == f"{title} SO-4711"
    assert title in made.pages[0].extract_text()


@pytest.mark.parametrize(
    ("locale", "currency", "field"), [("xx-YY", "USD", "locale"), ("", "USD", "locale"), ("en-US", "usd", "currency")]
)
def test_a_locale_or_a_currency_that_does_not_exist_is_named(locale: str, currency: str, field: str):
    with pytest.raises(UserError) as refused:
        render(order(locale=locale, currency=currency))
    assert refused.value.field == (field,)


HOSTILE = [
    '#import "@preview/evil:1.0.0": *',
    '#read("/etc/passwd") #panic("x") #{while true {}}',
    "$ sum_(i=0)^n $ *bold* _thin_ `raw` ~ -- --- ...",
    r"\u{41} \ \\ \n <label> @reference = heading // comment /* more */",
    "10x20 -> <= != 'quoted' \"twice\" <b>html</b> &amp; {0} %s",
    "x" * 500,
    "part-" * 100,
    "https://example.com/" + "a/" * 200,
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_type_is_printed_as_it_is(hostile: str):
    document = order(
        Section(
            (line(hostile, part_number=hostile, description=hostile, discount=Discount(Decimal(5), label=hostile)),),
            "A",
        ),
        Section((line(),), hostile[:150]),
        seller=Seller(hostile, (hostile,), hostile, hostile, hostile, hostile),
        buyer=Buyer(hostile, hostile, (hostile,), hostile, hostile),
        delivery_address=(hostile,),
        customer_reference=hostile,
        payment_terms=hostile,
        footer_note=hostile[:200],
        totals=Totals(Decimal(1), Decimal(1), coupon=Charge(Decimal(-1), hostile)),
    )
    made = reader(render(document))
    # Every field that people fill in: at least so many times, in lines that are broken anywhere.
    text = squeezed("\n".join(page.extract_text() for page in made.pages))
    assert text.count(squeezed(hostile)) >= 10
    assert made.metadata.author == hostile


def test_no_word_leaves_its_column():
    lines = [word for word in text_of(order(Section((line("W" * 500),)))).split() if set(word) == {"W"}]
    assert sum(map(len, lines)) == 500
    # The column has room for about thirty.
    assert 10 < max(map(len, lines)) < 48


def test_lines_that_people_break_stay_broken():
    [page] = pages_of(order(payment_terms="One\r\nTwo\u2028Three\x0bFour\rFive\n\n\n\n\nSix\tseven\x07"))
    assert "One\nTwo\nThree\nFour\nFive\nSix    seven" in page


CHARACTERS = st.characters() | st.sampled_from("#$*_`\\@<>[]{}\"'\n\t\x00\x1b\u202e\u200d\ufeff👩🏽🇩ا日")


@settings(max_examples=40, deadline=None)
@given(st.text(CHARACTERS, max_size=300), st.text(CHARACTERS, max_size=80))
@example("half of a pair: \ud800", "\udfff")
def test_any_text_can_be_printed(long: str, short: str):
    document = order(
        Section((line(long, part_number=short, description=long),), short),
        Section((line(short),), long),
        seller=Seller(short, (long,)),
        buyer=Buyer(short, long),
        payment_terms=long,
        footer_note=long,
    )
    assert reader(render(document)).pages


def test_scripts_beyond_ours_are_printed_or_are_boxes():
    text = text_of(
        order(Section((line("Ελληνικά Привет Ђорђе ąęłżÅøßñ ₹ € → שלום مرحبا"), line("日本語 한국어 👩‍👩‍👧"))))
    )
    for word in ("Ελληνικά", "Привет", "Ђорђе", "ąęłżÅøßñ", "₹", "→"):
        assert word in text
    assert "SO-4711" in text


def test_latin_greek_and_cyrillic_come_from_the_font_in_the_package():
    letters = "ąčđėğħıķłńőŕßťůźþæø ΑΒΓάέήίόύώς АБВёђѓєіїљњћќўџґ Ẽẵỵ €£¥₹₺₽"
    made = reader(
        render(order(Section((line(letters, description=letters),), letters), locale="de-DE", currency="EUR"))
    )
    assert {font for page in made.pages for font in fonts_of(page)} == {"Inter-Regular", "Inter-SemiBold"}


def test_the_same_document_is_the_same_file():
    assert render(three_lines()) == render(three_lines())
    assert render(three_lines()) != render(three_lines(number="SO-4712"))


def test_another_process_elsewhere_makes_the_same_file():
    code = """
import hashlib
from domain.documents.render import render
from tests.domain.documents.orders import three_lines
print(hashlib.sha256(render(three_lines())).hexdigest())
"""
    there = {"TZ": "Pacific/Auckland", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "7"}
    said = subprocess.run([sys.executable, "-c", code], env=there, capture_output=True, text=True, check=True).stdout
    assert said.strip() == hashlib.sha256(render(three_lines())).hexdigest()


def test_the_file_says_the_day_of_the_document_and_not_of_its_making():
    made = reader(render(three_lines())).metadata
    assert made.creation_date.date().isoformat() == "2026-03-04"
    assert made.author == "Northwind IT"


def test_pages_can_be_looked_at():
    pictures = pages(many_lines(30), "png")
    assert len(pictures) == len(pages_of(many_lines(30)))
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


async def test_the_event_loop_goes_on_while_a_document_is_made():
    long = many_lines(120)
    making = asyncio.create_task(pdf(long))
    turns = 0
    while not making.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
    assert await making == render(long)


def test_every_language_has_every_word():
    english = LANGUAGES["en"]
    assert {*DocumentType, *RecurringPeriod} <= english.keys()
    for language, said in LANGUAGES.items():
        assert said.keys() == english.keys(), language
        assert all(said.values()), language
        assert "{page}" in said["page"], language
        assert "{pages}" in said["page"], language
        text = text_of(replace(three_lines(), locale=language))
        for name in ("TAX_INVOICE", "MONTHLY", "title", "outstanding", "payment_terms"):
            assert said[name] in text, f"{language}: {name}"
