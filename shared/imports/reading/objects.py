"""What a reader returns, and what it is told; values without any database behind them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple
from uuid import UUID

from shared.analyses.annotations.formats import Size
from shared.analyses.annotations.validation import Checker
from shared.evaluation.detection.rules.lvis import Frequency
from shared.imports.reading.file_checker import FileChecker
from shared.imports.reading.pictures import Pictures
from shared.kit.plurals import counted, form

ImportRole = Literal["ground_truth", "predictions"]

# A file's own id of an image or a category: COCO's are whole numbers, some tools write texts.
FileId = int | str

# JSON's numbers are exact up to here, and the database holds them.
MAX_NUMBER = 2**53


class Category(NamedTuple):
    """A class with the number by which files name it, and the names of its keypoints in their order.

    `frequency` is LVIS': in how many images of a training set it occurs; None where the file does not say.
    """

    name: str
    number: int | None = None
    keypoints: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()
    frequency: Frequency | None = None


class KnownImage(NamedTuple):
    """An image that the project has already; width and height in pixels."""

    id: UUID
    filename: str
    width: int
    height: int
    # By which files name it.
    number: int | None
    has_truth: bool = False
    # Of the model and version that is imported.
    has_detections: bool = False


class Known(NamedTuple):
    """What the project holds before the import."""

    images: list[KnownImage]
    categories: list[Category]


class ReadObject(NamedTuple):
    """An annotation as `annotations:bulk` takes it, with the place in the file that it comes from."""

    annotation: dict[str, Any]
    pointer: str


@dataclass(slots=True)
class ReadImage:
    """An image that a file names, with its objects; what the file does not say is None."""

    pointer: str
    name: str | None = None
    number: FileId | None = None
    width: int | None = None
    height: int | None = None
    objects: list[ReadObject] = field(default_factory=list)
    # A name without extension, as that of a text file beside an image.
    is_stem: bool = False
    # Names of classes that were looked for beside those of the objects, that were and are not there, and of which not
    # every object is marked.
    verified: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    not_exhaustive: list[str] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, list[str]]:
        """What the file says of the image as a whole, as members of the analysis' parameters."""
        named = {
            "verified_classes": self.verified,
            "absent_classes": self.absent,
            "not_exhaustive_classes": self.not_exhaustive,
        }
        return {name: sorted(set(classes)) for name, classes in named.items() if classes}


@dataclass(slots=True)
class ReadFile:
    """All that a file says; `notices` are sentences about what it says and this product does not keep."""

    images: list[ReadImage]
    categories: list[Category] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Sizes:
    """The sizes of images by their names without extension, of the project or of the archive."""

    def __init__(self, images: Iterable[KnownImage], pictures: Pictures) -> None:
        self._known: dict[str, Size] = {}
        self._pictures = pictures
        for image in images:
            # Some programs name an image with its extension where the format has none.
            for name in (PurePosixPath(image.filename).stem, image.filename):
                self._known.setdefault(name, Size(image.height, image.width))

    def find(self, stem: str) -> Size | None:
        """Return the size of an image, None for one that is nowhere, which is refused when it is looked for."""
        if (known := self._known.get(stem)) is not None:
            return known
        picture = self._pictures.find(stem, is_stem=True)
        return Size(picture.height, picture.width) if picture is not None else None


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """How to read: for which side, names of categories by the file's ids, what the project holds, and the faults.

    `unkept` counts what objects state and no format keeps.
    """

    role: ImportRole
    names: dict[str, str]
    known: Known
    checker: FileChecker
    pictures: Pictures
    unkept: Counter[str] = field(default_factory=Counter)

    def sizes(self) -> "Sizes":
        """Return the sizes of images by their names without extension."""
        return Sizes(self.known.images, self.pictures)

    def rate(self, annotation: dict[str, Any], confidence: Any, pointer: str) -> None:
        """Give a prediction its confidence, which it needs; ground truth has none."""
        if self.role != "predictions":
            self.unkept["a confidence beside ground truth"] += confidence not in {None, 1}
            return
        if confidence is None:
            self.checker.note_shared(pointer, "a prediction needs its score, from 0 to 1")
        annotation["confidence"] = confidence


def whole_number_of(text: str) -> int | None:
    """Return the number that a text writes in digits, None for any other text and for one beyond MAX_NUMBER."""
    if not text.isdecimal() or len(text) > len(str(MAX_NUMBER)):
        return None
    number = int(text)
    return number if number <= MAX_NUMBER else None


def number_of_id(number: FileId | None) -> int | None:
    """Return the number that an id is or writes, as programs write numbers; None for any other text."""
    if number is None or isinstance(number, int):
        return number
    whole = whole_number_of(number)
    return whole if str(whole) == number else None


def confidence_among(said: Mapping[str, Any], names: Iterable[str], checker: Checker, pointer: str) -> Any:
    """Return the confidence that stands under one of the names, None without any; notes two that differ."""
    values = [said[name] for name in names if said.get(name) is not None and said[name] != ""]
    if len({str(value) for value in values}) > 1:
        checker.note(pointer, "the object states two confidences that differ; send one of them")
    return values[0] if values else None


def named(objects: Iterable[ReadImage], first: Iterable[str] = ()) -> list[Category]:
    """Return categories without numbers: those that a file lists first, then the others by name."""
    used = {read.annotation["class_name"] for image in objects for read in image.objects}
    listed = dict.fromkeys(first)
    return [
        Category(name) for name in (*listed, *sorted(name for name in used - listed.keys() if isinstance(name, str)))
    ]


def unkept(counts: Counter[str]) -> list[str]:
    """Return sentences about members that are not kept, by their numbers."""
    return [
        f"{counted(count, 'object')} {form(count, 'states', 'state')} {member}, which is not kept."
        for member, count in sorted(counts.items())
    ]
