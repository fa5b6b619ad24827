"""Images and categories of COCO's files, with what they state beside the members that are read."""

from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from shared.analyses.annotations.validation import Checker, escape
from shared.imports.reading.json_text import convert, decode
from shared.imports.reading.meanings import is_uncounted, refuse_uncounted, turns
from shared.imports.reading.objects import FileId

# Where an image comes from, and what describes a category; COCO's and LVIS' own.
_PASSED_OVER = {
    "images": {"license", "date_captured", "flickr_url", "coco_url"},
    "categories": {"supercategory", "color", "synset", "synonyms", "def", "image_count", "instance_count"},
}

# Of a whole image or category.
_TURNED = frozenset({"rotation", "angle", "orientation"})

# EXIF's orientation of an upright image, as its number or in words, and what tells the form of an image alone.
_UPRIGHT = frozenset({"1", "upright", "normal", "horizontal", "horizontal (normal)", "top-left"})
_FORMS = frozenset({"landscape", "portrait", "square"})


class ImageEntry(msgspec.Struct):
    """An image of the list of images."""

    id: FileId
    file_name: str | None = None
    coco_url: str | None = None
    width: int | None = None
    height: int | None = None
    # LVIS says for each image which classes were looked for beside those of its objects.
    neg_category_ids: list[FileId] = []
    not_exhaustive_category_ids: list[FileId] = []

    @property
    def name(self) -> str | None:
        """The name of its file; LVIS has only an address, which ends with it."""
        return self.file_name or (self.coco_url.rpartition("/")[2] if self.coco_url else None)


class CategoryEntry(msgspec.Struct):
    """A category of the list of categories."""

    id: FileId
    name: str
    isthing: int | bool = 1
    keypoints: list[str] = []
    skeleton: list[tuple[int, int]] = []
    frequency: Any = None


Entry = TypeVar("Entry", bound=msgspec.Struct)


class EntryList:
    """The entries of one list of a document, and the names of the members that are not kept."""

    def __init__(self, file: str, place: str, prefix: str, checker: Checker) -> None:
        """Read entries of `place`, which is `images` or `categories`; faults have the prefix of their document."""
        self._file, self._place, self._prefix, self._checker = file, place, prefix, checker
        self.unread: set[str] = set()

    def decode(self, sent: list[Raw], kind: type[Entry]) -> list[Entry]:
        """Return the entries; notes what changes their meaning. Raises AnnotationsUnreadable."""
        known = {*kind.__struct_fields__, *_PASSED_OVER[self._place]}
        entries = []
        for index, raw in enumerate(sent):
            pointer = f"{self._prefix}/{self._place}/{index}"
            stated = decode(self._file, bytes(raw), dict[str, Any], pointer)
            entries.append(convert(self._file, stated, kind, pointer))
            self._check({name: stated[name] for name in stated.keys() - known}, pointer)
        return entries

    def _check(self, beyond: dict[str, Any], pointer: str) -> None:
        refuse_uncounted(beyond, self._checker, pointer)
        for name, value in beyond.items():
            place, key = f"{pointer}/{escape(name)}", name.lower()
            is_upright = key == "orientation" and str(value).strip().lower() in _UPRIGHT | _FORMS
            if key in _TURNED and not is_upright and turns(value):
                self._checker.note(
                    place, "nothing says whether the boxes turn with it; turn the image before you export its boxes"
                )
            elif key not in _TURNED and not is_uncounted(name):
                self.unread.add(name[:50])
