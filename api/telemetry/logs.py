"""Logs: each line a plain sentence or a JSON object, with the request that it belongs to."""

from __future__ import annotations

import logging
from typing import Any, TextIO

import structlog
from opentelemetry.trace import get_current_span

#: Who says much that nobody has to know.
_QUIET = ("httpx", "httpcore", "alembic", "opentelemetry")


def configure_logs(stream: TextIO, *, json_logs: bool) -> None:
    """Set the form of all lines of this process, those of libraries too, and where they go."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _with_trace,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_last(stream, json_logs),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _last(stream: TextIO, json_logs: bool) -> list[Any]:
    if json_logs:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # The prettier ones show what every variable held, credentials too, and take seconds for it.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)]


def _with_trace(_logger: Any, _method: str, line: Any) -> Any:
    """The trace that a line belongs to, so that one leads to the other."""
    context = get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = f"{context.trace_id:032x}"
    return line
