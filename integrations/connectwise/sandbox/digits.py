"""Whole numbers out of texts that a request may hold: ids, page numbers. Knows no signs and no fractions."""


def whole(text: str) -> int | None:
    """None when it isn't one, or has more than 18 digits: Python refuses to read endless ones."""
    return int(text) if text.isdecimal() and len(text) <= 18 else None
