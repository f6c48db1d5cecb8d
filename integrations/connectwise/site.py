"""Makes the two hosts of a ConnectWise server out of what a person typed as *site*.

The screens live at one host, the API of the cloud at another with `api-` in front (Developer Guide: without it the
answer is "SSL is required."). Checks looks only; where the name leads is judged at every connect by `core/http.py`.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.core.http import is_loopback

# Regions of the cloud and ConnectWise's own staging system.
_CLOUD = (".myconnectwise.net", ".connectwisedev.com")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_EXAMPLE = 'Write only the server\'s name, for example "na.myconnectwise.net".'


@dataclass(frozen=True, slots=True)
class Site:
    """`ui` and `api` are addresses without a path: scheme, host and a port only if it is an unusual one."""

    ui: str
    api: str


def parse(text: str, *, allow_loopback: bool = False) -> Site:
    """Reads a site as typed or pasted from a browser; a path behind the host is dropped.

    Raises ValueError with a sentence that says what to write instead.
    """
    typed = text.strip()
    if not typed:
        raise ValueError(f"The site is empty. {_EXAMPLE}")
    if not typed.isascii() or not typed.isprintable() or any(sign in typed for sign in " \\%<>\"'`{}|^,;"):
        raise ValueError(f"The site contains characters that no server name has. {_EXAMPLE}")
    has_scheme = "://" in typed
    try:
        parts = urlsplit(typed if has_scheme else f"//{typed}")
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise ValueError(f"The site is not a readable address. {_EXAMPLE}") from None
    if "@" in parts.netloc:
        raise ValueError(f"The site must not contain a user name or password. {_EXAMPLE}")
    if parts.netloc.endswith(":") or port == 0:
        raise ValueError(f"The port of the site is missing. {_EXAMPLE}")

    if host == "localhost" or is_loopback(host):
        if not allow_loopback:
            raise ValueError("The site is this machine itself, which is allowed in development only.")
        scheme = parts.scheme or "http"
        if scheme not in ("http", "https"):
            raise ValueError(f"The site must begin with http:// or https://, not {scheme}://.")
        own = f"[{host}]" if ":" in host else host
        address = f"{scheme}://{own}" + (f":{port}" if port else "")
        return Site(ui=address, api=address)

    if parts.scheme == "http":
        raise ValueError("ConnectWise is called over https only. Write the site without http://.")
    if parts.scheme not in ("", "https"):
        raise ValueError(f"The site must begin with https://, not {parts.scheme}://. {_EXAMPLE}")
    _check_name(host)
    if port is not None and port != 443 and port < 1024:
        raise ValueError(
            f"Port {port} is not one that ConnectWise is served on. Leave it out, or use 443 or above 1023."
        )
    suffix = f":{port}" if port not in (None, 443) else ""

    if not host.endswith(_CLOUD):
        return Site(ui=f"https://{host}{suffix}", api=f"https://{host}{suffix}")
    if suffix:
        raise ValueError(f"{host} is the ConnectWise cloud, which has no other port than 443. Leave the port out.")
    if host.startswith("sandbox-"):
        # Seen live as an API host without the prefix.
        return Site(ui=f"https://{host}", api=f"https://{host}")
    plain = host.removeprefix("api-")
    return Site(ui=f"https://{plain}", api=f"https://api-{plain}")


def _check_name(host: str) -> None:
    labels = host.split(".")
    if ":" in host or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1], re.ASCII):
        # A certificate is made out to a name, and odd spellings of numbers (0x7f.1) are how guards get fooled.
        raise ValueError("The site is a number. Write the server's name: its certificate is made out to the name.")
    if len(labels) < 2:
        raise ValueError(f'"{host}" is not a complete server name. {_EXAMPLE}')
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"The site is not a valid server name. {_EXAMPLE}")
