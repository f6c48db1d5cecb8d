"""Documents: forms that are taken and refused, and what comes back."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectwise.sandbox.forms import Upload, parsed
from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
FILE = {"file": ("quote.pdf", b"%PDF-1.7", "application/pdf")}
FORM = {"recordType": "Company", "recordId": "1"}


def _added(api: httpx.Client, **form: str) -> dict[str, Any]:
    answer = api.post("/system/documents", data={**FORM, **form}, files=FILE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_document_says_who_added_it_and_hides_its_bytes(api: httpx.Client) -> None:
    made = _added(api, privateFlag="true", readOnlyFlay="true")
    assert (made["title"], made["owner"], made["size"]) == ("quote.pdf", "quotewright-api", 8)
    assert (made["publicFlag"], made["readOnlyFlag"], made["imageFlag"]) == (False, True, False)
    assert made["serverFileName"] == f"{made['guid']}.pdf"
    assert not {"_bytes", "recordType", "recordId"} & set(made)
    bundle = {"requests": [{"resourceType": "documentinfo", "apiRequest": {"id": made["id"]}}]}
    assert api.post("/system/bundles", json=bundle).json()["results"][0]["entities"] == [made]


def test_a_list_is_of_one_record(api: httpx.Client) -> None:
    first, second = _added(api), _added(api, title="Second")
    _added(api, recordId="2")
    params = {"recordtype": "company", "recordid": "1", "orderBy": "title desc"}
    listed = api.get("/system/documents", params=params).json()
    assert [row["id"] for row in listed] == [second["id"], first["id"]]
    assert api.get("/system/documents/count", params=params).json() == {"count": 2}
    assert api.get("/system/documents", params={"recordType": "Company"}).json()["message"] == "recordId is required."


def test_a_document_is_replaced_and_deleted(api: httpx.Client) -> None:
    path = f"/system/documents/{_added(api)['id']}"
    changed = api.post(path, data={"title": "Signed"}, files={"file": ("signed.png", b"png", "image/png")})
    assert (changed.status_code, changed.json()["title"], changed.json()["imageFlag"]) == (200, "Signed", True)
    got = api.get(f"{path}/download")
    assert (got.content, got.headers["content-type"]) == (b"png", "image/png")
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.get(f"{path}/download").status_code == 404


def test_a_name_beyond_ascii_comes_back(api: httpx.Client) -> None:
    files = {"file": ('Angebot "Müller" 📄.pdf', b"x")}
    made = api.post("/system/documents", data=FORM, files=files).json()
    disposition = api.get(f"/system/documents/{made['id']}/download").headers["content-disposition"]
    assert "filename*=UTF-8''Angebot%20" in disposition
    assert disposition.isascii()


@pytest.mark.parametrize(
    ("form", "field"),
    [({"recordType": "Nothing"}, "recordType"), ({"recordId": ""}, "recordId"), ({"recordId": "x"}, "recordId")],
)
def test_a_form_that_says_too_little_is_400(api: httpx.Client, form: dict[str, str], field: str) -> None:
    answer = api.post("/system/documents", data={**FORM, **form}, files=FILE)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (400, [field])


def test_a_record_that_is_not_there_takes_none(api: httpx.Client) -> None:
    answer = api.post("/system/documents", data={**FORM, "recordId": "999"}, files=FILE)
    assert (answer.status_code, answer.json()["message"]) == (400, "Company 999 not found")


def test_a_missing_right_is_403(sandbox: SandboxServer, api: httpx.Client) -> None:
    _added(api)
    sandbox.permission("Companies / Manage Documents", "inquire")
    assert api.post("/system/documents", data=FORM, files=FILE).status_code == 403
    assert api.get("/system/documents/1/download").status_code == 200
    sandbox.permission("Companies / Manage Documents", "none")
    assert api.get("/system/documents/1/download").status_code == 403


def test_a_form_cut_off_on_the_way_is_415(api: httpx.Client) -> None:
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for body in (b"--x\r\nContent-Disposition: form-data; name=recordId\r\n\r\n1\r\n", b"", b"--x--"[:2]):
        assert api.post("/system/documents", content=body, headers=kind).status_code == 415, body


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_survive_a_form(content: bytes, text: str) -> None:
    request = httpx.Request("POST", "http://x", data={"title": text}, files={"file": ("n", content)})
    form = parsed(request.headers["content-type"], request.read())
    assert form is not None
    assert form["file"] == Upload("n", "application/octet-stream", content)
    assert form["title"] == text


@given(st.binary(max_size=60), st.text("-x=;\" boundary'/", max_size=30))
def test_any_bytes_are_a_form_or_not(body: bytes, kind: str) -> None:
    parsed(f"multipart/form-data; {kind}", body)
    parsed("multipart/form-data; boundary=x", body.replace(b"\x00", b"--x\r\n"))
