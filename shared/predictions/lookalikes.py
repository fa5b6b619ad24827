"""Labels of the two sides that a reader would take for the same one, and that are counted as two."""

import unicodedata
from collections.abc import Collection

from shared.predictions.values import score

_QUOTES = "\"'`“”„‘’"
# Characters that nobody sees, such as a zero-width space.
_FORMAT = "Cf"


def look_alike(actual: Collection[str], predicted: Collection[str]) -> tuple[str, str] | None:
    """Return an actual and a predicted label that differ in case, form, quotes or invisible characters only.

    One of them occurs on its side alone: where both occur on both, they are classes, as a and A are.
    """
    by_key = {_key(label): label for label in sorted(predicted)}
    alone = {*actual} ^ {*predicted}
    for label in sorted(actual):
        other = by_key.get(_key(label), label)
        if other != label and {label, other} & alone:
            return label, other
    return None


def _key(label: str) -> str:
    text = unicodedata.normalize("NFKC", label)
    visible = "".join(character for character in text if unicodedata.category(character) != _FORMAT)
    plain = " ".join(visible.split()).strip(_QUOTES).casefold()
    number = score(plain)
    return plain if number is None else repr(number)
