"""How every process of ours logs: one line an event, for people on a terminal, as JSON elsewhere. Decides no event.

structlog and the standard library (uvicorn, arq, SQLAlchemy, alembic) end in the same renderer. Tracebacks come without
the values of variables, and what looks like a key of ours never gets through.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Sequence
from typing import TextIO

import orjson
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from runtime.settings import Settings

# Their INFO is one line for each ring of the bell, each request or each statement.
_QUIET = ("arq", "httpx", "httpcore", "sqlalchemy.engine", "sqlalchemy.pool", "asyncio")
_SECRETS = (
    (re.compile(r"qw_[0-9A-Za-z]{36}"), "qw_…"),  # API tokens
    (re.compile(r"qwc_[0-9A-Za-z_-]{43}"), "qwc_…"),  # what callbacks come with
    (re.compile(r"(\w://[^\s:/@]*:)[^\s@]+@"), r"\1…@"),  # passwords in addresses
)


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Set up logging of this process, to standard error unless told otherwise. A second call replaces the first."""
    out = stream or sys.stderr
    people = settings.log_format == "console" or (settings.log_format == "auto" and out.isatty())
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,  # the request id
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_for_people(out) if people else _FOR_MACHINES),
                _without_secrets,  # type: ignore[list-item]  # comes last, so it is handed the line
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before[:-1],
            structlog.stdlib.PositionalArgumentsFormatter(),
            before[-1],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _for_people(out: TextIO) -> Sequence[Processor]:
    renderer = structlog.dev.ConsoleRenderer(
        colors=out.isatty(),
        exception_formatter=structlog.dev.plain_traceback,  # the others show the values of variables
        pad_event_to=0,
    )
    return [renderer]


def _json(event: EventDict, default: object = None, **_options: object) -> str:
    return orjson.dumps(event, default=str).decode()


_FOR_MACHINES: Sequence[Processor] = (
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(serializer=_json),
)


def _without_secrets(_logger: WrappedLogger, _method: str, line: str) -> str:
    for pattern, shown in _SECRETS:
        line = pattern.sub(shown, line)
    return line
