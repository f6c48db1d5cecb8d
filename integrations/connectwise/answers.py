"""Reads what ConnectWise answered: JSON, or the error that its status, code and words amount to.

Every manner of its error answers is known here and nowhere else. Sends nothing, and doesn't phrase messages for people.
"""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.connectwise import wire
from integrations.core import errors
from integrations.core.http import Answer

#: Path prefix -> what the security role setting of the API member is called on ConnectWise's own screens.
_RIGHTS = {
    "/company/companies": "Companies / Company Maintenance",
    "/company/contacts": "Companies / Contacts",
    "/company/configurations": "Companies / Configurations",
    "/sales/opportunities": "Sales / Opportunity",
    "/sales/orders": "Sales / Sales Orders",
    "/sales/activities": "Sales / Sales Activity",
    "/procurement/products": "Procurement / Products",
    "/procurement/catalog": "Procurement / Product Catalog",
    "/procurement/purchaseorders": "Procurement / Purchase Orders",
    "/service/tickets": "Service Desk / Service Tickets",
    "/project/tickets": "Project / Project Tickets",
    "/project/projects": "Project / Project Headers",
    "/system/members": "System / Member Maintenance",
    "/system/info": "System / My Company",
    # Whatever else is read (statuses, boards, types, warehouses …) is a setup table.
    "/": "System / Table Setup",
}
# Lists that live below the path of something else, but belong to the setup tables.
_SETUP = (
    "/company/companies/statuses",
    "/company/companies/types",
    "/company/contacts/types",
    "/sales/opportunities/statuses",
    "/sales/opportunities/types",
)

# A 500 for a body that couldn't be read: pyconnectwise met it, and repeating it never helps.
_UNREADABLE = re.compile(
    r"Error converting value|Could not (?:convert|cast)|Path '[^']*', line \d+, position \d+", re.I
)
_NO_RIGHT = re.compile(r"security permission", re.I)
_WAIT = re.compile(r"\bin (\d+) seconds?\b", re.I)
_LONGEST_TEXT = 1000


def right_for(path: str) -> str:
    """The security role setting that a path needs."""
    if path.startswith(_SETUP):
        return _RIGHTS["/"]
    prefix = max((p for p in _RIGHTS if path == p or path.startswith(p.rstrip("/") + "/")), key=len)
    return _RIGHTS[prefix]


def value(answer: Answer) -> Any:
    """The JSON of a successful answer. Raises TryLater for a page, for nothing, and for a redirect.

    What comes with status 200 but isn't JSON is a proxy or a maintenance page; whether the call got through is unknown.
    """
    if 300 <= answer.status < 400:
        aim = answer.headers.get("location", "nowhere")[:_LONGEST_TEXT]
        raise errors.TryLater(f"redirects to {aim}", code="Redirect", status=answer.status)
    try:
        return wire.decode(answer.body)
    except ValueError:
        words = _page_words(answer.body) or "an empty answer"
        raise errors.TryLater(words, code="NotJson", status=answer.status) from None


def error(answer: Answer, path: str) -> errors.RemoteError:
    """What an answer with a status of 400 or more means for a call of `path`."""
    code, text, field, details = _parts(answer)
    status = answer.status
    about: dict[str, Any] = {"code": code, "status": status, "field": field, "details": details}
    if status == 429:
        return errors.TryLater(text, retry_after=_retry_after(answer, text), surely_not_done=True, **about)
    if status in (401, 403):
        # The same code comes with both statuses, so the words decide. "Security" is the complaint about http or about a
        # cloud host without "api-": the address is wrong, not a right.
        if _NO_RIGHT.search(text) or (status == 403 and code != "Security" and "NotAuthenticated" not in text):
            forbidden = errors.Forbidden(text, **about)
            forbidden.right = right_for(path)
            return forbidden
        return errors.Unauthorized(text, **about)
    if status in (408, 409) or (status >= 500 and not _UNREADABLE.search(text)):
        return errors.TryLater(text, retry_after=_retry_after(answer, ""), **about)
    if status == 425:
        return errors.TryLater(text, retry_after=_retry_after(answer, ""), surely_not_done=True, **about)
    if status == 404 and code == "NotFound":
        return errors.Missing(text, **about)
    if code == "ObjectExists" or any(detail.code == "ObjectExists" for detail in details):
        return errors.Exists(text, **about)
    return errors.Rejected(text, **about)


def asked_to_wait(answer: Answer) -> float | None:
    """The seconds that a "too many requests" names, in its header or in its words."""
    return _retry_after(answer, _parts(answer)[1])


def _parts(answer: Answer) -> tuple[str, str, str | None, tuple[errors.Detail, ...]]:
    try:
        body = wire.decode(answer.body)
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        return "NotJson", _page_words(answer.body) or f"HTTP {answer.status} without a word", None, ()
    # 429 alone has its code under "error".
    code = str(body.get("code") or body.get("error") or "")
    text = str(body.get("message") or "") or code or f"HTTP {answer.status}"
    listed = body.get("errors")
    details = tuple(
        errors.Detail(str(item.get("code") or ""), _cut(str(item.get("message") or "")), _name(item.get("field")))
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, Mapping)
    )
    if not details:
        # "catalogItem 12 not found": what a field of the body pointed at. With 404 it is the record itself.
        field = text.partition(" ")[0] if code == "NotFound" and answer.status == 400 else None
        return code, _cut(text), field, ()
    # "InvalidObject: contact object is invalid" is only the wrapping of what is really wrong.
    words = list(dict.fromkeys(detail.text for detail in details if detail.text))
    return details[0].code or code, _cut(" ".join(words) or text), details[0].field, details


def _name(field: object) -> str | None:
    return str(field) if field else None


def _cut(text: str) -> str:
    return text[:_LONGEST_TEXT]


def _page_words(body: bytes) -> str:
    """What a page of IIS or of a proxy says: its title, else the beginning of its text."""
    page = body[:20_000].decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>(.*?)</title>", page, re.I | re.S)
    words = title.group(1) if title and title.group(1).strip() else re.sub(r"<[^>]*>", " ", page)
    return " ".join(words.split())[:200]


def _retry_after(answer: Answer, text: str) -> float | None:
    """Seconds to wait: the header as a number or as a date, else as the words say it ("again in 30 seconds")."""
    header = answer.headers.get("retry-after", "").strip()
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        # A date is measured against the answer's own date: our clock may go differently.
        wait = parsedate_to_datetime(header) - parsedate_to_datetime(answer.headers["date"])
        return max(wait.total_seconds(), 0.0)
    except (ValueError, TypeError, KeyError):
        named = _WAIT.search(text)
        return float(named.group(1)) if named else None
