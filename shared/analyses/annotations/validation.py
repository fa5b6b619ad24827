"""Looking through what a pipeline sent: every fault is noted with its place, none stops the search."""

import math
from typing import Any

from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import is_visible

# Who sends ten thousand wrong annotations learns no more from the ten-thousandth fault.
MAX_FAULTS = 100

MAX_CHARACTERS = 255

# Pixels: beyond this lies no image, but arithmetic that costs somebody else's time.
MAX_COORDINATE = 1_000_000


class Checker:
    """The faults of one input."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    @property
    def is_full(self) -> bool:
        """Whether enough faults are known."""
        return len(self._faults) >= MAX_FAULTS

    def note(self, pointer: str, message: str) -> None:
        """Note a fault at a place, an RFC 6901 pointer; the complaint goes on where the place ends."""
        if not self.is_full:
            self._faults.append(Fault(pointer, f"{pointer.strip('/').replace('/', '.')}: {message}."))

    def finish(self) -> None:
        """Raise InvalidInput if there were faults."""
        if self._faults:
            raise InvalidInput(*self._faults)

    def member(self, parent: dict[str, Any], name: str, pointer: str) -> Any:
        """A member that must be there; None, with a note, when it is not."""
        if parent.get(name) is None:
            self.note(f"{pointer}/{name}", "this field is required")
        return parent.get(name)

    def text(self, value: Any, pointer: str) -> bool:
        """Whether it is a text that shows something."""
        if isinstance(value, str) and len(value) <= MAX_CHARACTERS and is_visible(value):
            return True
        self.note(pointer, f"expected text of 1 to {MAX_CHARACTERS} characters, not all of them invisible")
        return False

    def coordinate(self, value: Any, pointer: str) -> bool:
        """Whether it is a finite number that can be a position in an image."""
        if is_number(value) and abs(value) <= MAX_COORDINATE:
            return True
        self.note(pointer, f"expected a number of pixels, at most {MAX_COORDINATE}")
        return False

    def fraction(self, value: Any, pointer: str) -> bool:
        """Whether it is a number from 0 to 1."""
        if is_number(value) and 0 <= value <= 1:
            return True
        self.note(pointer, "expected a number from 0 to 1")
        return False

    def items(self, value: Any, pointer: str, *, min_items: int, of: str) -> list[Any]:
        """The items of a list that has so many at least; nothing, with a note, of anything else."""
        if isinstance(value, list) and len(value) >= min_items:
            return value
        self.note(pointer, f"expected a list of at least {min_items} {of}")
        return []


def is_number(value: Any) -> bool:
    """Whether it is a finite number; true and false are none."""
    # JSON's whole numbers may have any length, and not all of them are floats.
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, int) and not isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Whether it is a whole number that is not negative."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def escape(name: str) -> str:
    """A name as a step of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")
