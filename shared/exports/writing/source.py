"""What a writer is given, and the notices that it returns; values without any database behind them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import msgspec

from shared.analyses.image_labels import TruthLabels
from shared.analyses.numbered_categories import NumberedCategory
from shared.exports.errors import FileNamesCollide
from shared.kit.plurals import counted

NO_LABELS = TruthLabels()


class ExportedImage(NamedTuple):
    """An image with the number by which files name it; width and height in pixels.

    The labels are those of its ground truth; None where they cannot be read.
    """

    filename: str
    width: int
    height: int
    number: int
    labels: TruthLabels | None = NO_LABELS


class ExportedObject(msgspec.Struct, frozen=True, array_like=True):
    """An annotation with the position of its image in the export; `raw` is the data as JSON."""

    image: int
    annotation_type: str
    class_name: str
    confidence: float | None
    raw: msgspec.Raw

    @property
    def data(self) -> dict[str, Any]:
        """The data, decoded."""
        data: dict[str, Any] = msgspec.json.decode(self.raw)
        return data


class ExportSource(NamedTuple):
    """One side of a project; the objects are lines of a file, by the position of their image."""

    images: list[ExportedImage]
    categories: Mapping[str, NumberedCategory]
    objects_path: Path
    images_without: int
    is_truth: bool

    def objects(self) -> Iterator[ExportedObject]:
        """Yield the objects, those of one image one after the other."""
        decoder = msgspec.json.Decoder(ExportedObject)
        with self.objects_path.open("rb") as lines:
            yield from map(decoder.decode, lines)

    def by_image(self) -> Iterator[tuple[ExportedImage, Iterator[ExportedObject]]]:
        """Yield every image with its objects, also images without any."""
        position = 0
        for index, group in groupby(self.objects(), key=lambda each: each.image):
            for image in self.images[position:index]:
                yield image, iter(())
            yield self.images[index], group
            position = index + 1
        for image in self.images[position:]:
            yield image, iter(())

    def check_names(self) -> None:
        """Raise FileNamesCollide where two images would have files of the same name."""
        seen: dict[str, str] = {}
        for image in self.images:
            if (stem := stem_of(image)) in seen:
                names = f"“{seen[stem][:100]}” and “{image.filename[:100]}”"
                raise FileNamesCollide(f"The images {names} would have the same file; export COCO, which numbers them.")
            seen[stem] = image.filename


class Notices:
    """Sentences about objects that a format cannot say, with their numbers."""

    def __init__(self) -> None:
        self._counts = Counter[tuple[str, str]]()

    def note(self, one: str, many: str) -> None:
        """Note one more object; what is said of one alone, or of many, follows the number of all of them."""
        self._counts[one, many] += 1

    def sentences(self) -> list[str]:
        """Return the sentences with their numbers."""
        return [counted(count, *sentence) for sentence, count in self._counts.items()]


def stem_of(image: ExportedImage) -> str:
    """Return the name of an image's file without its extension."""
    return PurePosixPath(image.filename).stem
