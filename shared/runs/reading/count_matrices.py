"""A confusion matrix as a file looks like one sample of each class, with a score of each class beside it."""

from collections.abc import Sequence

from shared.predictions.score_columns import is_among
from shared.predictions.values import score

SAID = (
    "Each class stands in one row, beside a number for each class: this looks like a confusion matrix. Send its counts "
    "as a matrix, or name `scores` if they are scores."
)


def is_count_matrix(name: str, labels: Sequence[str], classes: Sequence[str], cells: Sequence[Sequence[str]]) -> bool:
    """Return True if every row is a class, each once, with counts of the classes, or shares where nothing names them.

    `name` is that of the column of labels, and `cells` are those of the column of each class.
    """
    if (
        not classes
        or not len(labels) == len({*labels}) == len(classes)
        or not all(is_among(one, labels) for one in classes)
    ):
        return False
    numbers = {score(cell) or 0.0 for column in cells for cell in column}
    are_counts = all(number >= 0 and number.is_integer() for number in numbers) and max(numbers) > 1
    return are_counts or not name.strip()
