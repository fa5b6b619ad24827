"""The pictures that an archive holds beside its annotations: looked at when a file names them, one at a time."""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from shared.analyses.annotations.validation import Checker
from shared.imports.errors import ImportTooLarge
from shared.imports.reading.files import InputFiles, pointer_of
from shared.kit import filenames
from shared.pictures.decoding import Picture
from shared.pictures.errors import PictureRefused

# Decoding and storing so many takes most of the time that a job has.
MAX_PICTURES = 5000

_NOT_COMPLETE = "this is not a complete JPEG, PNG, WebP, GIF or BMP image"

PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")

Examine = Callable[[bytes], Picture]


class SentPicture(NamedTuple):
    """A decoded picture of the archive, in the member of that name; width and height as displayed, in pixels."""

    member: str
    filename: str
    content_type: str
    width: int
    height: int
    orientation: int
    size_bytes: int
    sha256: str


class Pictures:
    """The pictures of an archive by their names, without folders."""

    def __init__(self, files: InputFiles, examine: Examine, max_bytes: int, checker: Checker) -> None:
        self._files, self._examine, self._max_bytes, self._checker = files, examine, max_bytes, checker
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._seen: dict[str, SentPicture | None] = {}
        for member in files.ending_with(*PICTURE_ENDINGS) if files.is_archive else ():
            name = filenames.clean(member, "image")
            self._by_name[name].append(member)
            self._by_stem[PurePosixPath(name).stem].append(member)

    def find(self, name: str, *, is_stem: bool) -> SentPicture | None:
        """Return the picture of a name, None if there is none; notes what is no picture, and names of several.

        Raises ArchiveRefused, ImportTooLarge.
        """
        members = (self._by_stem if is_stem else self._by_name).get(name, [])
        if not members:
            return None
        if len(members) > 1:
            others = f"the archive has “{members[0][:100]}” with the same name"
            self._checker.note(
                pointer_of(members[1]), f"{others}; images are told apart by their names without folders"
            )
            return None
        if members[0] not in self._seen:
            self._seen[members[0]] = self._look_at(members[0])
        return self._seen[members[0]]

    @property
    def unused(self) -> int:
        """The number of pictures that were never asked for."""
        return sum(map(len, self._by_name.values())) - len(self._seen)

    def _look_at(self, member: str) -> SentPicture | None:
        if len(self._seen) >= MAX_PICTURES:
            raise ImportTooLarge(f"The archive has more than {MAX_PICTURES:,} new pictures; split it into several.")
        body = self._files[member]
        if len(body) > self._max_bytes:
            self._checker.note(pointer_of(member), f"the picture has more than {self._max_bytes:,} bytes")
            return None
        try:
            picture = self._examine(body)
        except PictureRefused as error:
            self._checker.note(pointer_of(member), error.detail.rstrip(".") or _NOT_COMPLETE)
            return None
        sha256 = hashlib.sha256(body).hexdigest()
        return SentPicture(member, filenames.clean(member, "image"), *picture, len(body), sha256)
