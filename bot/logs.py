"""The log: lines for a person at a terminal, JSON for a machine. Never a token, a name or a message text."""

import logging
import sys
import traceback

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def set_up(*, as_json: bool | None = None) -> None:
    """Write all log lines to standard error.

    Args:
        as_json: One JSON object a line; unless it is said, where standard error is no terminal.
    """
    for_machine = not sys.stderr.isatty() if as_json is None else as_json
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=for_machine),
        _place,
    ]
    shown: Processor = structlog.processors.JSONRenderer() if for_machine else structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def _place(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Show where an error happened, and its type; not its text and the variables, which may hold a message's words."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_told(error))
    return event


def _told(error: BaseException) -> list[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_told(before), "and then:"] if before else []
    return [*lines, *"".join(traceback.format_tb(error.__traceback__)).splitlines(), type(error).__qualname__]
