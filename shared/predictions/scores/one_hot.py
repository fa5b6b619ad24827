"""Columns of 0 and 1, one for each class, as programs encode the truth: one of them alone looks like labels."""

from collections.abc import Collection, Sequence

from shared.predictions.tables.names import tokens
from shared.predictions.values import score


def encoded_with(
    position: int, names: Sequence[str], cells: Sequence[Sequence[str]], others: Collection[int]
) -> list[int]:
    """The columns among `others` that say together with this one of which class each row is; none if it stands alone.

    Their names differ in the last word, as `y_true_0` and `y_true_1` do, and in each row one of them is 1.
    """
    stem = tokens(names[position])[:-1]
    if not stem:
        return []
    alike = [at for at in others if tokens(names[at])[:-1] == stem]
    if not alike:
        return []
    encoded = [[score(cell) for cell in cells[at]] for at in (position, *alike)]
    is_encoding = all(sorted(map(str, row)) == _encoding(len(row)) for row in zip(*encoded, strict=True))
    return alike if is_encoding else []


def _encoding(size: int) -> list[str]:
    return ["0.0"] * (size - 1) + ["1.0"]
