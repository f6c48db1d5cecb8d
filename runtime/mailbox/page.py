"""The mails as a web page and as JSON. What a mail holds is shown as text: nothing of it is interpreted by a browser.

/                          the mails, the last first
/mails.json                the same for programs
/mails/{name}              one mail
/mails/{name}/{number}     one of its attachments, counted from 1; a PDF or a picture opens in the browser
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from runtime.mailbox.store import Mail, Store

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24 }
h1 { font-size: 1.3rem } a { color: #0b57a4; text-decoration: none } a:hover { text-decoration: underline }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .45rem .6rem; vertical-align: top }
tr { border-bottom: 1px solid #d8dde3 } th { color: #57606a; font-weight: 500; white-space: nowrap }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f8fa; padding: 1rem; border-radius: 6px }
.quiet { color: #57606a }
"""
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_OPENED = ("application/pdf", "image/png", "image/jpeg")  # what a browser shows without running any of it


def application(store: Store) -> Starlette:
    # No coroutines: files are read, so each runs in a thread of its own.
    def listed(_request: Request) -> Response:
        return _page("Mails", _list(list(store.mails())))

    def as_json(_request: Request) -> Response:
        return JSONResponse({"mails": [_facts(mail) for mail in store.mails()]}, headers=_SAFE)

    def shown(request: Request) -> Response:
        mail = store.mail(request.path_params["name"])
        return _page(_subject(mail), _mail(mail)) if mail else _nothing()

    def attachment(request: Request) -> Response:
        mail, number = store.mail(request.path_params["name"]), int(request.path_params["number"])
        attachments = mail.attachments if mail else []
        if not 1 <= number <= len(attachments):
            return _nothing()
        found = attachments[number - 1]
        opened = found.content_type in _OPENED
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": f"{'inline' if opened else 'attachment'}; filename*=UTF-8''{quote(found.filename)}",
        }
        return Response(
            found.content, media_type=found.content_type if opened else "application/octet-stream", headers=headers
        )

    return Starlette(
        routes=[
            Route("/", listed),
            Route("/mails.json", as_json),
            Route("/mails/{name}", shown),
            Route("/mails/{name}/{number:int}", attachment),
        ]
    )


def _facts(mail: Mail) -> dict[str, object]:
    return {
        "name": mail.name,
        "to": mail.recipients,
        "from": mail.headers.get("From", ""),
        "subject": mail.headers.get("Subject", ""),
        "date": mail.headers.get("Date", ""),
        "text": mail.text,
        "attachments": [
            {"filename": one.filename, "type": one.content_type, "bytes": len(one.content)} for one in mail.attachments
        ],
    }


def _list(mails: list[Mail]) -> str:
    if not mails:
        return "<p class=quiet>No mail yet. The confirmation of the next order appears here.</p>"
    rows = "".join(
        f"<tr><td><a href='/mails/{mail.name}'>{escape(_subject(mail))}</a></td>"
        f"<td>{escape(', '.join(mail.recipients))}</td><td class=quiet>{escape(mail.headers.get('Date', ''))}</td></tr>"
        for mail in mails
    )
    return f"<table><tr><th>Subject<th>To<th>Date</tr>{rows}</table>"


def _mail(mail: Mail) -> str:
    headers = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in mail.headers.items())
    attachments = "".join(
        f"<li><a href='/mails/{mail.name}/{number}'>{escape(one.filename)}</a>"
        f" <span class=quiet>{escape(one.content_type)}, {len(one.content):,} bytes</span></li>"
        for number, one in enumerate(mail.attachments, start=1)
    )
    return (
        f"<p><a href='/'>All mails</a></p><table>{headers}</table><pre>{escape(mail.text)}</pre><ul>{attachments}</ul>"
    )


def _subject(mail: Mail) -> str:
    return mail.headers.get("Subject") or "without subject"


def _page(title: str, body: str) -> Response:
    head = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    named = f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>"
    return HTMLResponse(f"{head}{named}{body}</html>", headers=_SAFE)


def _nothing() -> Response:
    return PlainTextResponse("There is nothing here.", 404, headers=_SAFE)
