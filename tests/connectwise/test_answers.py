"""Every error body that was seen at a real ConnectWise, and whose move it is after it."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from integrations.connectwise import answers
from integrations.core import errors
from integrations.core.http import Answer
from tests.connectwise import spec

COMPANY = "/company/companies/5"


def answered(status: int, body: Any, **headers: str) -> Answer:
    """As ConnectWise writes it: indented, with CRLF."""
    text = body if isinstance(body, bytes) else json.dumps(body, indent=2).replace("\n", "\r\n").encode()
    return Answer(status, httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}), text)


def invalid(resource: str, *complaints: tuple[str, str, str]) -> dict[str, Any]:
    listed = [{"code": code, "message": text, "resource": resource, "field": field} for code, text, field in complaints]
    return {"code": "InvalidObject", "message": f"{resource} object is invalid", "errors": listed}


CONVERSION = "Error converting value \"{...}\" to type 'System.Int32'. Path 'company', line 1, position 1."
POOL = "Timeout expired.  The timeout period elapsed prior to obtaining a connection from the pool."
LITERALS = "Expected a boolean value, not a numeric. String values should be enclosed with double or single quotes."

RECURRING = "recurringBillCycle or recurringOneTimeFlag is required."
NO_RIGHT = "You do not have security permission to perform this action."
AGAIN = "A timeout has occured. Please try again."
THROTTLED = {"error": "ConnectWiseAPI", "message": "Too many requests. Please try again in 30 seconds."}
TWO_WRONG = invalid("callbackEntry", ("InvalidField", "Invalid URL", "url"), ("InvalidObject", "Bad level", "level"))
ONE_TWICE = invalid(
    "catalogItem",
    ("MissingRequiredField", RECURRING, "recurringOneTimeFlag"),
    ("MissingRequiredField", RECURRING, "recurringBillCycle/id"),
)


def one(resource: str, code: str, text: str, field: str) -> dict[str, Any]:
    return invalid(resource, (code, text, field))


def bare(code: str, text: str) -> dict[str, Any]:
    return {"code": code, "message": text, "errors": None}


E = errors
BODIES: list[tuple[int, dict[str, Any], type[errors.RemoteError], str, str | None, bool]] = [
    # status, body, class, code, field, surely not done
    (400, one("contact", "MissingRequiredField", "The firstName field is required.", "firstName"),
     E.Rejected, "MissingRequiredField", "firstName", True),
    (400, TWO_WRONG, E.Rejected, "InvalidField", "url", True),
    (400, one("callbackEntry", "ObjectExists", "A matching callback entry already exists", "objectId"),
     E.Exists, "ObjectExists", "objectId", True),
    (400, ONE_TWICE, E.Rejected, "MissingRequiredField", "recurringOneTimeFlag", True),
    (400, one("configuration", "MissingRequiredField", "id or deviceIdentifier is required.", "id"),
     E.Rejected, "MissingRequiredField", "id", True),
    (400, one("company", "OutOfRange", "The field yearEstablished must be between 1900 and 9999.", "yearEstablished"),
     E.Rejected, "OutOfRange", "yearEstablished", True),
    (400, {"code": "InvalidParameter", "message": LITERALS}, E.Rejected, "InvalidParameter", None, True),
    (400, {"code": "UnsupportedFormat", "message": "..."}, E.Rejected, "UnsupportedFormat", None, True),
    # A reference that leads nowhere is a mistake in the record, not a record that is gone.
    (400, {"code": "NotFound", "message": "workRole Engineer not found"}, E.Rejected, "NotFound", "workRole", True),
    (400, bare("TimeEntryApi", "Please update the status of this ticket"), E.Rejected, "TimeEntryApi", None, True),
    (401, bare("ConnectWiseApi", "UserNotAuthenticated"), E.Unauthorized, "ConnectWiseApi", None, True),
    (401, bare("Unauthorized", "Unauthorized"), E.Unauthorized, "Unauthorized", None, True),
    (403, bare("Unauthorized", NO_RIGHT), E.Forbidden, "Unauthorized", None, True),
    (401, bare("Unauthorized", NO_RIGHT), E.Forbidden, "Unauthorized", None, True),
    (403, bare("Security", "SSL is required."), E.Unauthorized, "Security", None, True),
    (404, {"code": "NotFound", "message": "Contact 57919 not found"}, E.Missing, "NotFound", None, True),
    (404, bare("ConnectWiseApi", "The endpoint does not exist."), E.Rejected, "ConnectWiseApi", None, True),
    (429, THROTTLED, E.TryLater, "ConnectWiseAPI", None, True),
    (500, bare("ConnectWiseApi", AGAIN), E.TryLater, "ConnectWiseApi", None, False),
    (500, bare("ConnectWiseApi", POOL), E.TryLater, "ConnectWiseApi", None, False),
    (500, bare("ConnectWiseApi", CONVERSION), E.Rejected, "ConnectWiseApi", None, True),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "code", "field", "not_done"), BODIES)
def test_each_body_seen_at_a_real_server(
    status: int, body: dict[str, Any], kind: type, code: str, field: str | None, not_done: bool
) -> None:
    error = answers.error(answered(status, body), COMPANY)
    assert type(error) is kind
    assert (error.status, error.code, error.field, error.surely_not_done) == (status, code, field, not_done)
    said = body["errors"][0]["message"] if body.get("errors") else body["message"]
    assert said in error.text
    assert len(error.details) == len(body.get("errors") or ())


@pytest.mark.skipif(spec.folder() is None, reason="the vendor's samples are not beside the project")
def test_every_recorded_body_is_among_them() -> None:
    """Status, codes, fields and the beginning of the words: none of what was recorded is missing above."""
    mine = {_shape(status, body) for status, body, *_ in BODIES}
    recorded = [_shape(sample["status"], sample["body"]) for sample in spec.samples()["errors"]]
    assert len(recorded) == 20
    assert [shape for shape in recorded if shape not in mine] == []
    for sample in spec.samples()["errors"]:
        body, status = sample["body"], sample["status"]
        kinds = {kind for known, other, kind, *_ in BODIES if _shape(known, other) == _shape(status, body)}
        error = answers.error(answered(status, body), COMPANY)
        assert {type(error)} == kinds
        assert all(complaint["message"] in error.text for complaint in body.get("errors") or [body])


def _shape(status: int, body: dict[str, Any]) -> tuple[Any, ...]:
    complaints = [(each["code"], each["field"]) for each in body.get("errors") or ()]
    # What a message names (ids, values) differs from case to case; its beginning doesn't.
    return status, body.get("code") or body.get("error"), body["message"][:7], tuple(complaints)


def test_all_complaints_are_kept_and_none_is_said_twice() -> None:
    several = answers.error(answered(400, TWO_WRONG), COMPANY)
    assert several.text == "Invalid URL Bad level"
    assert [(detail.code, detail.field) for detail in several.details] == [
        ("InvalidField", "url"),
        ("InvalidObject", "level"),
    ]
    assert (
        answers.error(answered(400, ONE_TWICE), COMPANY).text
        == "recurringBillCycle or recurringOneTimeFlag is required."
    )


@pytest.mark.parametrize(
    ("status", "kind", "not_done"),
    [
        (405, errors.Rejected, True),
        (413, errors.Rejected, True),
        (414, errors.Rejected, True),
        (415, errors.Rejected, True),
        (422, errors.Rejected, True),
        (408, errors.TryLater, False),
        (409, errors.TryLater, False),
        (425, errors.TryLater, True),
        (429, errors.TryLater, True),
        (500, errors.TryLater, False),
        (502, errors.TryLater, False),
        (503, errors.TryLater, False),
        (504, errors.TryLater, False),
        (401, errors.Unauthorized, True),
        (403, errors.Forbidden, True),
        (404, errors.Rejected, True),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[]", b"null", b"<html><title>502 Bad\r\n Gateway</title><p>IIS</html>"]
)
def test_answers_without_words_of_connectwise(status: int, kind: type, not_done: bool, body: bytes) -> None:
    error = answers.error(answered(status, body), COMPANY)
    assert type(error) is kind
    assert error.surely_not_done is not_done
    assert error.text
    if b"title" in body:
        assert error.text == "502 Bad Gateway"


@pytest.mark.parametrize(
    "body",
    [{"code": 7, "message": None, "errors": "many"}, {"errors": [None, 5, {"code": None}]}, {"message": "x" * 9999}],
)
def test_odd_bodies_are_survived(body: dict[str, Any]) -> None:
    error = answers.error(answered(400, body), COMPANY)
    assert type(error) is errors.Rejected
    assert 0 < len(error.text) <= 1000


def test_retry_after() -> None:
    now = datetime.now(UTC)
    date = format_datetime(now, usegmt=True)
    later = format_datetime(now + timedelta(seconds=90), usegmt=True)

    def wait(status: int = 429, **headers: str) -> float | None:
        error = answers.error(answered(status, THROTTLED, **headers), COMPANY)
        assert isinstance(error, errors.TryLater)
        return error.retry_after

    assert wait(retry_after="17") == 17
    assert wait(retry_after=later, date=date) == 90
    assert wait(retry_after=date, date=later) == 0
    assert wait() == 30
    assert wait(retry_after="soon") == 30
    assert wait(503, retry_after="5") == 5
    assert wait(503) is None


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/company/companies/5", "Companies / Company Maintenance"),
        ("/company/companies", "Companies / Company Maintenance"),
        ("/company/companies/statuses", "System / Table Setup"),
        ("/company/contacts/7/notes", "Companies / Contacts"),
        ("/sales/opportunities/1", "Sales / Opportunity"),
        ("/sales/opportunities/statuses", "System / Table Setup"),
        ("/procurement/products", "Procurement / Products"),
        ("/procurement/catalog/3", "Procurement / Product Catalog"),
        ("/procurement/purchaseorders/3/lineitems", "Procurement / Purchase Orders"),
        ("/procurement/purchaseorderstatuses", "System / Table Setup"),
        ("/system/members/me", "System / Member Maintenance"),
        ("/service/boards/1/statuses", "System / Table Setup"),
    ],
)
def test_a_missing_right_is_named(path: str, right: str) -> None:
    error = answers.error(
        answered(403, {"code": "Unauthorized", "message": "You do not have security permission"}), path
    )
    assert isinstance(error, errors.Forbidden)
    assert error.right == right


def test_success_that_is_no_json() -> None:
    for body in (b"", b"<html><title>Sign in</title></html>", b"[" * 100_000, b"\xff", b'{"a": NaN}'):
        with pytest.raises(errors.TryLater) as caught:
            answers.value(answered(200, body))
        assert caught.value.code == "NotJson"
        assert not caught.value.surely_not_done
    with pytest.raises(errors.TryLater) as caught:
        answers.value(answered(302, b"", location="https://elsewhere.example/login"))
    assert caught.value.code == "Redirect"
