"""Values of a receipt beside those that were computed once more."""

import math
from typing import Any

# Sums of doubles in another order differ in the last digits.
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12


class Comparator:
    """Counts what is the same, and says what is not."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.unchecked: list[str] = []
        self.confirmed = 0

    def equal(self, what: str, stated: Any, found: Any, relative: float = _RELATIVE) -> None:
        """Compare a value; numbers may differ by rounding."""
        if _are_equal(stated, found, relative):
            self.confirmed += 1
        else:
            self.wrong.append(f"{what}: the receipt says {stated!r}, and the files say {found!r}.")

    def require(self, otherwise: str, *, is_right: bool) -> None:
        """Note what is wrong if something is not right."""
        if not is_right:
            self.wrong.append(otherwise)


def _are_equal(stated: Any, found: Any, relative: float) -> bool:
    numbers = [value for value in (stated, found) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == 2:  # noqa: PLR2004 -- both
        return math.isclose(*numbers, rel_tol=relative, abs_tol=_ABSOLUTE if relative == _RELATIVE else 0.0)
    return bool(stated == found and type(stated) is type(found))
