"""Columns beside the truth and scores that may hold the predicted labels, though nothing names them so."""

from collections.abc import Collection, Mapping, Sequence

from shared.predictions.tables.names import kind_of
from shared.predictions.values import usual_number

# A column of these, or of numbers, that is not called a label is as often a flag of the sample.
_FLAGS = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n", "+", "-"})


def rivals(names: Sequence[str], plain: Mapping[int, Sequence[str]], labels: Collection[str]) -> list[int]:
    """The plain columns, by their positions, that hold labels of the truth and nothing else."""
    found = []
    are_flags = all(label.casefold() in _FLAGS or usual_number(label) is not None for label in labels)
    for position, cells in plain.items():
        values = {*cells}
        is_named = kind_of(names[position]) == "label"
        if values and values <= {*labels} and (is_named or (len(values) > 1 and not are_flags)):
            found.append(position)
    return found
