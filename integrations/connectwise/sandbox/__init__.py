"""A ConnectWise PSA to rehearse against: a real HTTP server with the vendor's manners and its own memory.

An entity is a declaration (`tables/`), the protocol is written once (`reading.py`, `writing.py`), and what only one
entity does is a small named hook (`manners.py`). `create_app` builds the ASGI app, `serve` runs it.

It does not know anything about Quotewright, and nothing of Quotewright but the launcher and the tests may import it.
"""

from integrations.connectwise.sandbox.app import Sandbox, create_app
from integrations.connectwise.sandbox.instance import Keys
from integrations.connectwise.sandbox.options import Options
from integrations.connectwise.sandbox.seed import DEMO

__all__ = ["DEMO", "Keys", "Options", "Sandbox", "create_app"]
