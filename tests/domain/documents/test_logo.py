"""The seller's logo: printed if it can be, refused with a reason when it is set, never in the document's way."""

import base64
from pathlib import Path

import pytest

from domain.documents import typesetting
from domain.documents.logo import check_logo
from domain.documents.models import Seller
from domain.documents.render import render
from domain.errors import UserError
from tests.domain.documents.orders import SVG, order, png, reader

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI//////////////////////////////////////////////"
    "//////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z"
)


def svg(inside: str, before: str = "") -> bytes:
    return (
        f'{before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' width="90" height="30">{inside}</svg>'
    ).encode()


def copies_of_copies(depth: int) -> str:
    shapes = '<rect id="u0" width="1" height="1"/>'
    return shapes + "".join(
        f'<g id="u{n}"><use xlink:href="#u{n - 1}"/><use href="#u{n - 1}"/></g>' for n in range(1, depth)
    )


def printed_with(logo: bytes | None) -> bytes:
    return render(order(seller=Seller("Northwind IT", logo=logo)))


GOOD = {
    "svg": SVG,
    "png": png(200, 50),
    "jpeg": JPEG,
    "with a document type": svg(
        '<rect width="9" height="9"/>',
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">',
    ),
    "with classes": svg(
        "<style>.a,.b{fill:url(#g)} /* .c{} */ .c{clip-path: url('#k')}</style>"
        '<linearGradient id="g"><stop stop-color="red"/></linearGradient><clipPath id="k"><circle r="9"/></clipPath>'
        '<g class="c"><rect class="a" width="90" height="30"/></g>'
    ),
    "with some copies": svg(copies_of_copies(6)),
}


@pytest.mark.parametrize("logo", GOOD.values(), ids=GOOD.keys())
def test_a_good_logo_is_accepted_and_printed(logo: bytes):
    check_logo(logo)
    assert printed_with(logo) != printed_with(None)


def test_a_logo_stands_in_the_place_of_the_name():
    with_logo = reader(printed_with(png(200, 50)))
    assert len(with_logo.pages[0].images) == 1
    without = reader(printed_with(None))
    assert not without.pages[0].images
    # With a logo the name stands above the address instead.
    for made in (with_logo, without):
        assert made.pages[0].extract_text().count("Northwind IT") == 1


BAD = {
    "no picture": (b"hello", "PNG, JPEG or SVG"),
    "nothing": (b"", "PNG, JPEG or SVG"),
    "another format": (b"GIF89a" + bytes(50), "PNG, JPEG or SVG"),
    "too large": (png(9, 9) + bytes(150_000), "at most 150,000"),
    "cut short": (png(90, 90)[:60], "damaged"),
    "no size": (png(0, 5), "damaged"),
    "a cut JPEG": (JPEG[:100], "damaged"),
    "a JPEG of headers": (b"\xff\xd8\xff\xe0\x00\x02" + b"\xff\xfe\x00\x02" * 40, "damaged"),
    "a page": (b"<html><svg></html>", "not a complete SVG"),
    "half an SVG": (SVG[:60], "not a complete SVG"),
    "no drawing": (svg("", "").replace(b'width="90"', b'width="0"'), "damaged"),
    "too many pixels": (png(1, 1).replace(b"\0\0\0\1\0\0\0\1", b"\0\1\0\0\0\1\0\0"), "65536 x 65536 pixels"),
    "too many scans": (JPEG + b"\xff\xda" * 60, "scans"),
    "copies of copies": (svg(copies_of_copies(40)), "too many shapes"),
    "copies of something large": (
        svg('<path id="p" d="M0 0' + "L1 1" * 9000 + '"/>' + '<use href="#p"/>' * 90),
        "too many shapes",
    ),
    "clips by class": (
        svg(
            "<style>.a{clip-path:url(#k)}</style>"
            + '<clipPath id="k">'
            + '<circle r="1"/>' * 300
            + "</clipPath>"
            + '<g class="a"/>' * 300
        ),
        "too many shapes",
    ),
    "text in text in text": (svg(f"<text>{'<tspan>' * 5000}a{'</tspan>' * 5000}</text>"), "nested too deeply"),
    "itself": (svg('<g id="a"><use href="#a"/></g>'), "inside itself"),
    "entities": (svg("<text>&b;</text>", '<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'), "entities"),
    "a file of ours": (svg('<image href="document.typ"/>'), "pictures"),
    "a file elsewhere": (svg('<use href="http://127.0.0.1/x.svg#a"/>'), "another file"),
    "a script": (svg("<script>alert(1)</script>"), "scripts"),
    "effects": (svg('<filter id="f"><feGaussianBlur stdDeviation="500"/></filter>'), "effects"),
    "a novel": (svg(f"<text>{'word ' * 9000}</text>"), "too much text"),
    "a strange style": (svg("<style>@media x{ rect{fill:url(#c)</style>"), "can't be understood"),
}


@pytest.mark.parametrize(("logo", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_logo_is_refused_with_the_reason_and_left_out(logo: bytes, reason: str):
    with pytest.raises(UserError, match=reason) as refused:
        check_logo(logo)
    assert refused.value.field == ("logo",)
    assert printed_with(logo) == printed_with(None)


def test_a_picture_can_name_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Even if the check let it pass: typst looks for files in the folder of the templates only."""
    (tmp_path / "secret.png").write_bytes(png(300, 300))
    monkeypatch.chdir(tmp_path)
    naming = list(svg('<image href="secret.png" width="90" height="30"/>'))
    with pytest.raises(typesetting.Unprintable, match="not found"):
        typesetting.set_in_type("logo", {"format": "svg", "bytes": naming})
