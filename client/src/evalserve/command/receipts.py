"""The command that verifies a receipt, without a service."""

from pathlib import Path
from typing import Any

import click

from evalserve.command import EXIT_INPUT, EXIT_UNDECIDED, EXIT_WORSE
from evalserve.command.terminal import Refused, prints

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("receipt", type=_file)
@click.argument("files", type=_file, nargs=-1, required=True)
@click.option("--strict", is_flag=True, help=f"Exit with {EXIT_UNDECIDED} where something was not checked.")
@prints
def verify(receipt: Path, files: tuple[Path, ...], *, strict: bool) -> Any:
    """Compute the figures of a receipt once more from its files: those of a run, or of both runs of a comparison."""
    from evalserve.errors import InputRefused  # noqa: PLC0415 -- `--help` needs it not
    from evalserve.verification import verify as verified  # noqa: PLC0415 -- the same

    try:
        found = verified(receipt, *files)
    except InputRefused as error:
        raise Refused(str(error)) from error
    answer = {
        "passed": found.passed,
        "wrong": found.wrong,
        "confirmed": found.confirmed,
        "hashes": found.hashes,
        "unchecked": found.unchecked,
    }
    if found.wrong:
        return answer, str(found), EXIT_WORSE
    if not found.passed:
        return answer, f"{found}\nNothing could be computed once more.", EXIT_INPUT
    return answer, str(found), EXIT_UNDECIDED * (strict and bool(found.unchecked))
