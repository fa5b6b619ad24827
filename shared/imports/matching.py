"""Which image of the project each image of a file is: by its name, or by the number that files of the project use."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import PurePosixPath
from uuid import UUID

from shared.analyses.annotations.segmentations import MAX_SIDE
from shared.analyses.annotations.validation import Checker, is_count
from shared.imports.reading.files import stem_of
from shared.imports.reading.objects import FileId, KnownImage, ReadImage, Role
from shared.imports.reading.pictures import Pictures, SentPicture
from shared.kit import filenames
from shared.kit.ids import uuid7
from shared.kit.names import is_visible

# Programs that know no numbers of images name them by their files: `000000000139.jpg` is 139.
_UNNAMED = "image"


class Matcher:
    """The images of a project by names and numbers; notes what names none of them, or several."""

    def __init__(self, images: Iterable[KnownImage], role: Role, checker: Checker, pictures: Pictures) -> None:
        self._by_name: dict[str, list[KnownImage]] = defaultdict(list)
        self._by_stem: dict[str, list[KnownImage]] = defaultdict(list)
        self._by_number: dict[FileId, list[KnownImage]] = defaultdict(list)
        self._role, self._checker, self._pictures = role, checker, pictures
        self._pointers: dict[object, str] = {}
        self.new: list[KnownImage] = []
        # Of new images, those whose bytes came with the annotations.
        self.pictures: dict[UUID, SentPicture] = {}
        # Images that files before this one numbered otherwise.
        self.renumbered = 0
        # Of images that had none.
        self.numbers: dict[UUID, int] = {}
        for image in images:
            self._add(image)

    def match(self, read: ReadImage) -> KnownImage | None:
        """Return the image that is meant; ground truth makes a new one of a name that the project does not have."""
        if read.name is not None and not is_visible(read.name):
            self._checker.note(read.pointer, "the image has no name")
            return None
        image = self._find(read)
        if image is None or not self._fits(read, image):
            return None
        if (earlier := self._pointers.setdefault(image.id, read.pointer)) != read.pointer:
            self._checker.note(read.pointer, f"this is the image of {earlier} again; name each image once")
            return None
        if image.number is None and isinstance(read.number, int):
            self.numbers[image.id] = read.number
        self.renumbered += isinstance(read.number, int) and image.number not in {None, read.number}
        return image

    def _add(self, image: KnownImage) -> None:
        self._by_name[image.filename].append(image)
        self._by_stem[PurePosixPath(image.filename).stem].append(image)
        if image.number is not None:
            self._by_number[image.number].append(image)

    def _find(self, read: ReadImage) -> KnownImage | None:
        if read.name is None:
            return self._by_id(read)
        name = filenames.clean(read.name, _UNNAMED)
        candidates = self._by_stem.get(name, []) if read.is_stem else self._by_name.get(name, [])
        if candidates:
            return self._only(candidates, read, f"“{name[:100]}”")
        if self._role == "predictions":
            self._checker.note(read.pointer, f"the project has no image “{name[:100]}”; import the ground truth first")
            return None
        count = self._checker.count
        picture = self._pictures.find(name, is_stem=read.is_stem)
        if picture is not None:
            return self._create_from(picture, read)
        if read.is_stem and read.width is None and self._checker.count == count:
            self._checker.note(read.pointer, f"the project has no image “{name[:100]}”; send the image as well")
            return None
        return self._create(read, name) if self._checker.count == count else None

    def _by_id(self, read: ReadImage) -> KnownImage | None:
        number = read.number
        assert number is not None, "a reader names an image or numbers it"
        candidates = self._by_number.get(number, [])
        if not candidates:
            name = filenames.clean(str(number), _UNNAMED)
            candidates = self._by_name.get(name, []) or self._by_stem.get(name, []) or self._of_numeric_stem(number)
        if not candidates:
            self._checker.note(read.pointer, f"the project has no image {number!r}"[:120] + "; import the ground truth")
            return None
        return self._only(candidates, read, f"the number {number!r}"[:100])

    def _of_numeric_stem(self, number: FileId) -> list[KnownImage]:
        if not str(number).isdecimal():
            return []
        stems = (stem for stem in self._by_stem if stem.isdecimal() and int(stem) == int(number))
        return list(chain.from_iterable(self._by_stem[stem] for stem in stems))

    def _only(self, candidates: list[KnownImage], read: ReadImage, meaning: str) -> KnownImage | None:
        if len(candidates) == 1:
            return candidates[0]
        self._checker.note(read.pointer, f"{len(candidates)} images of the project are {meaning}; rename all but one")
        return None

    def _create(self, read: ReadImage, name: str) -> KnownImage | None:
        sizes = (("width", read.width), ("height", read.height))
        faults = [side for side, pixels in sizes if not (is_count(pixels) and 0 < (pixels or 0) <= MAX_SIDE)]
        for side in faults:
            self._checker.note(f"{read.pointer}/{side}", f"expected a number of pixels from 1 to {MAX_SIDE:,}")
        if faults or read.width is None or read.height is None:
            return None
        return self._new(name, read.width, read.height, read)

    def _create_from(self, picture: SentPicture, read: ReadImage) -> KnownImage:
        image = self._new(picture.filename, picture.width, picture.height, read)
        self.pictures[image.id] = picture
        return image

    def _new(self, name: str, width: int, height: int, read: ReadImage) -> KnownImage:
        image = KnownImage(uuid7(), name, width, height, read.number if isinstance(read.number, int) else None)
        self.new.append(image)
        self._add(image)
        return image

    def _fits(self, read: ReadImage, image: KnownImage) -> bool:
        stated = (read.width or image.width, read.height or image.height)
        if stated == (image.width, image.height):
            return True
        self._checker.note(
            read.pointer,
            f"the file says {stated[0]} x {stated[1]} pixels (width x height), and the image "
            f"“{stem_of(image.filename)[:100]}” has {image.width} x {image.height}",
        )
        return False
