"""The command lines of the service's own processes."""

import sys
from dataclasses import dataclass

_PYTHON = (sys.executable, "-m")
_CELERY = (*_PYTHON, "celery", "-A", "worker.app:app", "worker", "--without-gossip", "--without-mingle")


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands that `run` starts after the servers: the migrations, to their end, and the parts.

    The first part answers /readyz; the others start when it does.
    """

    migrate: tuple[str, ...]
    parts: dict[str, tuple[str, ...]]


def commands(*, host: str, port: int, api_workers: int, worker_concurrency: int) -> Commands:
    """Make the command lines for these settings."""
    # Requests have 4 s to end, within the 10 s that stopping everything may take.
    options = ("--host", host, "--port", str(port), "--workers", str(api_workers), "--workers-kill-timeout", "4")
    jobs = (*_CELERY, "-I", "worker.tasks", "-Q", "jobs,backlog", "-n", "jobs@%h")
    return Commands(
        migrate=(*_PYTHON, "alembic", "upgrade", "head"),
        parts={
            "api": (*_PYTHON, "api", *options),
            "worker": (*jobs, "--pool", "prefork", "-c", str(worker_concurrency)),
            "courier": (*_PYTHON, "worker.courier"),
            # Threads that wait for a child process each, which draws.
            "thumbnailer": (*_PYTHON, "worker.thumbnailer"),
            "dispatcher": (*_PYTHON, "worker.dispatcher"),
        },
    )
