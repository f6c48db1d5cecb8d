"""From a Document to a PDF: a pure function. The same document gives the same bytes, on machines with the same fonts.

It decides nothing about what is printed (`content.py`) or how it looks (`template/document.typ`).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time

from domain.documents import logo
from domain.documents.content import printed
from domain.documents.models import Document
from domain.documents.typesetting import Form, Unprintable, set_in_type

# Typst works without the interpreter's lock, so threads do. Few, and its own: whoever is being answered goes first.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="documents")


async def pdf(document: Document) -> bytes:
    """What `render` makes, made beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_threads, render, document)


def render(document: Document) -> bytes:
    """The PDF. A logo that can't be printed is left out.

    Raises UserError (fields `locale`, `currency`) for a locale or a currency that doesn't exist.
    """
    return pages(document, "pdf")[0]


def pages(document: Document, form: Form) -> list[bytes]:
    """The document as one PDF, or as a picture of each page."""
    content = printed(document)
    moment = datetime.combine(document.date, time(), tzinfo=UTC)
    picture = logo.picture(document.seller.logo)
    if picture is not None:
        try:
            return set_in_type("document", {**content, "logo": picture}, form, moment)
        except Unprintable:
            pass  # a damaged picture, or else it fails again
    return set_in_type("document", {**content, "logo": None}, form, moment)
