"""The command line: `python -m deploy.local run | with-stack`."""

import argparse
import os
import sys

from deploy.local.commands import commands
from deploy.local.errors import CannotStart
from deploy.local.options import add_options, options
from deploy.local.run import run
from deploy.local.with_stack import with_stack


def main() -> int:
    """Do what the arguments say; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local")
    verbs = parser.add_subparsers(dest="verb", required=True)
    add_options(verbs.add_parser("run", help="run the whole service until it is stopped"))
    once = verbs.add_parser("with-stack", help="run one command on a stack that exists only for it")
    once.add_argument("command", nargs="+", help="the command, after --")
    given = parser.parse_args()
    if given.verb == "with-stack":
        return with_stack(given.command)
    try:
        wanted = options(given, os.environ)
    except CannotStart as error:
        parser.error(str(error))
    table = commands(
        host=wanted.host,
        port=wanted.port,
        api_workers=wanted.api_workers,
        worker_concurrency=wanted.worker_concurrency,
    )
    return run(wanted, table)


if __name__ == "__main__":
    sys.exit(main())
