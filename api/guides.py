"""Pages for people who set an app up. Plain text in HTML, no data, no token needed; not the project's documentation."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from domain.integration_settings import connectwise

_CONNECTWISE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>How do I get ConnectWise API keys?</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>How do I get ConnectWise API keys?</h1>
<p>Make an <b>API member of its own</b> for Quotewright. It is not a paid user, and its keys can be revoked without
disturbing anything else.</p>
<ol>
<li>In ConnectWise PSA open <i>System › Members › API Members</i> and add a member. Give it a role, and a location and
a department: without those it can't create opportunities.</li>
<li>The role needs inquire, add and edit for what you want to sync: companies and contacts; opportunities; the product
catalog; and table setup (inquire), from which the choices of the settings are read.</li>
<li>Save, open <i>API Keys</i> on the member, add a key, and copy both halves. The private key is shown only once.</li>
<li>Call <code>connectConnectWise</code> with your <b>site</b> (where you sign in, such as
<code>https://na.myconnectwise.net</code>), your <b>company id</b> (what you type as company when you sign in), the
<b>public key</b> and the <b>private key</b>.</li>
</ol>
<p>The keys are kept encrypted and are never shown again. Connecting switches nothing on: each sync is switched on by
itself, once its choices are made.</p>
</html>
"""


_GUIDES = {connectwise.PROVIDER: _CONNECTWISE}


def path(provider: str) -> str:
    """Where the guide to an app is, below the address of the api."""
    return f"guides/{provider.lower()}"


def _route(provider: str, page: str) -> Route:
    async def answer(_request: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})

    return Route(f"/{path(provider)}", answer)


ROUTES = [_route(provider, page) for provider, page in _GUIDES.items()]
