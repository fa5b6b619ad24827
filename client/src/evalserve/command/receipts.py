"""The commands that write a report, and that verify a receipt without a service."""

from pathlib import Path
from typing import Any

import click

from evalserve.command import EXIT_INPUT, EXIT_UNDECIDED, EXIT_WORSE
from evalserve.command.exports import replace
from evalserve.command.terminal import Refused, client, prints, reference

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


@click.command("report")
@reference
@click.option("--against", help="Id or name of a baseline: the report is of the comparison.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def report_file(run: str, against: str | None, output: Path) -> None:
    """Write the report of a run, or of its comparison with a baseline, as one HTML file."""
    with client() as service:
        found = service.get(run)
        content = (found if against is None else found.compare(against)).report()
    replace(output, content)
    click.echo(f"Wrote {output}.")
