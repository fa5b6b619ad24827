"""What an import wrote, and what of the file it did not keep; takes values and returns values."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from shared.imports.reading.objects import Category, ImportRole, ReadFile
from shared.kit.plurals import counted, form

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
    earlier_numbers: Annotated[list[int], Meta(description="Its ids in the files that the project has had before.")]


class ImportReport(msgspec.Struct, frozen=True):
    """What an import wrote, and what of the file it did not keep."""

    format: Annotated[str, Meta(description="Format that the file was read as.")]
    role: Annotated[ImportRole, Meta(description="Whether the annotations are ground truth or predictions.")]
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
    role: ImportRole,
    read: ReadFile,
    images: ImageCounts,
    counts: Counter[str],
    known: Sequence[Category],
) -> ImportReport:
    """Return the report about a file, whose annotations are counted by class."""
    before = _numbers_by_name(known)
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
        categories=[
            CategoryCount(name, numbers.get(name), counts[name], name not in before, before.get(name, []))
            for name in names
        ],
        notices=[
            *read.notices[:MAX_NOTICES],
            *_renumbered(read.categories, before, role),
            *_look_alikes(names, before),
        ],
    )


def _numbers_by_name(categories: Sequence[Category]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for category in categories:
        listed = numbers.setdefault(category.name, [])
        if category.number is not None:
            listed.append(category.number)
    return numbers


def _renumbered(categories: Sequence[Category], before: Mapping[str, Sequence[int]], role: ImportRole) -> Iterator[str]:
    """Say which categories have another number than in earlier files, by which results may name them too."""
    others = [
        category
        for category in categories
        if category.number is not None and before.get(category.name) and category.number not in before[category.name]
    ]
    if not others:
        return
    name, number, count = others[0].name, others[0].number, len(others)
    have, earlier = form(count, "has", "have"), " and ".join(map(str, before[name]))
    by = form(count, "it was matched by its name", "they were matched by their names")
    # The numbers of predictions are not kept.
    it = form(count, "it", "them")
    results = f", and results may name {it} by each number that no other has" if role == "ground_truth" else ""
    yield (
        f"{counted(count, 'category', 'categories')} {have} another number in this file than in those before, such as "
        f"“{name[:100]}”, {number} instead of {earlier}: {by}{results}."
    )


def _look_alikes(names: list[str], before: Collection[str]) -> Iterator[str]:
    folded = {" ".join(name.casefold().split()): name for name in before}
    for name in names:
        other = folded.get(" ".join(name.casefold().split()))
        if other is not None and other != name and name not in before:
            yield f"The category “{name[:100]}” is new: the project has “{other[:100]}”, which is another one."
