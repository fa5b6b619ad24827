"""Which image of the project each image of a file is: by its name, or by the number that files of the project use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from uuid import UUID

from shared.analyses.annotations.segmentations import MAX_SIDE
from shared.analyses.annotations.validation import Checker, is_count
from shared.imports.reading.files import stem_of
from shared.imports.reading.objects import FileId, ImportRole, KnownImage, ReadImage, number_of_id, whole_number_of
from shared.imports.reading.pictures import Pictures, SentPicture
from shared.kit import filenames
from shared.kit.ids import uuid7
from shared.kit.names import is_visible
from shared.kit.plurals import counted, form

# Programs that know no numbers of images name them by their files: `000000000139.jpg` is 139.
_UNNAMED = "image"


class Matcher:
    """The images of a project by names and numbers; notes what names none of them, or several."""

    def __init__(self, images: Iterable[KnownImage], role: ImportRole, checker: Checker, pictures: Pictures) -> None:
        self._by_name: dict[str, list[KnownImage]] = defaultdict(list)
        self._by_stem: dict[str, list[KnownImage]] = defaultdict(list)
        self._by_number: dict[int, list[KnownImage]] = defaultdict(list)
        # Of names that are numbers.
        self._by_digits: dict[int, list[KnownImage]] = defaultdict(list)
        self._role, self._checker, self._pictures = role, checker, pictures
        self._pointers: dict[object, str] = {}
        self.new: list[KnownImage] = []
        # Of new images, those whose bytes came with the annotations.
        self.pictures: dict[UUID, SentPicture] = {}
        # Images that files before this one numbered otherwise.
        self._renumbered = 0
        # Of images that had none.
        self.numbers: dict[UUID, int] = {}
        # New ones of which a file says the number, and no name.
        self._unnamed = 0
        # Numbers of one image that are the file name of another.
        self._ambiguous = 0
        # Whether results have named an image by its number, or one that has a number by its file name.
        self._ways = {"number": False, "name": False}
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
        number = number_of_id(read.number)
        if image.number is None and number is not None:
            self.numbers[image.id] = number
        self._renumbered += number is not None and image.number not in {None, number}
        return image

    @property
    def notices(self) -> Iterator[str]:
        """Sentences about images that could be meant otherwise than they were read."""
        if count := self._renumbered:
            yield (
                f"{counted(count, 'image')} {form(count, 'has', 'have')} another number in this file than in the "
                "project, which keeps its own: results by the numbers of this file would be read for other images."
            )
        if count := self._unnamed:
            new, its = form(count, "it is new", "they are new"), form(count, "its number", "their numbers")
            have = form(count, "has", "have")
            yield f"{counted(count, 'image')} {have} no file name in this file: {new}, and named by {its}."
        if count := self._ambiguous:
            are, were = form(count, "is", "are"), form(count, "it was", "they were")
            yield (
                f"{counted(count, 'number')} of the file {are} that of one image and the file name of another: "
                f"{were} read as {form(count, 'a number', 'numbers')}."
            )

    def _add(self, image: KnownImage) -> None:
        self._by_name[image.filename].append(image)
        stem = PurePosixPath(image.filename).stem
        self._by_stem[stem].append(image)
        if (digits := whole_number_of(stem)) is not None:
            self._by_digits[digits].append(image)
        if image.number is not None:
            self._by_number[image.number].append(image)

    def _find(self, read: ReadImage) -> KnownImage | None:
        if read.name is None:
            return self._by_id(read)
        name = filenames.clean(read.name, _UNNAMED)
        candidates = self._by_name.get(name, [])
        if read.is_stem:
            candidates = self._by_stem.get(name, []) or candidates
        if candidates:
            return self._only(candidates, read, f"“{name[:100]}”")
        if self._role == "predictions":
            self._checker.note(read.pointer, f"the project has no image “{name[:100]}”; import the ground truth first")
            return None
        count = self._checker.count
        if read.is_stem and read.width is None and self._pictures.find(name, is_stem=True) is None:
            if self._checker.count == count:
                self._checker.note(read.pointer, f"the project has no image “{name[:100]}”; send the image as well")
            return None
        return self._add_new(read, name, is_stem=read.is_stem)

    def _by_id(self, read: ReadImage) -> KnownImage | None:
        number = read.number
        assert number is not None, "a reader names an image or numbers it"
        numbered, named = _at(self._by_number, number_of_id(number)), self._named(number)
        if not numbered and not named and self._role == "ground_truth":
            self._unnamed += 1
            return self._add_new(read, filenames.clean(str(number), _UNNAMED), is_stem=True)
        if not numbered and not named:
            self._checker.note(read.pointer, f"the project has no image {number!r}"[:120] + "; import the ground truth")
            return None
        differ = bool(numbered and named) and numbered != named
        if differ and isinstance(number, str):
            names = f"the number of “{numbered[0].filename[:50]}” and the name of “{named[0].filename[:50]}”"
            self._checker.note(read.pointer, f"{number!r} is {names}; send numbers"[:300])
            return None
        self._ambiguous += differ
        image = self._only(numbered or named, read, f"the number {number!r}"[:100])
        return image if image is None or self._is_same_way(image, read, is_number=bool(numbered)) else None

    def _named(self, number: FileId) -> list[KnownImage]:
        name, digits = filenames.clean(str(number), _UNNAMED), whole_number_of(str(number))
        return self._by_name.get(name, []) or self._by_stem.get(name, []) or _at(self._by_digits, digits)

    def _is_same_way(self, image: KnownImage, read: ReadImage, *, is_number: bool) -> bool:
        """Tell whether all images of the file are numbers of the project, or all names: a mixture is a chance."""
        if image.number is not None:
            self._ways["number" if is_number else "name"] = True
        if not all(self._ways.values()):
            return True
        what, others = (
            ("the number of an image", "names") if is_number else ("the name of an image and no number", "numbers")
        )
        message = f"{read.number!r} is {what}, and others of this file are {others}; name all images in one way"
        self._checker.note(read.pointer, message[:300])
        return False

    def _only(self, candidates: list[KnownImage], read: ReadImage, meaning: str) -> KnownImage | None:
        if len(candidates) == 1:
            return candidates[0]
        self._checker.note(read.pointer, f"{len(candidates)} images of the project are {meaning}; rename all but one")
        return None

    def _add_new(self, read: ReadImage, name: str, *, is_stem: bool) -> KnownImage | None:
        count = self._checker.count
        picture = self._pictures.find(name, is_stem=is_stem)
        if picture is not None:
            return self._create_from(picture, read)
        return self._create(read, name) if self._checker.count == count else None

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
        image = KnownImage(uuid7(), name, width, height, number_of_id(read.number))
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


def _at(images: dict[int, list[KnownImage]], number: int | None) -> list[KnownImage]:
    return [] if number is None else images.get(number, [])
