"""Structured logs on standard output, one event per line, with the request or job that it belongs to."""

import logging
import re
import sys
from typing import Any

import msgspec
import structlog
from structlog.typing import Processor

# Our credentials have recognisable forms, so one that gets into a message or traceback is still masked.
SECRETS = re.compile(
    r"evs_[a-z2-7]{16}\d+_[a-z2-7]+|whsec_[A-Za-z0-9+/=]+|(?<=api_key=)[^&\s\"']+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)

# Every secret contains one of these, and searching for them takes a fraction of the time.
SECRET_MARKS = ("evs_", "whsec_", "api_key=", "://")


def configure(*, level: str, form: str) -> None:
    """Send the logs of this process, those of the libraries included, to standard output."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(_to_json) if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    # Our own events go straight to the output: the standard library costs ten times as much, and every
    # request is an event.
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Output,
        cache_logger_on_first_use=True,
    )
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These log every request or byte at INFO, including addresses with their queries.
    for name in ("httpx2", "httpcore2", "botocore", "boto3", "urllib3", "_granian", "granian.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # These log every message that comes and goes; the start and the end of a job are events of ours.
    for name in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Output:
    """Writes lines to the present standard output."""

    def __init__(self, *_: Any) -> None:
        pass

    def msg(self, line: str) -> None:
        """Write a line with its secrets masked."""
        if any(mark in line for mark in SECRET_MARKS):
            line = SECRETS.sub("***", line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = exception = critical = msg


class _Handler(logging.Handler):
    """Passes the log records of libraries to the same output."""

    def emit(self, record: logging.LogRecord) -> None:
        _Output().msg(self.format(record))


def _to_json(event: Any, default: Any = str, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=default).decode()
