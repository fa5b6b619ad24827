"""`python -m api`: the processes that answer requests, forked from one that has loaded everything.

A process that dies is replaced within a second, without the seconds that loading takes, and all of them share the
memory of the loaded modules. The arguments are granian's.
"""

import sys

from granian.cli import cli

from api import server
from shared.kit.platform import load_before_forking
from shared.kit.settings import settings

APPLICATION = f"{server.__name__}:{server.create_app.__name__}"

ALWAYS = ("--interface", "asgi", "--loop", "uvloop", "--no-ws", "--respawn-failed-workers", "--factory")


def serve(application: str) -> None:
    """Serve requests until stopped; each process opens connections of its own for the application."""
    server.create_app()
    load_before_forking()
    cli([*ALWAYS, *server.options(settings()), *sys.argv[1:], application], auto_envvar_prefix="GRANIAN")


if __name__ == "__main__":
    serve(APPLICATION)
