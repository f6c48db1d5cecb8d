"""Runs the sandbox as a server of its own: `python -m integrations.connectwise.sandbox.serve --port 8310`.

One process, one event loop, everything in memory; it is not meant for more, nor for anything but a loopback address.
"""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

import uvicorn

from integrations.connectwise.sandbox.app import Sandbox, create_app
from integrations.connectwise.sandbox.connection import Wire
from integrations.connectwise.sandbox.options import Options


def config(app: Sandbox, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Wire,
        ws="none",
        loop="uvloop",
        log_config=None,  # whoever starts it says how to log
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,  # who is kept waiting on purpose would keep it alive
    )


def serve(host: str, port: int, state_file: Path | None, control: bool, options: Options | None = None) -> None:
    """Blocks until told to stop (SIGTERM, SIGINT)."""
    api_root = f"http://{host}:{port}/v4_6_release/apis/3.0"
    app = create_app(state_file=state_file, control=control, options=options, api_root=api_root)
    gc.freeze()  # what is there at the start stays; collections need not look at it
    uvicorn.Server(config(app, host, port)).run()


def main() -> None:
    parser = argparse.ArgumentParser(description="A ConnectWise PSA to rehearse against.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8310)
    parser.add_argument("--state-file", type=Path)
    parser.add_argument("--control", action="store_true", help="open the control door, to this machine")
    arguments = parser.parse_args()
    serve(arguments.host, arguments.port, arguments.state_file, arguments.control)


if __name__ == "__main__":
    main()
