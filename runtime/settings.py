"""Everything that can be set from outside, read once from the environment. Does not read files and starts nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.errors import UserError

if TYPE_CHECKING:
    from domain.secrets import Keyring
    from integrations.mail.smtp import Server

# By https, or on this very machine, for development.
_ISSUER = r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/[^\s?#]*)?"
_OFFER_PAGE = r"(https://[^\s/?#@{}]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)/\S+"


class Settings(BaseSettings):
    """The environment. Names have no prefix: `database_url` is DATABASE_URL. Times are seconds."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )

    # Empty means: `quotewright up` starts its own; every other command asks for it (see `need`).
    database_url: str = ""  # as qw_app
    database_owner_url: str = ""  # as qw_owner: migrations only
    redis_url: str = ""
    # Off behind a PgBouncer with transaction pooling: statements prepared on one server connection are not there on the
    # next. Only DATABASE_URL may lead to one; DATABASE_OWNER_URL (migrations) needs a connection of its own.
    database_prepare: bool = True

    secret_keys: SecretStr = SecretStr("")  # "kid:base64,kid2:base64"; the first encrypts, all decrypt
    connectwise_client_id: str = ""
    allow_loopback_sites: bool = False  # for development: the sandbox lives on 127.0.0.1; `up` sets it

    # Where mails are handed in: "smtps://user:password@mail.example.com" or
    # "smtp://user:password@mail.example.com:587?starttls=required". Empty: none is sent, and that is told.
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""  # the address that mails come from

    public_url: str = "http://127.0.0.1:8000"  # where browsers and ConnectWise's callbacks reach the api
    # The page on which customers see and answer an offer, with the token of their link in its place:
    # "https://app.example.com/offers#{token}". Empty: links are given as bare tokens.
    offer_url: str = ""
    # Pages of these origins may ask in a browser: "https://app.example.com https://other.example.com".
    allowed_origins: str = ""
    # Whom employees sign in with, and what that service calls us; without these two there are API tokens only. A claim
    # of its tokens is the tenant's id, another one the employee's e-mail address (docs/access.md).
    oidc_issuer: str = ""  # exactly as it calls itself, with or without the slash at the end
    oidc_audience: str = ""
    oidc_tenant_claim: str = "tenant_id"
    oidc_email_claim: str = "email"
    log_format: Literal["auto", "console", "json"] = "auto"  # auto: console on a terminal, JSON lines elsewhere
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    graphiql: bool = True  # the page holds no data, and every operation in it needs a token

    api_rate_points_per_minute: int = Field(default=100_000, ge=0)  # of one token; 0: no limit over time

    # Calls to one connected vendor account, of all workers together, in any minute.
    sync_calls_per_minute: int = Field(default=600, ge=60)
    sync_http_timeout: float = Field(default=10, gt=0)  # a call to the vendor ends within this
    sync_lease: float = Field(default=30, gt=0)  # who doesn't renew it has lost the record
    sync_settle: float = Field(default=67, gt=0)  # how long a create whose answer was lost may still show up
    sync_sweep: float = Field(default=2, gt=0)  # how often the worker looks by itself, without a bell
    sync_pace: float = Field(default=1, gt=0)  # a record that was just written rests this long before the next write
    sync_poll: float = Field(default=60, gt=0)  # how often changes over there are asked for, callbacks or not
    sync_grace: float = Field(default=20, gt=0)  # after SIGTERM: what is under way may end within this

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _in_any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError("Input should be an address like https://quotes.example.com")
        return value.rstrip("/")

    @field_validator("offer_url")
    @classmethod
    def _a_page_with_a_place_for_the_token(cls, value: str) -> str:
        if value and not (re.fullmatch(_OFFER_PAGE, value) and value.count("{token}") == 1):
            raise ValueError(
                "Input should be an address with {token} in it, like https://app.example.com/offers#{token}; http only"
                " on this machine"
            )
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _an_issuer(cls, value: str) -> str:
        if value and not re.fullmatch(_ISSUER, value):
            raise ValueError("Input should be an address like https://login.example.com; http only on this machine")
        return value

    @model_validator(mode="after")
    def _an_issuer_has_an_audience(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_audience):
            raise ValueError("OIDC_ISSUER and OIDC_AUDIENCE are set together, or neither")
        return self

    @model_validator(mode="after")
    def _a_call_fits_into_its_lease(self) -> Self:
        if self.sync_http_timeout >= self.sync_lease:
            raise ValueError("SYNC_HTTP_TIMEOUT must be shorter than SYNC_LEASE")
        return self

    @classmethod
    def load(cls) -> Self:
        """The settings of this process. Raises UserError with a sentence instead of pydantic's report."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"]).upper()
            text = first["msg"].removeprefix("Value error, ")
            raise UserError(f"{name}: {text}." if name else f"{text}.") from None

    def need(self, *names: str) -> Self:
        """These settings, when they are all there: `Settings.load().need("database_url")`. Raises UserError."""
        missing = [name.upper() for name in names if not _text(getattr(self, name))]
        if missing:
            raise UserError(
                f"Set {' and '.join(missing)} in the environment, or let `quotewright up` start everything."
            )
        return self

    def mail_server(self) -> Server | None:
        """Where mails are handed in; None: nowhere. Raises UserError; its text shows nothing of a password."""
        url = self.smtp_url.get_secret_value()
        if not url:
            return None

        from integrations.mail.letter import addressable
        from integrations.mail.smtp import Server

        sender = addressable(self.mail_from)
        if sender is None:
            raise UserError("MAIL_FROM must be the address that mails come from, such as sales@example.com.")
        try:
            return Server.parse(url, sender, self.sync_http_timeout)
        except ValueError as error:
            raise UserError(f"SMTP_URL {error}.") from None

    def keyring(self) -> Keyring:
        """The secret keys. Raises UserError when one is malformed or none is set; the text shows nothing of a key."""
        from domain.secrets import BadKeyring, Keyring

        try:
            return Keyring.parse(self.need("secret_keys").secret_keys.get_secret_value())
        except BadKeyring as error:
            raise UserError(f"SECRET_KEYS: {error}") from None


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def libpq_url(url: str) -> str:
    """The address as psycopg takes it: `postgresql+psycopg://…` and `postgres://…` become `postgresql://…`."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


def sqlalchemy_url(url: str) -> str:
    """The address as SQLAlchemy takes it, with the driver named."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", url)
