"""The mail that brings an order's document: subject, a few words, the PDF. Pure; it is sent elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from domain.documents import words
from domain.documents.models import Document

# By language, like the words of the document itself; English for all others.
_TEXTS = {
    "en": "Dear {name},\n\nthank you for your order. Attached you will find: {title} {number}.\n\n"
    "Kind regards\n{seller}\n",
    "de": "Guten Tag {name},\n\nvielen Dank für Ihre Bestellung. Im Anhang finden Sie: {title} {number}.\n\n"
    "Mit freundlichen Grüßen\n{seller}\n",
    "fr": "Bonjour {name},\n\nmerci de votre commande. Vous trouverez ci-joint : {title} {number}.\n\n"
    "Cordialement,\n{seller}\n",
    "es": "Hola, {name}:\n\nGracias por su pedido. Adjuntamos {title} {number}.\n\nUn saludo,\n{seller}\n",
}


@dataclass(frozen=True)
class Recipient:
    """`email` as `addressable` gives it."""

    name: str
    email: str


def addressable(email: str) -> str | None:
    """The address as every mail server takes it, in ASCII; None if it can't be written so."""
    local, _, domain = email.rpartition("@")
    try:
        return Address(addr_spec=f"{local}@{domain.encode('idna').decode()}").addr_spec
    except (ValueError, MessageError, IndexError):  # the standard parser refuses, or stumbles, with each of them
        return None


def letter(
    document: Document, pdf: bytes, to: Recipient, *, sender: str, message_id: str, at: datetime
) -> EmailMessage:
    """`sender` is the address that it comes from, under the seller's name; answers go to the seller's own address.

    It is ASCII throughout: not every server takes more.
    """
    language, said = words.of(document.locale.partition("-")[0])
    title, number, seller = said[document.type], _one_line(document.number), _one_line(document.seller.name)
    text = _TEXTS.get(language, _TEXTS["en"]).format(name=_one_line(to.name), title=title, number=number, seller=seller)
    message = EmailMessage()
    message["From"] = Address(seller, addr_spec=sender)
    message["To"] = Address(_one_line(to.name), addr_spec=to.email)
    if answers := addressable(document.seller.email or ""):
        message["Reply-To"] = Address(seller, addr_spec=answers)
    message["Subject"] = f"{title} {number}"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language
    message.set_content(text, cte="quoted-printable")
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{number}.pdf")
    return message


def _one_line(text: str) -> str:
    """As a header can hold it: whoever writes a name can't add headers by it, be it with a line break, or with one in
    the form that the header's writer decodes (=?utf-8?q?=0A?=).
    """
    return "".join(filter(str.isprintable, " ".join(text.split()))).replace("=?", "= ?")
