"""COCO's results: a JSON list of detections, which name images and categories by the numbers of the ground truth."""

from typing import Any

from msgspec import Raw

from shared.imports.errors import AnnotationsUnreadable
from shared.imports.reading.files import InputFiles
from shared.imports.reading.formats import forms_not_read
from shared.imports.reading.formats.coco.objects import annotation_of, shape_of
from shared.imports.reading.json_text import decode, whole
from shared.imports.reading.objects import Category, ReadFile, ReadImage, ReadingRules, ReadObject


def recognise(files: InputFiles) -> bool:
    """Tell whether the file is a JSON list whose first object names an image and a category, or an empty list."""
    if files.is_archive or forms_not_read.is_dataset_list(files):
        return False
    head = files.head(next(iter(files))).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"[") and (head[1:].lstrip().startswith(b"]") or b'"image_id"' in head)


def read(files: InputFiles, rules: ReadingRules) -> ReadFile:
    """Read the detections; notes every fault at its place. Raises AnnotationsUnreadable."""
    (name,) = files
    if rules.role != "predictions":
        raise AnnotationsUnreadable("COCO's results are predictions of a model; import them as those.")
    images = dict[Any, ReadImage]()
    categories = _categories(rules)
    unread = set[str]()
    for index, raw in enumerate(decode(name, files[name], list[Raw])):
        pointer = f"/{index}"
        detection = decode(name, bytes(raw), dict[str, Any], pointer)
        image_id = whole(detection.get("image_id"))
        if not isinstance(image_id, int | str) or isinstance(image_id, bool):
            rules.checker.note(f"{pointer}/image_id", "expected the number or the name of an image")
            continue
        category = _category(rules, categories, whole(detection.get("category_id")), f"{pointer}/category_id")
        if category is not None:
            image = images.setdefault(image_id, ReadImage(f"{pointer}/image_id", number=image_id))
            item, members = annotation_of(detection, category, rules.checker, pointer, shape_of(detection))
            unread.update(members)
            if item.get("confidence") is None:
                rules.checker.note_shared(f"{pointer}/score", "a prediction needs its score, from 0 to 1")
            image.objects.append(ReadObject(item, pointer))
        if rules.checker.is_full:
            break
    notices = [f"Detections state {member}, which is not kept." for member in sorted(unread)]
    return ReadFile(list(images.values()), notices=notices)


def _categories(rules: ReadingRules) -> dict[str, list[Category]]:
    by_number: dict[str, list[Category]] = {}
    for category in rules.known.categories:
        if category.number is not None:
            by_number.setdefault(str(category.number), []).append(category)
    return by_number | {number: [Category(name)] for number, name in rules.names.items()}


def _category(rules: ReadingRules, categories: dict[str, list[Category]], number: Any, pointer: str) -> Category | None:
    candidates = categories.get(str(number), []) if isinstance(number, int | str) else []
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        names = " and ".join(f"“{category.name[:50]}”" for category in candidates[:2])
        rules.checker.note_shared(
            pointer, f"the number {number} means {names} in the project; say which with `categories`"
        )
    else:
        rules.checker.note_shared(
            pointer,
            f"no category of the project has the number {number!r}"[:120]
            + "; import the ground truth first, or send `categories`",
        )
    return None
