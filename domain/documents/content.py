"""From a Document to what stands on paper: every label, number and line as text, in the order it is printed.

It knows nothing of fonts, columns' widths or pages: those are `template/document.typ`.
"""

from decimal import Decimal
from typing import Any

from babel import Locale

from domain.documents import typed, words
from domain.documents.figures import Figures
from domain.documents.models import Charge, Document, Seller
from domain.documents.table import Table
from domain.documents.words import Words
from domain.money import arithmetic


def printed(document: Document) -> dict[str, Any]:
    """Ready for JSON. Raises UserError for a locale or a currency that doesn't exist."""
    figures = Figures(document.locale, document.currency)
    language, said = words.of(figures.locale.language)
    table = Table(document.sections, figures, said)
    note = typed.cleaned(document.footer_note)
    return {
        "language": language,
        "region": _region(figures.locale) if figures.locale.language == language else None,
        "paper": figures.paper,
        "title": said[document.type],
        "number": typed.cleaned(document.number),
        "page": said["page"],
        "seller": _seller(document.seller, said),
        "parties": _parties(document, said),
        "facts": _facts(document, figures, said),
        "columns": table.columns,
        "sections": table.sections,
        "summary": _summary(document, figures, said),
        "total": [f"{said['total']} {document.currency}", figures.money(document.totals.total)],
        "settled": _settled(document, figures, said),
        "taxes": _taxes(document, figures, said),
        "terms": _titled(said["payment_terms"], document.payment_terms),
        "foot": note if typed.is_short(note) else "",
        "closing": "" if typed.is_short(note) else note,
    }


def _titled(label: str, text: str | None) -> list[str] | None:
    cleaned = typed.cleaned(text)
    return [label, cleaned] if cleaned else None


def _region(locale: Locale) -> str | None:
    """A country; 419, which is Latin America, is none."""
    return locale.territory if locale.territory and locale.territory.isalpha() else None


def _seller(seller: Seller, said: Words) -> dict[str, str]:
    contact = (seller.phone, seller.email, seller.website, _tax_number(seller.tax_number, said))
    return {"name": typed.cleaned(seller.name), "lines": typed.block(*seller.address, *contact)}


def _parties(document: Document, said: Words) -> list[dict[str, str]]:
    buyer = document.buyer
    billing = typed.block(buyer.contact, *buyer.address, _tax_number(buyer.tax_number, said))
    parties = [{"label": said["billing"], "name": typed.cleaned(buyer.name), "lines": billing}]
    if delivery := typed.block(*document.delivery_address):
        parties.append({"label": said["delivery_address"], "name": "", "lines": delivery})
    return parties


def _tax_number(number: str | None, said: Words) -> str | None:
    return f"{said['tax_number']} {number}" if typed.cleaned(number) else None


def _facts(document: Document, figures: Figures, said: Words) -> list[list[str]]:
    facts = {
        "number": typed.cleaned(document.number),
        "date": figures.date(document.date),
        "due_date": figures.date(document.due_date) if document.due_date else "",
        "customer_reference": typed.cleaned(document.customer_reference),
        "account_number": typed.cleaned(document.buyer.account_number),
        "currency": document.currency,
    }
    return [[said[name], fact] for name, fact in facts.items() if fact]


def _summary(document: Document, figures: Figures, said: Words) -> list[list[str]]:
    """The rows above the total; they add up to it."""
    totals = document.totals
    rows = []
    if totals.discount:
        with arithmetic():
            rows.append((said["before_discounts"], totals.subtotal + totals.discount))
        rows.append((said["discounts"], -totals.discount))
    rows.append((said["subtotal"], totals.subtotal))
    for name, charge in (("coupon", totals.coupon), ("surcharge", totals.surcharge), ("delivery", totals.delivery)):
        if charge is not None:
            rows.append((_charged(said[name], charge), charge.amount))
    if totals.taxes:
        with arithmetic():
            rows.append((said["tax"], sum((share.tax for share in totals.taxes), Decimal(0))))
    return [[label, figures.money(amount)] for label, amount in rows]


def _charged(label: str, charge: Charge) -> str:
    more = typed.cleaned(charge.label)
    return f"{label} ({more})" if more else label


def _settled(document: Document, figures: Figures, said: Words) -> list[list[str]]:
    totals = document.totals
    if not totals.paid:
        return []
    return [
        [said["paid"], figures.money(-totals.paid)],
        [said["outstanding"], figures.money(totals.outstanding)],
    ]


def _taxes(document: Document, figures: Figures, said: Words) -> dict[str, Any] | None:
    shares = document.totals.taxes
    if not shares:
        return None
    return {
        "title": said["tax_summary"],
        "columns": [said["tax_rate"], said["tax_base"], said["tax"]],
        "rows": [
            [figures.percent(share.rate), figures.amount(share.base), figures.amount(share.tax)] for share in shares
        ],
    }
