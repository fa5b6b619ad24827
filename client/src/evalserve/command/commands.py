"""The commands, each of which says in a line what it did, or prints a table; `--json` prints what the service says."""

from pathlib import Path
from typing import Any

import click
from click.shell_completion import get_completion_class

from evalserve.command import EXIT_UNDECIDED
from evalserve.command.exports import export, receipt_of, replace, report
from evalserve.command.gates import gate
from evalserve.command.imports import import_file
from evalserve.command.receipts import report_file, verify
from evalserve.command.terminal import (
    FileOrAddress,
    NoAnswer,
    client,
    exit_code_of,
    prints,
    progress_bar,
    reference,
    table,
)

PAGES = ("runs", "comparisons", "gates", "datasets", "matrices", "curves", "projects", "jobs", "account")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evalserve")
def cli() -> None:
    """Evaluate classifiers and detectors with an evalserve service."""


@cli.command()
@click.argument("url")
@click.option("--api-key", prompt=True, hide_input=True, help="API key; asked for if it is not given.")
def login(url: str, api_key: str) -> None:
    """Store the address of a service and an API key for it."""
    from evalserve.calls.runs import newest  # noqa: PLC0415 -- the same
    from evalserve.connection.configuration import checked, store  # noqa: PLC0415 -- `--help` needs it not
    from evalserve.connection.requests import Connection  # noqa: PLC0415 -- the same
    from evalserve.errors import EvalserveError, NotConfigured  # noqa: PLC0415 -- the same

    try:
        configuration = checked(url, api_key)
    except NotConfigured as error:
        raise click.UsageError(str(error)) from error
    connection = Connection(configuration)
    try:
        connection.hold(newest(1))
    except EvalserveError as error:
        raise NoAnswer(str(error)) from error
    finally:
        connection.close()
    path, is_in_keyring = store(configuration)
    click.echo(f"Stored in {path}, and the key in the keyring." if is_in_keyring else f"Stored in {path}.")


@cli.command()
def logout() -> None:
    """Remove the stored address and API key; the key itself is revoked on the account page."""
    from evalserve.connection.configuration import forget  # noqa: PLC0415 -- `--help` needs it not

    url = forget()
    click.echo("Nothing was stored." if url is None else f"Removed the key for {url}.")


@cli.command()
@click.argument("file", type=FileOrAddress())
@click.option("--name", help="Name of the run.")
@click.option("--model", "model_name", help="Name of the model.")
@click.option("--model-version", help="Version of the model.")
@click.option("--tag", "tags", multiple=True, help="Tag of the run; may be repeated.")
@click.option("--y-true", help="Column of the actual labels.")
@click.option("--y-pred", help="Column of the predicted labels.")
@click.option("--y-score", help="Column of the scores of the positive class.")
@click.option("--id", "id_column", help="Column of the sample ids.")
@click.option("--weight", "sample_weight", help="Column of the weights of the samples.")
@click.option("--slice", "slices", multiple=True, help="Column to slice by; may be repeated.")
@click.option("--positive", help="Positive class.")
@click.option("--header/--no-header", default=None, help="Whether the first row of a text file names the columns.")
@click.option("--correct", help="Column that says whether each sample is right, instead of both labels.")
@click.option("--separator", help="Character between the labels of a cell, of samples with any number.")
@click.option("--normalise/--as-sent", default=None, help="Whether to divide the scores of each row by their sum.")
@prints
def push(
    file: Path | str,
    *,
    id_column: str | None,
    slices: tuple[str, ...],
    tags: tuple[str, ...],
    header: bool | None,
    correct: str | None,
    separator: str | None,
    normalise: bool | None,
    **options: Any,
) -> Any:
    """Create a run of a file and wait until it is ready.

    FILE is a path, or an address that begins with http:// or https://, from which this command fetches the file.
    """
    with client() as service, progress_bar(file.name if isinstance(file, Path) else "Sending") as progress:
        stated = {"header": header, "correct": correct, "separator": separator, "normalise": normalise}
        columns = {name: value for name, value in stated.items() if value is not None}
        run = service.evaluate(
            file,
            id=id_column,
            slices=list(slices) or None,
            tags=list(tags),
            columns=columns,
            progress=progress,
            **options,
        )
        return run.data | {"metrics": run.metrics}, repr(run)


@cli.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100), help="Most runs.")
@prints
def runs(limit: int) -> Any:
    """List the newest runs."""
    with client() as service:
        items = service.list(limit)
    return items, table(items, "id", "name", "model_name", "status", "rows", "created_at")


@cli.command()
@reference
@prints
def show(run: str) -> Any:
    """Show a run by its id or name."""
    with client() as service:
        found = service.get(run)
        return found.data | {"metrics": found.metrics, "matrix": found.matrix}, repr(found)


cli.add_command(click.Command("wait", callback=show.callback, params=show.params, help="Wait until a run is ready."))


@cli.command()
@reference
@click.option("--slice", "conditions", multiple=True, help="Only samples such as country:DE; may be repeated.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="Most samples.")
@prints
def errors(run: str, conditions: tuple[str, ...], limit: int) -> Any:
    """List the samples that were predicted wrongly, the most confident first."""
    with client() as service:
        rows = service.get(run).errors(slice=list(conditions), at_most=limit)
    return rows, table([_with_labels(row) for row in rows], "row", "id", "actual", "predicted", "confidence")


def _with_labels(row: dict[str, Any]) -> dict[str, Any]:
    """A sample whose sets of labels stand where other samples have one label."""
    sets = {name: row[f"{name}_labels"] for name in ("actual", "predicted")}
    return row | {name: ", ".join(map(str, labels)) or "none" for name, labels in sets.items() if labels is not None}


@cli.command()
@reference
@click.option("--column", help="Column of metadata; all of them if omitted.")
@click.option("--metric", default="accuracy", show_default=True, help="Metric, by its id in the catalogue.")
@click.option("--min-support", default=1, show_default=True, type=click.IntRange(1), help="Fewest samples of a slice.")
@prints
def slices(run: str, column: str | None, metric: str, min_support: int) -> Any:
    """List the slices of a run, the worst first."""
    with client() as service:
        rows = service.get(run).slices(column, metric=metric, min_support=min_support)
    return rows, table([row | {metric: row["metric"]} for row in rows], "column", "value", "support", "errors", metric)


@cli.command()
@click.argument("candidate")
@click.argument("baseline")
@click.option("--metric", "metrics", multiple=True, help="Metric, by its id; the first decides. May be repeated.")
@click.option(
    "--margin", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="Difference that is no matter."
)
@click.option("--slice", "slices", multiple=True, help="Column by whose values to compare too; may be repeated.")
@click.option("--group", help="Column by which samples come in groups, such as patients; tests are of these.")
@click.option("--strict", is_flag=True, help=f"Exit with {EXIT_UNDECIDED} where the samples show nothing.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="File to add the verdict to.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="File for the verdict as a test.")
@click.option("--receipt", type=click.Path(dir_okay=False, path_type=Path), help="File for the receipt.")
@prints
def compare(
    candidate: str,
    baseline: str,
    *,
    strict: bool,
    markdown: Path | None,
    junit: Path | None,
    receipt: Path | None,
    **options: Any,
) -> Any:
    """Compare two runs by id or name: does the candidate do as well as the baseline?"""
    with client() as service:
        found = service.get(candidate).compare(baseline, **options)
        if receipt is not None:
            replace(receipt, receipt_of(found))
    exit_code = exit_code_of(found.verdict, strict=strict)
    report(found, markdown, junit, is_failed=exit_code != 0)
    return found.data, repr(found), exit_code


for command in (verify, report_file, gate, import_file, export):
    cli.add_command(command)


@cli.command("open")
@click.argument("page", default="runs", type=click.Choice(PAGES))
def open_page(page: str) -> None:
    """Open a page of the service in the browser."""
    with client() as service:
        click.launch(f"{service.url}/app/{page}")


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion of this command for a shell: eval "$(evalserve completion bash)"."""
    found = get_completion_class(shell)
    assert found is not None, "the choice names those of click"
    click.echo(found(cli, {}, "evalserve", "_EVALSERVE_COMPLETE").source())
