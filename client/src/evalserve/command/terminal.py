"""What all commands have in common: a client whose errors end them, a bar, and answers as a table or as JSON."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from evalserve.command import EXIT_INPUT, EXIT_SERVICE, EXIT_UNDECIDED, EXIT_WORSE

as_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
reference = click.argument("run")

# Of a comparison; any other verdict, also one that is not known yet, is a candidate that is worse.
_NOT_WORSE = {"better", "equivalent_within_margin", "not_worse_within_margin"}
_UNDECIDED = {"no_difference_shown", "inconclusive"}


class FileOrAddress(click.Path):
    """A file that is there, or the address of one."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path of a file, or an address as it is."""
        from evalserve.inputs.downloads import is_address  # noqa: PLC0415 -- `--help` needs no HTTP

        return value if is_address(value) else super().convert(value, param, ctx)


class Refused(click.ClickException):
    """The input has to be changed."""

    exit_code = EXIT_INPUT


class NoAnswer(click.ClickException):
    """The service, the account or the network has to be looked at."""

    exit_code = EXIT_SERVICE


@contextmanager
def client() -> Iterator[Any]:
    """A client whose errors end the command."""
    from evalserve.client import Client  # noqa: PLC0415 -- `--help` needs no HTTP
    from evalserve.errors import EvalserveError, InputRefused, NeedsMapping  # noqa: PLC0415 -- the same

    try:
        with Client() as connected:
            yield connected
    except NeedsMapping as error:
        raise Refused(
            f"{error.asked}\nSay it with --y-true, --y-pred, --y-score, --id, --slice, --positive or --header of "
            f"`evalserve push`, or answer at {connected.url}/app/runs/{error.run_id}."
        ) from error
    except InputRefused as error:
        raise Refused(str(error)) from error
    except EvalserveError as error:
        raise NoAnswer(str(error)) from error


def prints(command: Callable[..., Any]) -> Callable[..., None]:
    """Print what a command returns, as a text or on request as JSON, and exit with the code that it returns last."""

    @as_json
    @wraps(command)
    def printing(*, as_json: bool, **options: Any) -> None:
        answer, text, *exit_code = command(**options)
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)
        click.get_current_context().exit(*exit_code)

    return printing


def exit_code_of(verdict: str, *, strict: bool) -> int:
    """Return the exit code of the verdict on a candidate."""
    if verdict in _NOT_WORSE:
        return 0
    return EXIT_WORSE if verdict not in _UNDECIDED else EXIT_UNDECIDED * strict


@contextmanager
def progress_bar(name: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 -- only a terminal needs it
    from rich.markup import escape  # noqa: PLC0415 -- the same
    from rich.progress import Progress  # noqa: PLC0415 -- the same

    from evalserve.results.texts import printable  # noqa: PLC0415 -- the same

    with Progress(console=Console(stderr=True), transient=True) as bar:
        # A file may be called [/red], which is no markup of ours.
        task = bar.add_task(escape(printable(name)), total=None)
        yield lambda sent, size: bar.update(task, completed=sent, total=size)


def table(rows: list[dict[str, Any]], *columns: str) -> str:
    """These columns of rows, of the width that they need; control characters of users' texts are escaped."""
    if not rows:
        return "None."
    cells = [list(columns), *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:.4f}"
    text = str(value)
    return text if text.isprintable() else text.encode("unicode_escape").decode()
