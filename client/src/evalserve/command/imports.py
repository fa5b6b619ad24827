"""The command that imports a file of annotations into a project."""

from pathlib import Path
from typing import Any

import click

from evalserve.command.terminal import client, prints, progress_bar

FORMATS = (
    "coco", "coco_results", "cvat", "datumaro", "dota", "kitti", "label_studio", "labelme", "openimages", "sagemaker",
    "tensorflow_csv", "via", "voc", "yolo",
)  # fmt: skip


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("project")
@click.option("--role", required=True, type=click.Choice(["ground_truth", "predictions"]), help="What the file has.")
@click.option("--model", "model_name", help="Name of the model; predictions need it.")
@click.option("--model-version", help="Version of the model.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format; recognised by the content if omitted.")
@click.option("--category", "categories", multiple=True, metavar="ID=NAME", help="Name of a category; may be repeated.")
@click.option("--create", is_flag=True, help="Create the project if there is none of this name.")
@prints
def import_file(
    file: Path,
    project: str,
    *,
    role: str,
    model_name: str | None,
    model_version: str | None,
    form: str | None,
    categories: tuple[str, ...],
    create: bool,
) -> Any:
    """Import a file of annotations into a project, by its id or name: all of it, or nothing."""
    from evalserve.results.texts import printable  # noqa: PLC0415 -- `--help` needs it not

    if model_version is not None and model_name is None:
        raise click.UsageError("--model-version needs --model.")
    if role == "predictions" and model_name is None:
        raise click.UsageError("Predictions need the name of their model: --model.")
    version = {} if model_version is None else {"version": model_version}
    model = None if model_name is None else {"name": model_name, **version}
    options = {"role": role, "format": form, "model": model, "categories": _named(categories)}
    with client() as service, progress_bar(file.name) as progress:
        report = service.import_annotations(file, project, create=create, progress=progress, **options)
    notices = [f"Notice: {notice}" for notice in report["notices"]]
    imported = f"Imported {file.name} ({report['format']}): {_counts(report)}."
    return report, "\n".join(map(printable, [imported, *notices]))


def _counts(report: dict[str, Any]) -> str:
    annotations = f"{report['annotations']:,} {'annotation' if report['annotations'] == 1 else 'annotations'}"
    silent = f", {report['images_without']:,} without detections" if report["images_without"] else ""
    images = f"{report['images_created']:,} created, {report['images_matched']:,} matched{silent}"
    return f"{annotations}; images: {images}"


def _named(categories: tuple[str, ...]) -> dict[str, str]:
    pairs = [category.partition("=") for category in categories]
    if any(not separator or not name for _, separator, name in pairs):
        raise click.UsageError("Write a category as ID=NAME.")
    return {number: name for number, _, name in pairs}
