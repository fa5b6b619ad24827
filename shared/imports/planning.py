"""From a file to the rows that an import writes; pure, so that nothing is written before all of it was understood."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from shared.analyses.annotations.formats import Size, outline_box_of
from shared.analyses.annotations.types import CheckedAnnotation, check_item
from shared.imports.errors import ImportTooLarge
from shared.imports.matching import Matcher
from shared.imports.reading.file_checker import FileChecker
from shared.imports.reading.files import FileLimits, InputFiles
from shared.imports.reading.formats import FORMATS, FormatName, recognise
from shared.imports.reading.objects import (
    MAX_NUMBER,
    Category,
    ImportRole,
    Known,
    KnownImage,
    ReadFile,
    ReadImage,
    ReadingRules,
    ReadObject,
    unkept,
)
from shared.imports.reading.pictures import PICTURE_ENDINGS, Examine, Pictures, SentPicture
from shared.imports.report import ImageCounts, ImportReport, report_of
from shared.kit.ids import uuid7
from shared.kit.plurals import counted, form

# They are in memory together, at half a kilobyte each.
MAX_ANNOTATIONS = 1_000_000

# So far beyond the edge of its image, as a share of it, and so often, as a share of all, no detector puts a box.
_FAR, _USUAL_OUT = 1.1, 0.05

# Names of files in one sentence.
_MOST_NAMED = 3


class ImportLimits(NamedTuple):
    """The sizes of files and of a picture in bytes, and the number of run lengths of one mask."""

    files: FileLimits
    mask_runs: int
    picture_bytes: int


class ImportOptions(NamedTuple):
    """What the request says of the file: its name, its format (None: recognised), its side, names of categories."""

    filename: str
    format: FormatName | None
    role: ImportRole
    names: dict[str, str]


class PlannedAnalysis(NamedTuple):
    """The annotations of one image."""

    id: UUID
    image_id: UUID
    annotations: list[CheckedAnnotation]
    # What the file says of the image as a whole.
    labels: dict[str, list[str]]


class ImportPlan(NamedTuple):
    """The rows to write: new images, one analysis for each image of the file, and the categories with their numbers."""

    new_images: list[KnownImage]
    # Of new images, those whose bytes came with the annotations.
    pictures: dict[UUID, SentPicture]
    matched: list[UUID]
    # Numbers of images that have none yet.
    numbers: dict[UUID, int]
    analyses: list[PlannedAnalysis]
    categories: list[Category]
    report: ImportReport


def plan(
    path: Path,
    options: ImportOptions,
    known: Known,
    limits: ImportLimits,
    progress: Callable[[float], None],
    examine: Examine,
) -> ImportPlan:
    """Read a file and check all of it; `progress` is told the share of images that are checked.

    Raises AnnotationsInvalid with every fault and its place, up to a hundred, and the errors of imports.
    """
    checker = FileChecker(max_runs=limits.mask_runs)
    with InputFiles(path, options.filename, limits.files) as files:
        file_format = options.format or recognise(files)
        pictures = Pictures(files, examine, limits.picture_bytes, checker)
        rules = ReadingRules(options.role, options.names, known, checker, pictures)
        read = FORMATS[file_format].read(files, rules)
        read.notices += unkept(+rules.unkept)
        if passed_over := files.unread(PICTURE_ENDINGS):
            read.notices.append(_not_read(passed_over, file_format))
        if sum(len(image.objects) for image in read.images) > MAX_ANNOTATIONS:
            raise ImportTooLarge
        _check_numbers(read, checker)
        matcher = Matcher(known.images, options.role, checker, pictures)
        analyses = list(_analyses(read, matcher, checker, options.role, progress))
    checker.finish()
    read.notices += [*_notices(file_format, pictures, matcher), *_box_notices(checker, options.role)]
    silent = _silent(known, analyses) if options.role == "predictions" else []
    analyses += silent
    read.notices[:0] = _replaced(known, {analysis.image_id for analysis in analyses}, silent, options.role)
    new = {image.id for image in matcher.new}
    matched = [analysis.image_id for analysis in analyses if analysis.image_id not in new]
    counts = Counter(annotation.class_name for analysis in analyses for annotation in analysis.annotations)
    images = ImageCounts(len(matcher.new), len(matcher.pictures), len(matched) - len(silent), len(silent))
    report = report_of(file_format, options.role, read, images, counts, known.categories)
    categories = read.categories if options.role == "ground_truth" else []
    return ImportPlan(matcher.new, matcher.pictures, matched, matcher.numbers, analyses, categories, report)


def _notices(file_format: FormatName, pictures: Pictures, matcher: Matcher) -> Iterator[str]:
    """Say what is doubtful about the pictures and images of a whole file."""
    if pictures.unused and file_format != "coco":
        are = form(pictures.unused, "is that", "are those")
        yield f"{counted(pictures.unused, 'picture')} {are} of images that the project has, or of none."
    yield from matcher.notices


def _box_notices(checker: FileChecker, role: ImportRole) -> Iterator[str]:
    """Say where the boxes of a file look as if they were stated in another form than that of its format."""
    if checker.boxes and checker.within_a_pixel == checker.boxes:
        lie = form(checker.boxes, "the only box lies", f"all {checker.boxes:,} boxes lie")
        image = form(checker.boxes, "its image", "their images")
        yield f"{lie.capitalize()} within the first pixel of {image}: are the numbers shares of a side? Write pixels."
    out, is_truth = checker.reaching_out, role == "ground_truth"
    if out > (0 if is_truth else _USUAL_OUT * checker.boxes):
        reach = form(out, "reaches out of its image", "reach out of their images")
        far = "a pixel" if is_truth else form(out, "a tenth of its size", "a tenth of their size")
        box = form(out, "its box", "their box")
        yield f"{counted(out, 'object')} {reach} by more than {far}: is {box} stated in another form?"


def _not_read(names: list[str], file_format: FormatName) -> str:
    """Say which files of an archive are in another format than the one that is read."""
    listed = ", ".join(f"“{name[:50]}”" for name in names[:_MOST_NAMED])
    more = "" if len(names) <= _MOST_NAMED else " and others"
    was = form(len(names), "was", "were")
    return f"{counted(len(names), 'file')} of the archive {was} not read as {file_format}: {listed}{more}."


def _check_numbers(read: ReadFile, checker: FileChecker) -> None:
    for image in read.images:
        if isinstance(image.number, int) and abs(image.number) > MAX_NUMBER:
            checker.note(f"{image.pointer}/id", f"expected a number of at most {MAX_NUMBER:,}")
    for category in read.categories:
        if category.number is not None and abs(category.number) > MAX_NUMBER:
            checker.note("/categories", f"the number of “{category.name[:100]}” is larger than {MAX_NUMBER:,}")


def _silent(known: Known, analyses: list[PlannedAnalysis]) -> list[PlannedAnalysis]:
    """Return an empty analysis for each image with ground truth and no detections: left out, it would not count."""
    named = {analysis.image_id for analysis in analyses}
    images = (image for image in known.images if image.has_truth and image.id not in named)
    return [PlannedAnalysis(uuid7(), image.id, [], {}) for image in images]


def _replaced(known: Known, named: set[UUID], silent: list[PlannedAnalysis], role: ImportRole) -> Iterator[str]:
    """Say what detection runs no longer look at, as the newest analysis of an image counts."""
    without = {analysis.image_id for analysis in silent}
    lost = sum(image.has_detections for image in known.images if image.id in without)
    if lost:
        have, they = form(lost, "has", "have"), form(lost, "it counts", "they count")
        yield (
            f"{counted(lost, 'image')} {have} detections of this model and version from before, and none in this file: "
            f"{they} as without detections now. Import all that a model finds as one file."
        )
    truths = sum(image.has_truth for image in known.images if image.id in named)
    if truths and role == "ground_truth":
        yield (
            f"{counted(truths, 'image')} had ground truth from before: that of this file replaces it in detection runs."
        )


def _analyses(
    read: ReadFile, matcher: Matcher, checker: FileChecker, role: ImportRole, progress: Callable[[float], None]
) -> Iterator[PlannedAnalysis]:
    for index, image in enumerate(read.images):
        if index % 1000 == 0:
            progress(index / len(read.images))
        target = matcher.match(image)
        if target is not None:
            labels = image.labels if role == "ground_truth" else {}
            yield PlannedAnalysis(uuid7(), target.id, _checked(image, target, checker, role), labels)
        # The objects are not needed again, and there may be a million.
        image.objects.clear()
        if checker.is_full:
            break


def _checked(image: ReadImage, target: KnownImage, checker: FileChecker, role: ImportRole) -> list[CheckedAnnotation]:
    size = Size(target.height, target.width)
    annotations = []
    for sent in image.objects:
        count = checker.count
        annotation = check_item(checker, sent.annotation, sent.pointer)
        if annotation is not None and checker.count == count:
            _check_place(sent, annotation, size, checker, role)
            annotations.append(annotation)
    return annotations


def _check_place(
    sent: ReadObject, annotation: CheckedAnnotation, size: Size, checker: FileChecker, role: ImportRole
) -> None:
    if annotation.mask_size not in (None, size):
        checker.note(
            f"{sent.pointer}/segmentation",
            f"the mask is {annotation.mask_size} pixels (height, width), and the image {tuple(size)}",
        )
    elif (box := _box(sent.annotation)) is not None:
        left, top, right, bottom = box
        checker.boxes += 1
        checker.within_a_pixel += max(box) <= 1
        if role == "predictions":
            # Detectors go a little beyond an edge.
            checker.reaching_out += right > _FAR * size.width or bottom > _FAR * size.height
            return
        if left > size.width or top > size.height or right < 0 or bottom < 0:
            checker.note(
                f"{sent.pointer}/bbox", f"the object lies outside of the image of {size.width} x {size.height} pixels"
            )
        is_inside = min(left, top) >= -1 and right <= size.width + 1 and bottom <= size.height + 1
        checker.reaching_out += not is_inside


def _box(annotation: dict[str, Any]) -> tuple[float, float, float, float] | None:
    data = annotation["data"]
    if data.get("bbox") is not None:
        first, second, third, fourth = data["bbox"]
        is_corners = data.get("format") == "xyxy"
        return first, second, third if is_corners else first + third, fourth if is_corners else second + fourth
    return outline_box_of(data) if data.get("format") == "polygon" else None
