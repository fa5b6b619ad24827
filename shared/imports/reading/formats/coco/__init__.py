"""COCO's JSON: instances, keypoints and panoptic segments (https://cocodataset.org/#format-data), and LVIS'."""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec
from msgspec import Raw

from shared.analyses.annotations.validation import MAX_CHARACTERS
from shared.evaluation.detection.rules.lvis import Frequency
from shared.imports.reading.files import InputFiles, pointer_of
from shared.imports.reading.formats.coco.entries import CategoryEntry, EntryList, ImageEntry
from shared.imports.reading.formats.coco.objects import annotation_of, check_visibility, shape_of
from shared.imports.reading.formats.coco.panoptic import masks_of, pictures_of
from shared.imports.reading.json_text import decode, whole
from shared.imports.reading.objects import (
    Category,
    FileId,
    ReadFile,
    ReadImage,
    ReadingRules,
    ReadObject,
    number_of_id,
)
from shared.kit.names import is_visible
from shared.kit.plurals import counted, form

_FREQUENCIES: dict[str, Frequency] = {"r": "rare", "c": "common", "f": "frequent"}


# Of a document; the others say where it comes from.
_PASSED_OVER = frozenset({"images", "annotations", "categories", "info", "licenses", "license", "type"})


class _Document(msgspec.Struct):
    images: list[Raw]
    annotations: list[Raw] | None
    categories: list[Raw]


def recognise(files: InputFiles) -> bool:
    """Tell whether there are JSON objects that begin as COCO's."""
    return bool(_documents(files))


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read every document of the upload; ids are those of one document each.

    Raises AnnotationsUnreadable, and notes every fault at its place.
    """
    names = _documents(files) or files.ending_with(".json") or list(files)
    merged = ReadFile([])
    for name in names:
        prefix = pointer_of(name) if len(names) > 1 else ""
        part = _Reading(rules, prefix, files).read(name)
        merged.images += part.images
        merged.categories += part.categories
        merged.notices += part.notices
    return merged


def _documents(files: InputFiles) -> list[str]:
    names = files.ending_with(".json") if files.is_archive else list(files)
    heads = {name: files.head(name) for name in names}
    return [name for name, head in heads.items() if _begins_as_coco(head) and not _is_notes(name, head)]


def _is_notes(name: str, head: bytes) -> bool:
    """Tell whether a document only names the classes of lines of YOLO, as Label Studio exports them."""
    return PurePosixPath(name).name == "notes.json" and b'"images"' not in head and b'"annotations"' not in head


def _begins_as_coco(head: bytes) -> bool:
    members = (b'"images"', b'"annotations"', b'"categories"', b'"info"', b'"licenses"')
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and any(name in head for name in members)


class _Reading:
    """The reading of one document."""

    def __init__(self, rules: ReadingRules, prefix: str, files: InputFiles) -> None:
        self._rules, self._prefix, self._checker = rules, prefix, rules.checker
        self._files, self._pictures = files, pictures_of(files)
        self._unread = Counter[str]()

    def read(self, name: str) -> ReadFile:
        body = self._files[name]
        document = decode(name, body, _Document)
        entries = EntryList(name, "images", self._prefix, self._checker)
        classes = EntryList(name, "categories", self._prefix, self._checker)
        sent, sent_categories = (
            entries.decode(document.images, ImageEntry),
            classes.decode(document.categories, CategoryEntry),
        )
        images, categories = self._images(sent), self._categories(sent_categories)
        self._label(images, categories, sent)
        self._annotations(document.annotations or [], images, categories)
        if any(category.frequency is not None and _frequency(category) is None for category in sent_categories):
            classes.unread.add("frequency")
        members = decode(name, body, dict[str, Raw]).keys() - _PASSED_OVER
        notices = [
            *_unkept("The document states", {member[:50] for member in members}),
            *_unkept("Images state", entries.unread),
            *_unkept("Categories state", classes.unread),
            *self._notices(sent_categories),
        ]
        return ReadFile(list(images.values()), list(categories.values()), notices)

    def _annotations(
        self, sent: list[Raw], images: dict[FileId, ReadImage], categories: dict[FileId, Category]
    ) -> None:
        ids = dict[str, int]()
        for index, raw in enumerate(sent):
            pointer = f"{self._prefix}/annotations/{index}"
            annotation = decode("annotations", bytes(raw), dict[str, Any], pointer)
            self._check_id(ids, annotation, index, pointer)
            image = self._one_of(images, annotation, "image_id", pointer)
            if image is not None and isinstance(annotation.get("segments_info"), list):
                self._add_segments(image, categories, annotation, pointer)
            else:
                self._add(image, categories, annotation, pointer)
            if self._checker.is_full:
                break

    def _notices(self, categories: list[CategoryEntry]) -> Iterator[str]:
        for name, count in self._unread.items():
            yield f"{counted(count, 'annotation')} {form(count, 'states', 'state')} {name}, which is not kept."
        if stuff := sum(not category.isthing for category in categories):
            are, their = form(stuff, "is no thing", "are no things"), form(stuff, "its", "their")
            yield (
                f"{counted(stuff, 'category', 'categories')} {are} (isthing is 0): each of {their} segments counts as "
                "an object."
            )

    def _images(self, sent: list[ImageEntry]) -> dict[FileId, ReadImage]:
        images, ids = dict[FileId, ReadImage](), dict[str, FileId]()
        for index, image in enumerate(sent):
            pointer = f"{self._prefix}/images/{index}"
            # Some programs take 5 and "5" for one id, others for two.
            if (other := ids.setdefault(str(image.id), image.id)) != image.id or image.id in images:
                self._checker.note(f"{pointer}/id", f"another image has the id {other!r}")
            images[image.id] = ReadImage(pointer, image.name, image.id, image.width, image.height)
        return images

    def _categories(self, sent: list[CategoryEntry]) -> dict[FileId, Category]:
        categories, ids = dict[FileId, Category](), dict[str, FileId]()
        for index, category in enumerate(sent):
            pointer = f"{self._prefix}/categories/{index}"
            name = self._rules.names.get(str(category.id), category.name)
            if (other := ids.setdefault(str(category.id), category.id)) != category.id or category.id in categories:
                self._checker.note(f"{pointer}/id", f"another category has the id {other!r}")
            if not is_visible(name) or len(name) > MAX_CHARACTERS:
                self._checker.note(f"{pointer}/name", f"expected a name of 1 to {MAX_CHARACTERS} characters")
            categories[category.id] = Category(
                name,
                number_of_id(category.id),
                tuple(category.keypoints),
                tuple(category.skeleton),
                _frequency(category),
            )
        if len({category.name for category in categories.values()}) < len(categories):
            self._checker.note(f"{self._prefix}/categories", "two categories have the same name")
        return categories

    def _label(
        self, images: dict[FileId, ReadImage], categories: dict[FileId, Category], sent: list[ImageEntry]
    ) -> None:
        for index, image in enumerate(sent):
            for name, target in (
                ("neg_category_ids", images[image.id].verified),
                ("not_exhaustive_category_ids", images[image.id].not_exhaustive),
            ):
                for number in getattr(image, name):
                    if number in categories:
                        target.append(categories[number].name)
                    else:
                        pointer = f"{self._prefix}/images/{index}/{name}"
                        self._checker.note(pointer, f"none of the categories of this file has the id {number!r}"[:200])

    def _check_id(self, ids: dict[str, int], annotation: dict[str, Any], index: int, pointer: str) -> None:
        own = whole(annotation.get("id"))
        if own is not None and (isinstance(own, bool) or not isinstance(own, int | str)):
            self._checker.note(f"{pointer}/id", "expected a whole number, or a text")
        elif own is not None and (other := ids.setdefault(str(own), index)) != index:
            self._checker.note(f"{pointer}/id", f"annotations.{other} has the same id {own!r}")

    def _one_of(self, known: dict[FileId, Any], annotation: dict[str, Any], name: str, pointer: str) -> Any:
        value = whole(annotation.get(name))
        if isinstance(value, int | str) and not isinstance(value, bool) and value in known:
            return known[value]
        of = "images" if name == "image_id" else "categories"
        self._checker.note_shared(f"{pointer}/{name}", f"none of the {of} of this file has the id {value!r}"[:200])
        return None

    def _add_segments(
        self, image: ReadImage, categories: dict[FileId, Category], annotation: dict[str, Any], pointer: str
    ) -> None:
        size = (image.height or 0, image.width or 0)
        for index, mask in masks_of(self._files, self._pictures, annotation, size):
            segment = {**annotation["segments_info"][index], "segmentation": mask}
            self._add(image, categories, segment, f"{pointer}/segments_info/{index}")

    def _add(
        self, image: ReadImage | None, categories: dict[FileId, Category], annotation: dict[str, Any], pointer: str
    ) -> None:
        category = self._one_of(categories, annotation, "category_id", pointer)
        if image is not None and category is not None:
            image.objects.append(ReadObject(self._object(annotation, category, pointer), pointer))

    def _object(self, annotation: dict[str, Any], category: Category, pointer: str) -> dict[str, Any]:
        item, unread = annotation_of(annotation, category, self._checker, pointer, shape_of(annotation))
        if self._rules.role == "ground_truth":
            check_visibility(annotation, self._checker, pointer)
        self._unread.update(unread)
        if self._rules.role == "ground_truth" and item.pop("confidence", 1) != 1:
            self._unread["a confidence beside ground truth"] += 1
        if self._rules.role == "predictions" and item.get("confidence") is None:
            self._checker.note_shared(f"{pointer}/score", "a prediction needs its score, from 0 to 1")
        return item


def _frequency(category: CategoryEntry) -> Frequency | None:
    return _FREQUENCIES.get(category.frequency) if isinstance(category.frequency, str) else None


def _unkept(beginning: str, members: set[str]) -> list[str]:
    if not members:
        return []
    *others, last = sorted(members)
    names = f"{', '.join(others)} and {last}" if others else last
    return [f"{beginning} {names}, which {form(len(others) + 1, 'is', 'are')} not kept."]
