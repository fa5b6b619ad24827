"""Validation of a pipeline's data: every fault is noted with its pointer, and none stops the validation."""

import sys
from typing import Any

from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import is_visible

# The sender of ten thousand wrong annotations learns no more from the ten-thousandth fault.
MAX_FAULTS = 100

MAX_CHARACTERS = 255

# Pixels: no image is larger, and larger values would only make arithmetic slow.
MAX_COORDINATE = 1_000_000


class Checker:
    """The faults of one input; `max_runs` bounds the run lengths of a mask."""

    # Pipelines may leave out the background at the end, as the documented sample does.
    needs_whole_masks = False

    def __init__(self, *, max_runs: int | None = None) -> None:
        self.max_runs = max_runs
        self._faults: list[Fault] = []

    @property
    def is_full(self) -> bool:
        """Return whether the maximum number of faults is reached."""
        return len(self._faults) >= MAX_FAULTS

    @property
    def count(self) -> int:
        """The number of faults so far."""
        return len(self._faults)

    def note(self, pointer: str, message: str) -> None:
        """Note a fault at an RFC 6901 pointer; the message follows the pointer in its sentence."""
        if not self.is_full:
            end = "" if message.endswith("?") else "."
            self._faults.append(Fault(pointer, f"{_readable(pointer)}: {message}{end}"))

    def finish(self) -> None:
        """Raise InvalidInput with all faults, if there are any."""
        if self._faults:
            raise InvalidInput(*self._faults)

    def member(self, parent: dict[str, Any], name: str, pointer: str) -> Any:
        """Return a required member; note a fault and return None if it is missing."""
        if parent.get(name) is None:
            self.note(f"{pointer}/{name}", "this field is required")
        return parent.get(name)

    def text(self, value: Any, pointer: str) -> bool:
        """Return whether the value is text with a visible character; note a fault if not."""
        if isinstance(value, str) and len(value) <= MAX_CHARACTERS and is_visible(value):
            return True
        self.note(pointer, f"expected text of 1 to {MAX_CHARACTERS} characters, not all of them invisible")
        return False

    def coordinate(self, value: Any, pointer: str) -> bool:
        """Return whether the value is a finite coordinate in pixels; note a fault if not."""
        if is_number(value) and abs(value) <= MAX_COORDINATE:
            return True
        self.note(pointer, f"expected a number of pixels, at most {MAX_COORDINATE}")
        return False

    def fraction(self, value: Any, pointer: str) -> bool:
        """Return whether the value is a number from 0 to 1; note a fault if not."""
        if is_number(value) and 0 <= value <= 1:
            return True
        self.note(pointer, "expected a number from 0 to 1")
        return False

    def items(self, value: Any, pointer: str, *, min_items: int, of: str) -> list[Any]:
        """Return the items of a list with at least so many; note a fault and return no items for anything else."""
        if isinstance(value, list) and len(value) >= min_items:
            return value
        self.note(pointer, f"expected a list of at least {min_items} {of}")
        return []


def is_number(value: Any) -> bool:
    """Return whether the value is a finite number; booleans are not numbers."""
    # JSON's whole numbers may have any length; one beyond all floats is nothing to compute with.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_count(value: Any) -> bool:
    """Return whether the value is a whole number that is not negative."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def escape(name: str) -> str:
    """Escape a name as a step of an RFC 6901 pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _readable(pointer: str) -> str:
    return pointer.strip("/").replace("/", ".").replace("~1", "/").replace("~0", "~")
