"""Structured logs on standard output, one event a line, carrying the request or job they belong to."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

# Our own credentials have telling shapes, so one that slips into a message or traceback is still masked.
SECRETS = re.compile(
    r"evs_[a-z2-7]{16}\d+_[a-z2-7]+|whsec_[A-Za-z0-9+/=]+|(?<=api_key=)[^&\s\"']+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)


def configure(*, level: str, form: str) -> None:
    """Send the logs of this process, those of the libraries included, to standard output."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These tell every request or byte at INFO, addresses with their queries included.
    for name in ("httpx2", "httpcore2", "botocore", "boto3", "urllib3", "_granian", "granian.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _mask_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: SECRETS.sub("***", value) if isinstance(value, str) else value for key, value in event.items()}
