"""The faults of a file of annotations, at the places of the file."""

from typing import NamedTuple

from shared.analyses.annotations.validation import Checker
from shared.imports.errors import AnnotationsInvalid
from shared.kit.errors import Fault

# The places of our own annotations in those of files.
_IN_FILES = (
    ("/data/points", "/segmentation"),
    ("/data/rle", "/segmentation"),
    ("/data/", "/"),
    ("/confidence", "/score"),
    ("/class_name", "/category_id"),
)


class _Shared(NamedTuple):
    """Position of a fault in the list, and the number of objects that have it."""

    position: int
    objects: int


class FileChecker(Checker):
    """The faults of a file; one that many objects share is noted once."""

    # Programs write all of a mask: one that ends early was cut off, or made for an image of another size.
    needs_whole_masks = True

    def __init__(self, *, max_runs: int | None = None) -> None:
        super().__init__(max_runs=max_runs)
        self._shared: dict[str, _Shared] = {}
        # Objects that have a box, those that reach out of their image, and those that lie within its first pixel.
        self.boxes = self.reaching_out = self.within_a_pixel = 0

    def note(self, pointer: str, message: str) -> None:
        """Note a fault at a place of an annotation, as the file has it."""
        for ours, theirs in _IN_FILES:
            pointer = pointer.replace(ours, theirs)
        super().note(pointer, message)

    def note_shared(self, pointer: str, message: str) -> None:
        """Note what thousands of objects may have wrong, such as an unknown category: the first, and their number."""
        if (shared := self._shared.get(message)) is not None:
            self._shared[message] = shared._replace(objects=shared.objects + 1)
        elif not self.is_full:
            self._shared[message] = _Shared(self.count, 1)
            self.note(pointer, message)

    def finish(self) -> None:
        """Raise AnnotationsInvalid with all faults, if there are any."""
        for position, objects in self._shared.values():
            if objects > 1:
                # A file with too many faults is not read to its end.
                number = f"at least {objects:,}" if self.is_full else f"{objects:,}"
                pointer, detail = self._faults[position].pointer, self._faults[position].detail.rstrip(".")
                self._faults[position] = Fault(pointer, f"{detail} (the first of {number} such objects).")
        if self._faults:
            raise AnnotationsInvalid(*self._faults)
