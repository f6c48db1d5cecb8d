"""GraphiQL under `/graphiql`: its addresses and headers. Knows no data: what may be asked is decided by the token.

The page and its assets are our own, built into `dist` by hatch_build.py; the policy below lets the browser ask nobody
else.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent / "dist"

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",  # completion and checks run in workers
        "style-src 'self' 'unsafe-inline'",  # the editor writes its colours and positions into style elements
        "font-src 'self' data:",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>GraphiQL</title>
<p>GraphiQL was not built when Quotewright was installed, since the npm registry could not be reached. Install it again
with a network (in a checkout: <code>rm .venv/.installed</code>, then <code>./run up</code>). The API at
<code>/graphql</code> works without it.</p>
"""


def routes() -> list[BaseRoute]:
    if not (DIST / "index.html").is_file():
        return [Route("/graphiql", _not_built), Route("/graphiql/", _not_built)]
    return [Route("/graphiql", _to_the_folder), Mount("/graphiql", _Files(directory=DIST, html=True))]


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        # Names of assets carry a hash of the content; the page that names them is asked for anew each time.
        asset = path.startswith("assets/") and response.status_code in (200, 206, 304)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if asset else "no-cache"
        response.headers.update(_HEADERS)
        return response


async def _to_the_folder(_request: Request) -> Response:
    # Relative, and so right behind any proxy: the page finds its assets and `/graphql` from its own address.
    return Response(status_code=307, headers={"Location": "graphiql/"})


async def _not_built(_request: Request) -> Response:
    return HTMLResponse(_NOT_BUILT, 404, headers={**_HEADERS, "Cache-Control": "no-cache"})
