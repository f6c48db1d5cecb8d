"""multipart/form-data taken apart: its plain fields by name, and its files. Knows nothing of what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    type: str
    content: bytes


Form = dict[str, "str | Upload"]


def parsed(content_type: str, body: bytes) -> Form | None:
    """None when it isn't such a form. Names in lower case."""
    boundary = _header("Content-Type", content_type).get_param("boundary")
    if not content_type.lower().startswith("multipart/form-data") or not isinstance(boundary, str) or not boundary:
        return None
    form: Form = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if part.startswith(b"--"):
            return form
        head, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = message_from_bytes(head + b"\r\n\r\n")
        name = headers.get_param("name", header="content-disposition")
        if not found or not isinstance(name, str):
            return None
        filename = headers.get_filename()
        if filename is None:
            form[name.lower()] = content.decode("utf-8", "replace")
        else:
            form[name.lower()] = Upload(_as_utf8(filename), headers.get_content_type(), content)
    return None  # without its end: cut off on the way


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value
    return message


def _as_utf8(text: str) -> str:
    """Browsers send names of files as bare UTF-8, which the parser of headers keeps as escaped bytes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
