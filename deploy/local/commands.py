"""The command lines of the service's own processes."""

import sys
from dataclasses import dataclass

_PYTHON = (sys.executable, "-m")
# Those that mostly wait; `run` has them in one process.
_LOOPS = ("courier", "thumbnailer", "dispatcher")
_CELERY = (*_PYTHON, "celery", "-A", "worker.app:app", "worker", "--without-gossip", "--without-mingle")


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands that `run` starts after the servers: the migrations, to their end, and the parts.

    The first part answers /readyz; the others start when it does.
    """

    migrate: tuple[str, ...]
    parts: dict[str, tuple[str, ...]]


def commands(*, host: str, port: int, api_workers: int, worker_concurrency: int) -> Commands:
    """Make the command lines for these settings, of a process for each part, as in containers."""
    # Requests have 4 s to end, within the 10 s that stopping everything may take.
    options = ("--host", host, "--port", str(port), "--workers", str(api_workers), "--workers-kill-timeout", "4")
    jobs = (*_CELERY, "-I", "worker.tasks", "-Q", "jobs,backlog", "-n", "jobs@%h")
    return Commands(
        migrate=(*_PYTHON, "alembic", "upgrade", "head"),
        parts={
            "api": (*_PYTHON, "api", *options),
            "worker": (*jobs, "--pool", "prefork", "-c", str(worker_concurrency)),
            **{name: (*_PYTHON, f"worker.{name}") for name in _LOOPS},
        },
    )


def joined(table: Commands) -> Commands:
    """Return the same commands with one process for the courier, the thumbnailer and the dispatcher."""
    parts = {name: line for name, line in table.parts.items() if name not in _LOOPS}
    return Commands(table.migrate, {**parts, "loops": (*_PYTHON, "worker.loops")})
