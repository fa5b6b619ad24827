"""Classes with the numbers by which files name them; takes values and returns values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.evaluation.detection.rules.lvis import Frequency


class NumberedCategory(NamedTuple):
    """A class with its number, the names of its keypoints in order, and pairs of their positions from 1.

    `frequency` is LVIS': in how many images of a training set it occurs; None where it is not known.
    """

    name: str
    number: int
    keypoints: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()
    frequency: Frequency | None = None


def unambiguous(categories: Sequence[NumberedCategory]) -> dict[str, NumberedCategory]:
    """Return the category of each name, with the first of its numbers that no other name has."""
    numbered = dict.fromkeys((category.name, category.number) for category in categories)
    sharers = Counter(number for _, number in numbered)
    chosen: dict[str, NumberedCategory] = {}
    for category in categories:
        if sharers[category.number] == 1:
            chosen.setdefault(category.name, category)
    return chosen


def additions(known: Sequence[NumberedCategory], classes: Mapping[str, Sequence[str]]) -> list[NumberedCategory]:
    """Return the categories to write: names without a number of their own, and names of keypoints at the end."""
    chosen = unambiguous(known)
    next_number = max((category.number for category in known), default=0)
    added = []
    for name in sorted(classes):
        category = chosen.get(name)
        if category is None:
            next_number = max(next_number, 0) + 1
            described = next((each for each in known if each.name == name and each.keypoints), None)
            category = (described or NumberedCategory(name, 0))._replace(number=next_number)
        keypoints = tuple(dict.fromkeys((*category.keypoints, *classes[name])))
        if name not in chosen or keypoints != category.keypoints:
            added.append(category._replace(keypoints=keypoints))
    return added
