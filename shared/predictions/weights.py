"""The weights of the samples in a table of scores."""

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.names import tokens
from shared.predictions.notices import Code, Notice
from shared.predictions.tables import Named
from shared.predictions.values import score

# Other names of weights are names of what was measured as often: the weight of a patient.
_SURE = frozenset({"sample", "samples", "case", "obs", "observation", "instance"})


def sample_weights(table: Named, used: int) -> tuple[list[float] | None, list[Notice]]:
    """The weight of each row, None where no column holds weights; `used` columns hold labels and scores.

    A column of counts holds weights too, if it is the only one beside the used ones: a row of n samples weighs n.
    Raises UnreadablePredictions.
    """
    weights, notices = weights_of_columns(table)
    counts = table.places("count")
    if weights is not None or not counts:
        return weights, notices
    if len(table.columns) == used + 1:
        return _numbers(table, counts[0], whole=True), [Notice(Code.COUNTED, (counts[0] + 1,))]
    return None, notices or [Notice(Code.WEIGHT_UNUSED, (counts[0] + 1,))]


def weights_of_columns(table: Named) -> tuple[list[float] | None, list[Notice]]:
    """The weight of each row by a column whose name says sample weight; None where none does, with a notice of another.

    Raises UnreadablePredictions.
    """
    weights = table.places("weight")
    sure = [place for place in weights if table.names and _SURE & {*tokens(table.names[place])}]
    if len(sure) > 1:
        raise UnreadablePredictions(f"{table.title(sure[0])} and {table.title(sure[1])} both hold weights; keep one.")
    if sure:
        return _numbers(table, sure[0]), [Notice(Code.WEIGHTED, (sure[0] + 1,))]
    return None, [Notice(Code.WEIGHT_UNUSED, (place + 1,)) for place in weights[:1]]


def _numbers(table: Named, place: int, *, whole: bool = False) -> list[float]:
    numbers = []
    for cell, line in zip(table.columns[place], table.lines, strict=True):
        number = score(cell)
        if number is None or number < 0 or (whole and not number.is_integer()):
            kind = "count" if whole else "weight"
            detail = f"the {kind} “{cell}” in {table.title(place)} is not a {'whole ' * whole}number of 0 or more."
            raise UnreadablePredictions(detail, line=line)
        numbers.append(number)
    return numbers
