"""What an import wrote, and what of the file it did not keep; takes values and returns values."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from shared.imports.reading.objects import Category, ReadFile, Role

MAX_NOTICES = 100


class ImageCounts(NamedTuple):
    """Images that are new, those of them with a picture, that were there, and of which the file says nothing."""

    created: int
    pictures: int
    matched: int
    silent: int


class CategoryCount(msgspec.Struct, frozen=True):
    """A category of an import."""

    name: Annotated[str, Meta(description="Name, by which it is matched with the project's.")]
    number: Annotated[int | None, Meta(description="Its id in the file; null if it has none.")]
    annotations: Annotated[int, Meta(description="Number of its annotations.")]
    is_new: Annotated[bool, Meta(description="Whether the project did not have it before.")]


class ImportReport(msgspec.Struct, frozen=True):
    """What an import wrote, and what of the file it did not keep."""

    format: Annotated[str, Meta(description="Format that the file was read as.")]
    role: Annotated[Role, Meta(description="Whether the annotations are ground truth or predictions.")]
    images_created: Annotated[int, Meta(description="Number of images that the project did not have.")]
    pictures: Annotated[int, Meta(description="Number of created images whose picture came with the annotations.")]
    images_matched: Annotated[int, Meta(description="Number of images that the project had already.")]
    images_without: Annotated[
        int, Meta(description="Number of images with ground truth of which the file says nothing: no detections.")
    ]
    annotations: Annotated[int, Meta(description="Number of annotations.")]
    categories: Annotated[list[CategoryCount], Meta(description="The categories, by name.")]
    notices: Annotated[list[str], Meta(description="What the file says and the service does not keep.")]


def report_of(
    file_format: str,
    role: Role,
    read: ReadFile,
    images: ImageCounts,
    counts: Counter[str],
    known: Sequence[Category],
) -> ImportReport:
    """Return the report about a file, whose annotations are counted by class."""
    before = {category.name for category in known}
    numbers = {category.name: category.number for category in (*known, *read.categories)}
    names = sorted({*counts, *(category.name for category in read.categories)})
    return ImportReport(
        format=file_format,
        role=role,
        images_created=images.created,
        pictures=images.pictures,
        images_matched=images.matched,
        images_without=images.silent,
        annotations=counts.total(),
        categories=[CategoryCount(name, numbers.get(name), counts[name], name not in before) for name in names],
        notices=[*read.notices[:MAX_NOTICES], *_look_alikes(names, before)],
    )


def _look_alikes(names: list[str], before: set[str]) -> Iterator[str]:
    folded = {" ".join(name.casefold().split()): name for name in before}
    for name in names:
        other = folded.get(" ".join(name.casefold().split()))
        if other is not None and other != name and name not in before:
            yield f"The category “{name[:100]}” is new: the project has “{other[:100]}”, which is another one."
