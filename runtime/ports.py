"""TCP ports of this machine. Does not keep one open: whoever is told a port opens it soon after."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

from runtime.errors import UserError

HOST = "127.0.0.1"


def choose(host: str = HOST, **wanted: int) -> list[int]:
    """The wanted ports, 0 replaced by a free one: `choose(port=8000, sandbox_port=0)`. Raises UserError when taken."""
    chosen = []
    with ExitStack() as held:  # all at once, so that two free ones are never the same
        for option, port in wanted.items():
            probe = held.enter_context(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET))
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                probe.listen(1)
            except OverflowError:
                raise UserError(f"{port} is no port: choose one from 1 to 65535 with {_spelled(option)}.") from None
            except socket.gaierror:
                raise UserError(f"{host} is no address of this machine: choose another one with --host.") from None
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    raise UserError(f"{host} is no address of this machine: choose another one with --host.") from None
                why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
                raise UserError(f"Port {port} {why}: choose another one with {_spelled(option)}.") from None
            chosen.append(probe.getsockname()[1])
    return chosen


def _spelled(option: str) -> str:
    return "--" + option.replace("_", "-")
