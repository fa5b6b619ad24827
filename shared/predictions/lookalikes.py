"""Labels of the two sides that a reader would take for the same one, and that are counted as two."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection

from shared.evaluation.types import Label
from shared.predictions.values import has_many_digits, score

_QUOTES = "\"'`“”„‘’"
# Characters that nobody sees, such as a zero-width space.
_FORMAT = "Cf"
# What stands between a digit and three more.
_GROUPS = re.compile(r"(?<=\d)[_,' ](?=\d{3}(?!\d))")
# In fewer rows codes with a point, such as sections, may all differ.
_MANY_ROWS = 8
# A blank or a slash is a part of one label as often.
_SEPARATORS = "|;,"
_INFINITIES = {"inf": "infinity", "+inf": "infinity", "+infinity": "infinity", "-inf": "-infinity"}


def look_alike(actual: Collection[str], predicted: Collection[str]) -> tuple[str, str] | None:
    """Return an actual and a predicted label that differ in case, form, quotes or invisible characters only.

    So do two spellings of one number: -0 and 0, 1_000 or 1,000 and 1000, digits of other scripts, inf and Infinity.

    One of them occurs on its side alone: where both occur on both, they are classes, as a and A are.
    """
    by_key = {_key(label): label for label in sorted(predicted)}
    alone = {*actual} ^ {*predicted}
    for label in sorted(actual):
        other = by_key.get(_key(label), label)
        if other != label and {label, other} & alone:
            return label, other
    return None


def are_numbered_apart(actual: Collection[int | float], predicted: Collection[int | float]) -> bool:
    """Return True if the labels of both sides may be one set of classes under two numberings.

    Such are 1 to 3 beside 0 to 2, and -1 and 1 beside 0 and 1.
    """
    sides = {*actual}, {*predicted}
    if sides in (({-1, 1}, {0, 1}), ({0, 1}, {-1, 1})):
        return True
    if not sides[0] - sides[1] or len(sides[0]) != len(sides[1]):
        return False
    return len({mine - other for mine, other in zip(*map(sorted, sides), strict=True)}) == 1


def are_measured(actual: Collection[Label], predicted: Collection[Label], rows: int) -> bool:
    """Return True if labels are numbers as a regression has them, and no classes.

    Either only predicted ones have fractions, several, or some have, and nearly every row has a number of its own.
    """
    sides = [_numbers(actual), _numbers(predicted)]
    if None in sides:
        return False
    fractions = [[number for number in side or () if number != int(number)] for side in sides]
    is_varied = rows >= _MANY_ROWS and 2 * len({*actual} | {*predicted}) >= rows
    return (not fractions[0] and len(fractions[1]) > 1) or (any(fractions) and is_varied)


def _numbers(labels: Collection[Label]) -> list[int | float] | None:
    """All labels as numbers; None if one is none, or a text, unless some have the digits that calculations print."""
    numbers = [score(label) if isinstance(label, str) else label for label in labels]
    texts = [label for label in labels if isinstance(label, str)]
    known = [number for number in numbers if number is not None]
    are_numbers = len(known) == len(numbers) and (not texts or any(map(has_many_digits, texts)))
    return known if are_numbers else None


def several_in_one(labels: Collection[str]) -> tuple[str, str] | None:
    """Return a label that looks like several in one cell, as `a|b` beside `a` and `b|c`, and what separates these.

    Each part of every such label is a label, too, or stands in another one.
    """
    for separator in _SEPARATORS:
        parts = {label: [*map(str.strip, label.split(separator))] for label in sorted(labels) if separator in label}
        uses = Counter(part for of_label in parts.values() for part in {*of_label})
        alone = {*labels} - parts.keys()
        if parts and all(part and (part in alone or uses[part] > 1) for part in uses):
            return next(iter(parts)), separator
    return None


def _key(label: str) -> str:
    text = unicodedata.normalize("NFKC", label)
    visible = "".join(character for character in text if unicodedata.category(character) != _FORMAT)
    plain = _GROUPS.sub("", " ".join(visible.split()).strip(_QUOTES).casefold())
    number = score("".join(map(_digit, plain)))
    # Minus zero is zero.
    return _INFINITIES.get(plain, plain) if number is None else repr(number + 0.0)


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
