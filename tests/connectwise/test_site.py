"""What people type as *site*, and which two hosts it means."""

import pytest

from integrations.connectwise import site


@pytest.mark.parametrize(
    ("typed", "ui", "api"),
    [
        ("na.myconnectwise.net", "https://na.myconnectwise.net", "https://api-na.myconnectwise.net"),
        ("https://api-eu.myconnectwise.net/", "https://eu.myconnectwise.net", "https://api-eu.myconnectwise.net"),
        ("  AU.MyConnectWise.NET. ", "https://au.myconnectwise.net", "https://api-au.myconnectwise.net"),
        (
            "https://za.myconnectwise.net/v2025_1/ConnectWise.aspx?fullscreen=false",
            "https://za.myconnectwise.net",
            "https://api-za.myconnectwise.net",
        ),
        (
            "api-staging.connectwisedev.com",
            "https://staging.connectwisedev.com",
            "https://api-staging.connectwisedev.com",
        ),
        (
            "sandbox-na.myconnectwise.net",
            "https://sandbox-na.myconnectwise.net",
            "https://sandbox-na.myconnectwise.net",
        ),
        ("https://cw.contoso.example:443", "https://cw.contoso.example", "https://cw.contoso.example"),
        ("cw.contoso.example:8443", "https://cw.contoso.example:8443", "https://cw.contoso.example:8443"),
    ],
)
def test_sites(typed: str, ui: str, api: str) -> None:
    assert site.parse(typed) == site.Site(ui=ui, api=api)


def test_sites_of_development() -> None:
    for typed in ("http://127.0.0.1:8100", "127.0.0.1:8100/"):
        assert site.parse(typed, allow_loopback=True) == site.Site("http://127.0.0.1:8100", "http://127.0.0.1:8100")
    assert site.parse("http://[::1]:81", allow_loopback=True).api == "http://[::1]:81"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("my server", "characters"),
        ("na.myconnectwise.net\r\nHost: x", "characters"),
        ("nä.myconnectwise.net", "characters"),
        ("connectwise", "not a complete server name"),
        ("-bad-.example.com", "not a valid server name"),
        ("a..b.example", "not a valid server name"),
        ("http://na.myconnectwise.net", "https only"),
        ("ftp://na.myconnectwise.net", "https://"),
        ("user@na.myconnectwise.net", "user name"),
        ("na.myconnectwise.net:8443", "Leave the port out"),
        ("cw.contoso.example:22", "Port 22"),
        ("cw.contoso.example:99999", "not a readable address"),
        ("cw.contoso.example:", "port"),
        ("93.184.215.14", "number"),
        ("0x7f.1", "number"),
        ("[2606:4700::1111]", "number"),
        ("https://", "not a complete"),
        ("http://localhost:8100", "development only"),
        ("127.0.0.1", "development only"),
    ],
)
def test_sites_that_make_no_sense(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        site.parse(typed)
    assert says in str(caught.value)
