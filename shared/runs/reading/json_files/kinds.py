"""Numbers beside texts of digits in one column of JSON, which a program may have made of texts that were different."""

from collections.abc import Collection, Sequence

import msgspec


class JsonKinds(msgspec.Struct, array_like=True):
    """The names of the columns with numbers, and a text of each column with texts that are digits alone."""

    numbers: set[str] = msgspec.field(default_factory=set)
    digits: dict[str, str] = msgspec.field(default_factory=dict)

    def merge(self, later: "JsonKinds") -> None:
        """Add what later records hold."""
        self.numbers |= later.numbers
        self.digits = later.digits | self.digits

    def notices(self, names: Sequence[str], scores: Collection[str]) -> list[str]:
        """What is said of the columns with these names that hold both, but for those of scores."""
        return [
            f"“{name}” holds numbers in some records and texts such as “{self.digits[name][:40]}” in others: "
            "if a program made numbers of texts, 01 and 1 may have become one."
            for name in names
            if name in self.numbers and name in self.digits and name not in scores
        ]
