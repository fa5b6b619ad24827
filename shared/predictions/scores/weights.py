"""The weights of the samples in a table of scores."""

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.notices import Code, Notice
from shared.predictions.tables.names import tokens
from shared.predictions.tables.table import NamedTable
from shared.predictions.values import score

# Other names of weights are as often names of a measurement: the weight of a patient.
_SAMPLE_WORDS = frozenset({"sample", "samples", "case", "obs", "observation", "instance"})


def sample_weights(table: NamedTable, used: int) -> tuple[list[float] | None, list[Notice]]:
    """The weight of each row, None where no column holds weights; `used` columns hold labels and scores.

    A column of counts holds weights too, if it is the only one beside the used ones: a row of n samples weighs n.
    Raises UnreadablePredictions.
    """
    weights, notices = weights_of_columns(table)
    counts = table.columns_of("count")
    if weights is not None or not counts:
        return weights, notices
    if len(table.columns) == used + 1:
        return _read_numbers(table, counts[0], are_counts=True), [Notice(Code.COUNTED, (counts[0] + 1,))]
    return None, notices or [Notice(Code.WEIGHT_UNUSED, (counts[0] + 1,))]


def weights_of_columns(table: NamedTable) -> tuple[list[float] | None, list[Notice]]:
    """The weight of each row, from a column named as a sample weight; None without one, with a notice of others.

    Raises UnreadablePredictions.
    """
    weights = table.columns_of("weight")
    certain = [column for column in weights if table.names and _SAMPLE_WORDS & {*tokens(table.names[column])}]
    if len(certain) > 1:
        raise UnreadablePredictions(
            f"{table.title(certain[0])} and {table.title(certain[1])} both hold weights; keep one."
        )
    if certain:
        return _read_numbers(table, certain[0]), [Notice(Code.WEIGHTED, (certain[0] + 1,))]
    return None, [Notice(Code.WEIGHT_UNUSED, (column + 1,)) for column in weights[:1]]


def _read_numbers(table: NamedTable, column: int, *, are_counts: bool = False) -> list[float]:
    numbers = []
    for cell, line in zip(table.columns[column], table.lines, strict=True):
        number = score(cell)
        if number is None or number < 0 or (are_counts and not number.is_integer()):
            kind = "count" if are_counts else "weight"
            detail = (
                f"the {kind} “{cell}” in {table.title(column)} is not a {'whole ' * are_counts}number of 0 or more."
            )
            raise UnreadablePredictions(detail, line=line)
        numbers.append(number)
    return numbers
