"""What documents do beyond the protocol: they come as forms and go as bytes, and hang on a record of another table.

The bytes are kept in the row itself, under a name that no answer shows.
"""

from __future__ import annotations

import base64
import mimetypes
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from integrations.connectwise.sandbox.digits import whole
from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation, invalid
from integrations.connectwise.sandbox.forms import Form, Upload
from integrations.connectwise.sandbox.reply import Reply

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

# The table a record type is kept in; None: not kept here, and taken on trust.
RECORD_TYPES: dict[str, str | None] = {
    "Ticket": "Ticket",
    "Agreement": None,
    "Company": "Company",
    "Configuration": None,
    "Contact": "Contact",
    "Expense": None,
    "Opportunity": "Opportunity",
    "PurchaseOrder": "PurchaseOrder",
    "Project": None,
    "SalesOrder": "Order",
    "ServiceTemplate": None,
    "Rma": None,
}


def add(call: Call, record: Record | None, form: Form) -> Record:
    given = _text(form, "recordtype").lower()
    kind = next((one for one in RECORD_TYPES if one.lower() == given), "")
    record_id, file = whole(_text(form, "recordid")), form.get("file")
    wrong: list[Violation] = []
    if not kind:
        wrong.append(Violation("InvalidField", f"recordType must be one of {', '.join(RECORD_TYPES)}.", "recordType"))
    if record_id is None:
        wrong.append(Violation("MissingRequiredField", "The recordId field is required.", "recordId"))
    if not isinstance(file, Upload) and not _text(form, "url"):
        wrong.append(Violation("MissingRequiredField", "The file field is required.", "file"))
    table = RECORD_TYPES.get(kind)
    if not wrong and table in call.instance.tables and record_id not in call.table(table).rows:
        wrong.append(Violation("NotFound", f"{kind} {record_id} not found", "recordId"))
    if wrong:
        raise invalid("documentInfo", wrong)
    return _save(call, {"recordType": kind, "recordId": record_id, "guid": call.guid()}, form)


def change(call: Call, record: Record | None, form: Form) -> Record:
    assert record is not None
    return _save(call, dict(record), form)


def _save(call: Call, record: Record, form: Form) -> Record:
    file, url = form.get("file"), _text(form, "url")
    if isinstance(file, Upload):
        name = PurePath(file.name.replace("\\", "/")).name or "document"
        record |= {
            "fileName": name,
            "serverFileName": f"{record['guid']}{PurePath(name).suffix}",
            "imageFlag": file.type.startswith("image/"),
            "size": len(file.content),
            "_bytes": base64.b64encode(file.content).decode(),
        }
    if url:
        record |= {"serverFileName": url, "urlFlag": True}
    record["title"] = _text(form, "title") or record.get("title") or record.get("fileName") or url
    for name, flag, turned in (("privateflag", "publicFlag", True), ("readonlyflay", "readOnlyFlag", False)):
        text = _text(form, name) or (_text(form, "readonlyflag") if flag == "readOnlyFlag" else "")
        if text or flag not in record:
            record[flag] = (text.lower() == "true") is not turned
    flags = {name: record.get(name, False) for name in ("linkFlag", "imageFlag", "htmlTemplateFlag", "urlFlag")}
    record |= {**flags, "owner": call.member, "createdOnDate": record.get("createdOnDate", call.now)}
    call.changed = {name: record[name] for name in ("recordType", "recordId", "title", "fileName") if name in record}
    if call.dry:
        return {"id": call.table("DocumentInfo").next_id, **record}
    saved = call.save("DocumentInfo", record) if "id" in record else call.insert("DocumentInfo", record)
    call.record_id = saved["id"]
    return saved


def download(call: Call, record: Record | None, body: Any) -> Reply:
    assert record is not None
    content = base64.b64decode(record.get("_bytes", ""))
    name = record.get("fileName", "document")
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    disposition = f'attachment; filename="{plain}"'
    if plain != name:
        disposition += f"; filename*=UTF-8''{quote(name)}"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Reply(200, content, (("content-type", kind), ("content-disposition", disposition)))


def _text(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
