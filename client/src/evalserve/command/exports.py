"""The command that writes runs and annotations as files, each format by its name."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from evalserve.command.terminal import client


def _json(_: Any, run: Any) -> bytes:
    answer = run.data | {"metrics": run.metrics, "classes": run.classes, "matrix": run.matrix, "labels": run.labels}
    return json.dumps(answer, ensure_ascii=False, indent=1).encode() + b"\n"


def _errors(client: Any, run: Any) -> bytes:
    content: bytes = client.send("GET", f"/v1/runs/{run.id}/errors.csv")
    return content


def _card(_: Any, run: Any) -> bytes:
    from evalserve.cards import markdown  # noqa: PLC0415 -- `--help` needs it not

    return markdown(run).encode()


def _weights_and_biases(_: Any, run: Any) -> bytes:
    from evalserve.mlflow import table_of  # noqa: PLC0415 -- `--help` needs it not

    table = table_of(run.samples(at_most=None))
    table = {"_type": "table", **table, "ncols": len(table["columns"]), "nrows": len(table["data"])}
    return json.dumps(table, ensure_ascii=False).encode() + b"\n"


def _receipt(_: Any, run: Any) -> bytes:
    return receipt_of(run)


EXPORTS: Mapping[str, Callable[[Any, Any], bytes]] = {
    "json": _json,
    "errors.csv": _errors,
    "model-card": _card,
    "receipt": _receipt,
    "wandb.table.json": _weights_and_biases,
}


# Of the images of a project, by their names in the API.
ANNOTATION_FORMATS = ("coco_results", "coco", "dota", "voc", "yolo", "yolo_obb")


@click.command()
@click.argument("source", metavar="RUN|PROJECT|DETECTION_RUN")
@click.option(
    "--format",
    "form",
    default="json",
    show_default=True,
    type=click.Choice([*EXPORTS, *ANNOTATION_FORMATS]),
    help="What to write.",
)
@click.option("--model", "model_name", help="Model whose annotations of a project are written; else its ground truth.")
@click.option("--model-version", help="Version of the model; of each image the newest if omitted.")
@click.option("--detection-run", "is_detection_run", is_flag=True, help="The annotations that a detection run judged.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File; default standard output.")
def export(source: str, form: str, output: Path | None, **side: Any) -> None:
    """Write a run, by its id or name: as JSON, a receipt, a model card, a table of Weights & Biases, or its errors.

    The formats coco_results, coco, voc, yolo, yolo_obb and dota write the annotations of a project, by its id or name,
    or with --detection-run what the detection run of this id judged.
    """
    if form in EXPORTS and any(side.values()):
        raise click.UsageError(f"--model, --model-version and --detection-run need --format {ANNOTATION_FORMATS[0]}.")
    with client() as service:
        if form in EXPORTS:
            content, notices = EXPORTS[form](service, service.get(source)), list[str]()
        else:
            content, notices = _annotations(service, source, form, **side)
    for notice in notices:
        click.echo(f"Notice: {notice}", err=True)
    if output is None:
        click.echo(content, nl=False)
    else:
        replace(output, content)
        click.echo(f"Wrote {output}.")


def _annotations(
    service: Any, source: str, form: str, *, model_name: str | None, model_version: str | None, is_detection_run: bool
) -> tuple[bytes, list[str]]:
    from evalserve.results.texts import printable  # noqa: PLC0415 -- `--help` needs it not

    chosen = {"detection_run": source} if is_detection_run else {"project": source}
    file = service.export_annotations(**chosen, format=form, model=model_name, version=model_version)
    return file.content, [printable(notice) for notice in file.report["notices"]]


def report(comparison: Any, markdown: Path | None, junit: Path | None, *, is_failed: bool) -> None:
    """Add a comparison to a file of Markdown, and write it as a test of JUnit. Raises OSError."""
    from evalserve.results import reports  # noqa: PLC0415 -- `--help` needs it not

    if markdown is not None:
        with markdown.open("a", encoding="utf-8") as file:
            file.write(reports.markdown(comparison))
    if junit is not None:
        replace(junit, reports.junit(comparison, is_failed=is_failed).encode())


def receipt_of(result: Any) -> bytes:
    """Return the receipt of a run or a comparison as a file."""
    return json.dumps(result.receipt(), ensure_ascii=False, indent=1).encode() + b"\n"


def replace(path: Path, content: bytes) -> None:
    """Write a file as a whole: where the disk is full, what was there before stays. Raises OSError."""
    if path.exists() and not path.is_file():
        # A pipe or a device, such as /dev/stdout, would be replaced by a file.
        path.write_bytes(content)
        return
    # A link stays a link.
    path = path.resolve()
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
