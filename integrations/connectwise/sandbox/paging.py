"""Pages: how many, which, and the Link header that leads to the others.

The header is always there, `page=N` comes last in it and commas are escaped: working clients cut it apart by those.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from operator import itemgetter
from urllib.parse import quote_plus

from integrations.connectwise.sandbox.call import Call
from integrations.connectwise.sandbox.digits import whole
from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import bad_parameter

DEFAULT_SIZE = 25
MAX_SIZE = 1000
_ESCAPE = re.compile("%[0-9A-F]{2}")


def number(call: Call, name: str, default: int) -> int:
    text = call.params.get(name.lower(), "")
    if not text:
        return default
    found = whole(text)
    if found is None:
        raise bad_parameter(f"{name} must be a number, not '{text}'.")
    return found


def size(call: Call) -> int:
    wanted = number(call, "pageSize", DEFAULT_SIZE)
    if wanted > MAX_SIZE and call.options.page_size_clamped:
        return MAX_SIZE
    if not 1 <= wanted <= MAX_SIZE:
        raise bad_parameter(f"pageSize must be between 1 and {MAX_SIZE}.")
    return wanted


def forward(call: Call, rows: list[Record], url: str) -> tuple[list[Record], str]:
    """Rows after `pageId`. Immune to what is added or deleted meanwhile."""
    if call.params.get("orderby"):
        raise bad_parameter("orderBy can't be used with forward-only paging.")
    after, count = number(call, "pageId", 0), size(call)
    start = bisect_right(rows, after, key=itemgetter("id"))
    page = rows[start : start + count]
    more = len(rows) > start + count
    return page, _link(call, url, count, f"pageId={page[-1]['id']}", "next") if more else ""


def navigable(call: Call, rows: list[Record], url: str) -> tuple[list[Record], str]:
    count, page = size(call), number(call, "page", 1)
    if page < 1:
        raise bad_parameter("page must be 1 or more.")
    last = max(1, -(-len(rows) // count))
    rels = {
        "first": 1 if page > 1 else None,
        "prev": page - 1 if page > 1 else None,
        "next": page + 1 if page < last else None,
        "last": last if page < last else None,
    }
    links = [_link(call, url, count, f"page={to}", rel) for rel, to in rels.items() if to is not None]
    return rows[(page - 1) * count : page * count], ", ".join(links)


def _link(call: Call, url: str, count: int, target: str, rel: str) -> str:
    kept = [(name, value) for name, value in call.raw_params if name.lower() not in ("page", "pagesize", "pageid")]
    query = "&".join(f"{name}={_escaped(value)}" for name, value in kept)
    return f'<{url}/?{query + "&" if query else ""}pageSize={count}&{target}>; rel="{rel}"'


def _escaped(text: str) -> str:
    """With a plus for a space and lower-case escapes, as in real headers."""
    return _ESCAPE.sub(lambda match: match[0].lower(), quote_plus(text))
