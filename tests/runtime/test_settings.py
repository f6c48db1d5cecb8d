"""Settings come from the environment without a prefix, and what is wrong with them is one sentence without a secret."""

from __future__ import annotations

import base64

import pytest

from runtime.errors import UserError
from runtime.settings import Settings

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_names_have_no_prefix_and_safe_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.load()
    assert (settings.graphiql, settings.allow_loopback_sites) == (True, False)
    assert (settings.sync_http_timeout, settings.sync_lease, settings.sync_settle) == (10, 30, 67)
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://qw_app@/quotewright")
    monkeypatch.setenv("ALLOW_LOOPBACK_SITES", "1")
    monkeypatch.setenv("SYNC_SETTLE", "0.5")
    settings = Settings.load()
    assert settings.database_url == "postgresql+psycopg://qw_app@/quotewright"
    assert (settings.allow_loopback_sites, settings.sync_settle) == (True, 0.5)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SYNC_SWEEP", "0", "SYNC_SWEEP: Input should be greater than 0."),
        ("LOG_FORMAT", "xml", "LOG_FORMAT: Input should be 'auto', 'console' or 'json'."),
        (
            "PUBLIC_URL",
            "quotes.example.com",
            "PUBLIC_URL: Input should be an address like https://quotes.example.com.",
        ),
        *(
            (
                "OFFER_URL",
                wrong,
                "OFFER_URL: Input should be an address with {token} in it, like https://app.example.com/offers#{token};"
                " http only on this machine.",
            )
            for wrong in (
                "https://x.example.com/offers",
                "https://{token}.example.com/",
                "http://x.example.com/{token}",
            )
        ),
        ("SYNC_LEASE", "10", "SYNC_HTTP_TIMEOUT must be shorter than SYNC_LEASE."),
        ("OIDC_ISSUER", "https://login.example.com", "OIDC_ISSUER and OIDC_AUDIENCE are set together, or neither."),
        ("OIDC_AUDIENCE", "quotewright", "OIDC_ISSUER and OIDC_AUDIENCE are set together, or neither."),
        *(
            (
                "OIDC_ISSUER",
                wrong,
                "OIDC_ISSUER: Input should be an address like https://login.example.com; http only on this machine.",
            )
            for wrong in (
                "login.example.com",
                "http://login.example.com",
                "http://localhost.example.com",
                "ftp://x",
                "https://",
                "https://a@b.example.com",
                "https://x.example.com/?a=b",
                "http://127.0.0.1@example.com",
            )
        ),
    ],
)
def test_what_is_wrong_is_a_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError) as caught:
        Settings.load()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example.com",
        "https://login.example.com/",
        "https://login.example.com:8443/realms/msp",
        "http://127.0.0.1:8080",
        "http://localhost:8080/realms/msp/",
        "http://[::1]:8080",
    ],
)
def test_an_issuer_stays_as_it_calls_itself(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    monkeypatch.setenv("OIDC_ISSUER", issuer)
    monkeypatch.setenv("OIDC_AUDIENCE", "quotewright")
    assert Settings.load().oidc_issuer == issuer


def test_what_is_needed_is_asked_for_by_name() -> None:
    with pytest.raises(UserError, match="Set DATABASE_URL and SECRET_KEYS in the environment"):
        Settings.load().need("database_url", "secret_keys")


def test_the_first_key_seals_and_no_text_shows_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEYS", f"new:{KEY},old:{KEY}")
    settings = Settings.load()
    assert settings.keyring()
    assert KEY not in repr(settings)
    monkeypatch.setenv("SECRET_KEYS", f"new:{KEY[:-8]}")
    with pytest.raises(UserError) as caught:
        Settings.load().keyring()
    assert str(caught.value).startswith("SECRET_KEYS: ")
    assert KEY[:8] not in str(caught.value)


@pytest.mark.parametrize(
    "sender", ["", "sales", "sales@", "Sales <sales@example.com>", "a@example.com\nBcc: b@example.com"]
)
def test_mail_has_a_sender_that_is_an_address(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:2525")
    monkeypatch.setenv("MAIL_FROM", sender)
    with pytest.raises(UserError, match="MAIL_FROM must be the address"):
        Settings.load().mail_server()


def test_a_mail_server_that_can_not_be_is_a_sentence_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().mail_server() is None
    monkeypatch.setenv("SMTP_URL", "smtps://user:canary/x@mail.example.com")
    monkeypatch.setenv("MAIL_FROM", "sales@example.com")
    with pytest.raises(UserError, match="SMTP_URL must be smtps") as refused:
        Settings.load().mail_server()
    assert "canary" not in str(refused.value)
