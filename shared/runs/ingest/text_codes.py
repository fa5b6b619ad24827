"""Codes of texts, given as they come."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

# The spaces that sheets and pages put around a text.
_SPACE = " \t\r\n\u00a0"


class TextCodes:
    """A code from 0 for every different text, without the spaces around it, in the order in which they come."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._codes: dict[str, int] = {}
        # Texts that differed in the spaces around them.
        self.merged: set[str] = set()
        self.written: dict[str, str] = {}
        # The code of every text as it is written.
        self._spellings: dict[str, int] = {}
        for text in texts:
            self.code(text)

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def texts(self) -> list[str]:
        """The text of each code."""
        return [*self._codes]

    def code(self, text: str) -> int:
        """The code of a text."""
        plain = text.strip(_SPACE)
        code = self._spellings[text] = self._codes.setdefault(plain, len(self._codes))
        if self.written.setdefault(plain, text) != text:
            self.merged.add(plain)
        return code

    def known(self, text: str) -> int | None:
        """The code of a text that came already; None for any other."""
        return self._codes.get(text)

    def encode(self, array: "pa.Array[Any]", limit: int) -> NDArray[np.int32] | None:
        """The codes of a dictionary array; None once there are more than `limit` different texts."""
        indices = array.indices.to_numpy()
        values = array.dictionary
        if (known := self._known_table(values, limit)) is not None:
            # The first dictionary of a file is often that of all others.
            is_own = np.array_equal(known, np.arange(len(known)))
            known_codes: NDArray[np.int32] = indices if is_own else known[indices]
            return known_codes
        # A dictionary may hold texts that no row has.
        used = np.flatnonzero(np.bincount(indices, minlength=len(values)))
        if len(used) > limit:
            return None
        found = [self.code(text) for text in values.take(pa.array(used)).to_pylist()]
        if len(self._codes) > limit:
            return None
        table = np.zeros(len(values), np.int32)
        table[used] = found
        codes: NDArray[np.int32] = table[indices]
        return codes

    def _known_table(self, values: "pa.Array[Any]", limit: int) -> NDArray[np.int32] | None:
        """The codes of a dictionary of which every text came before, as it is written here; None of any other."""
        if len(values) > limit:
            return None
        texts = values.to_pylist()
        if any(text not in self._spellings for text in texts):
            return None
        return np.array([self._spellings[text] for text in texts], np.int32)

    def codes_of(self, other: "TextCodes") -> list[int]:
        """The code here of each code of another, all of whose texts came already."""
        return [self._codes[text] for text in other.texts]

    def joined(self, other: "TextCodes") -> NDArray[np.int64]:
        """Take over the texts of another; returns the code here of each code there."""
        self.merged |= other.merged
        for plain, text in other.written.items():
            if self.written.setdefault(plain, text) != text:
                self.merged.add(plain)
        return np.array([self._codes.setdefault(text, len(self._codes)) for text in other.texts], np.int64)
