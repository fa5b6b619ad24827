"""The command line: `python -m deploy.local run | with-stack`."""

import argparse
import os
import sys

from deploy.local.commands import commands, joined
from deploy.local.errors import CannotStart
from deploy.local.options import add_options, options
from deploy.local.run import run
from deploy.local.with_stack import with_stack


def main() -> int:
    """Run the command of the arguments and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local")
    verbs = parser.add_subparsers(dest="verb", required=True)
    add_options(verbs.add_parser("run", help="run the whole service until it is stopped"))
    once = verbs.add_parser("with-stack", help="run one command on a stack that exists only for it")
    once.add_argument("command", nargs="+", help="the command, after --")
    arguments = parser.parse_args()
    if arguments.verb == "with-stack":
        return with_stack(arguments.command)
    try:
        run_options = options(arguments, os.environ)
    except CannotStart as error:
        parser.error(str(error))
    table = commands(
        host=run_options.host,
        port=run_options.port,
        api_workers=run_options.api_workers,
        worker_concurrency=run_options.worker_concurrency,
    )
    return run(run_options, joined(table))


if __name__ == "__main__":
    sys.exit(main())
