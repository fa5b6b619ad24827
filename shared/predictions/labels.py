"""Tables of labels: the actual and the predicted column, and the labels in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from shared.evaluation.types import Label
from shared.predictions.errors import UnreadablePredictions
from shared.predictions.lookalikes import are_measured, are_numbered_apart, look_alike, several_in_one
from shared.predictions.matrices.long_matrices import SAID as LONG_MATRIX
from shared.predictions.matrices.long_matrices import numbers_of_pairs
from shared.predictions.matrices.total_rows import SAID as TOTAL_ROW
from shared.predictions.matrices.total_rows import is_sum_row, is_total_row
from shared.predictions.notices import Code, Notice
from shared.predictions.scores.weights import weights_of_columns
from shared.predictions.tables.header import Header
from shared.predictions.tables.names import are_of_curve, kind_of
from shared.predictions.tables.roles import Decision
from shared.predictions.tables.second_headers import is_second_header
from shared.predictions.tables.table import NamedTable, read_named_table
from shared.predictions.tables.training_rows import training_values
from shared.predictions.values import as_labels, counts_up, score, signs_among_numbers, with_points_in_both

# The sender's order of the columns of a table of two.
ColumnOrder = Literal["auto", "actual-first", "predicted-first"]

_COLUMNS = 2
# More rows than any file within the limit on uploads has.
_MAX_COUNTED = 10_000_000
_SIDES = frozenset({"truth", "prediction", "metadata"})
_LABEL_KINDS = frozenset({"truth", "prediction", "label", "other"})


@dataclass(frozen=True, slots=True)
class ReadLabels:
    """The labels of n samples and the line of each; `decisions` are the roles of the columns."""

    actual: list[Label]
    predicted: list[Label]
    lines: list[int]
    weights: list[float] | None = None
    notices: list[Notice] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def read_label_table(data: bytes, header: Header = "auto", order: ColumnOrder = "auto") -> ReadLabels:
    """Read the labels from the actual and the predicted column of a file; raises UnreadablePredictions.

    The columns are found by their names. Without names, or with an `order`, a table of two columns is read in order.
    """
    table = read_named_table(data, header)
    actual, predicted, notices = _sides(table, order)
    for column, side in ((actual, "actual"), (predicted, "predicted")):
        if "" in table.columns[column]:
            line = table.lines[table.columns[column].index("")]
            raise UnreadablePredictions(f"there is no {side} label; every sample needs both.", line=line)
    if table.names and is_second_header([actual, predicted], table.columns):
        raise UnreadablePredictions("this row looks like a second header; remove it.", line=table.lines[0])
    _refuse_total(table, actual, predicted)
    _refuse_scores(table, actual, predicted)
    _refuse_pairs(table, actual, predicted)
    weights, weight_notices = weights_of_columns(table)
    if table.merged & {*table.columns[actual], *table.columns[predicted]}:
        notices.append(Notice(Code.SPACES))
    labels = as_labels(*_cells(table, actual, predicted), table.lines)
    if order == "auto" and are_measured({*labels[0]}, {*labels[1]}, len(table.lines)):
        detail = f"{table.title(actual)} and {table.title(predicted)} hold numbers as a regression has them, of which "
        raise UnreadablePredictions(f"{detail}each would be a class; say which column comes first if they are classes.")
    notices += [*table.notices, *weight_notices, *doubts(*labels), *training_notices(table)]
    read = ReadLabels(*labels, table.lines, weights, notices, table.decisions)
    return _repeat_counted(table, read)


def training_notices(table: NamedTable) -> list[Notice]:
    """Notices of columns that say which samples a model was trained on."""
    plain = [d.column for d in table.decisions if d.role in {"fold", "metadata"}]
    return [Notice(Code.TRAINING, (at + 1,)) for at in plain if training_values({*table.columns[at]})]


def _refuse_total(table: NamedTable, actual: int, predicted: int) -> None:
    sides = table.columns[actual], table.columns[predicted]
    last, others = (sides[0][-1], sides[1][-1]), {label for side in sides for label in side[:-1]}
    plain = [cells for at, cells in enumerate(table.columns) if at not in {actual, predicted}]
    if is_total_row(*last, others) or is_sum_row(*last, others, plain):
        raise UnreadablePredictions(TOTAL_ROW, line=table.lines[-1])


def _cells(table: NamedTable, actual: int, predicted: int) -> tuple[list[str], list[str]]:
    """The cells of both sides; a decimal comma is read on both of them or on neither."""
    written = table.written[actual], table.written[predicted]
    return written if table.separator == "," else with_points_in_both(*written)


def _repeat_counted(table: NamedTable, read: ReadLabels) -> ReadLabels:
    """Repeat the samples of a table that has one row for many of them: actual, predicted, count."""
    columns = table.columns_of("count")
    if not columns:
        return read
    if len(table.columns) != _COLUMNS + 1:
        read.notices.append(Notice(Code.WEIGHT_UNUSED, (columns[0] + 1,)))
        return read
    counts = []
    for cell, line in zip(table.columns[columns[0]], table.lines, strict=True):
        number = score(cell)
        if number is None or number < 0 or not number.is_integer():
            raise UnreadablePredictions(f"“{cell}” in {table.title(columns[0])} is no count.", line=line)
        counts.append(int(number))
    if not 0 < sum(counts) <= _MAX_COUNTED:
        detail = f"The counts in {table.title(columns[0])} add up to {sum(counts):,}; up to {_MAX_COUNTED:,} are taken."
        raise UnreadablePredictions(detail)
    read.notices.append(Notice(Code.COUNTED, (columns[0] + 1,)))
    actual, predicted, lines = (
        [value for value, count in zip(values, counts, strict=True) for _ in range(count)]
        for values in (read.actual, read.predicted, read.lines)
    )
    return ReadLabels(actual, predicted, lines, read.weights, read.notices, read.decisions)  # type: ignore[arg-type] # a loop over three lists keeps no types


def doubts(actual: Sequence[Label], predicted: Sequence[Label]) -> list[Notice]:
    """Notices where no label is on both sides, two look alike, one looks like several, or a sign is among numbers."""
    distinct = {str(label) for label in {*actual}}, {str(label) for label in {*predicted}}
    numbers = [{label for label in side if not isinstance(label, str)} for side in (actual, predicted)]
    notices = []
    if not distinct[0] & distinct[1]:
        notices.append(Notice(Code.NO_COMMON_LABEL))
    elif are_numbered_apart(*numbers):
        notices.append(Notice(Code.NUMBERED_APART))
    elif look_alike(*distinct) is not None:
        notices.append(Notice(Code.LOOK_ALIKE))
    if several_in_one(distinct[0] | distinct[1]) is not None:
        notices.append(Notice(Code.SEVERAL_IN_ONE))
    return [*notices, Notice(Code.SIGNS)] if signs_among_numbers(distinct[0] | distinct[1]) else notices


def _sides(table: NamedTable, order: ColumnOrder) -> tuple[int, int, list[Notice]]:
    truths, predictions = table.columns_of("truth"), table.columns_of("prediction")
    if len(table.columns) == 1:
        detail = "Each row is one cell; put commas, semicolons or tabs between the actual and the predicted label."
        raise UnreadablePredictions(detail)
    if order != "auto":
        return *_columns_in_order(table, truths, predictions, order), []
    if table.names and are_of_curve(table.names):
        detail = (
            f"{table.title(0)} and {table.title(1)} are names of the points of a curve; give a row for each sample."
        )
        raise UnreadablePredictions(detail)
    if len(table.columns) == _COLUMNS and not predictions and _are_unnamed(table):
        return 0, 1, [Notice(Code.COLUMNS_UNNAMED, (1, 2))]
    for role, columns in (("actual", truths), ("predicted", predictions)):
        if len(columns) > 1:
            names = " and ".join(table.title(column) for column in columns[:_COLUMNS])
            detail = f"{names} may both be the {role} labels; keep or rename one of them, or say which "
            detail += "column comes first."
            raise UnreadablePredictions(detail)
    if truths and predictions:
        return truths[0], predictions[0], []
    named_columns = truths or predictions
    unnamed_columns = [d.column for d in table.decisions if d.role in _SIDES and d.column not in named_columns]
    if not named_columns or len(unnamed_columns) != 1 or _is_of_another_kind(table, unnamed_columns[0]):
        raise UnreadablePredictions(_missing_name(table, bool(truths), bool(predictions)))
    code = Code.PREDICTED_BY_EXCLUSION if truths else Code.ACTUAL_BY_EXCLUSION
    sides = (truths[0], unnamed_columns[0]) if truths else (unnamed_columns[0], predictions[0])
    return *sides, [Notice(code, (unnamed_columns[0] + 1,))]


def _is_of_another_kind(table: NamedTable, column: int) -> bool:
    """Return True if a column is named as one of ids, times or the like, whatever its cells are."""
    return table.names is not None and kind_of(table.names[column]) not in _LABEL_KINDS


def _columns_in_order(
    table: NamedTable, truths: list[int], predictions: list[int], order: ColumnOrder
) -> tuple[int, int]:
    columns = [0, 1] if len(table.columns) == _COLUMNS else sorted({*truths, *predictions})
    if len(columns) != _COLUMNS:
        raise UnreadablePredictions(_missing_name(table, bool(truths), bool(predictions)))
    first, second = columns
    return (first, second) if order == "actual-first" else (second, first)


def _are_unnamed(table: NamedTable) -> bool:
    if table.names is None:
        return True
    kinds = {kind_of(name) for name in table.names}
    return kinds <= {"label", "other"} and (kinds != {"label", "other"})


def _missing_name(table: NamedTable, has_truth: bool, has_prediction: bool) -> str:  # noqa: FBT001 - two flags, named
    if has_truth or has_prediction:
        lacking = "predicted" if has_truth else "actual"
        return f"No column is named as the {lacking} labels; name it “{lacking}” in the header row."
    detail = f"The table has {len(table.columns)} columns, and nothing says which hold the labels; name two of them "
    return detail + "“actual” and “predicted” in a header row, or keep only these two."


def _refuse_scores(table: NamedTable, actual: int, predicted: int) -> None:
    if are_scores(table.columns[predicted], table.columns[actual]):
        detail = f"{table.title(predicted)} holds scores between 0 and 1, not labels; measure them as curves, or give "
        raise UnreadablePredictions(detail + "the column of predicted labels.")


def _refuse_pairs(table: NamedTable, actual: int, predicted: int) -> None:
    """Refuse a number beside each pair of classes, unless it is a count that is counted, or a weight."""
    roles = {decision.role for decision in table.decisions}
    is_counted = len(table.columns) == _COLUMNS + 1 and "count" in roles
    plain = [
        d.column for d in table.decisions if d.role in {"metadata", "count"} and d.column not in {actual, predicted}
    ]
    others = {column: table.columns[column] for column in plain}
    sides = table.columns[actual], table.columns[predicted]
    has_ids = any(not counts_up(table.columns[at]) for at in table.columns_of("id"))
    if not is_counted and not has_ids and (found := numbers_of_pairs(*sides, others)):
        so = f"Call {table.title(found[0])} “count”, as the third of three columns, or leave it out if each row is a "
        raise UnreadablePredictions(f"{LONG_MATRIX} {so}sample.")


def are_scores(predicted: Sequence[str], actual: Sequence[str]) -> bool:
    """Return True if what should be predicted labels are fractions from 0 to 1, and the actual ones are none."""
    return _has_fractions(predicted) and not _has_fractions(actual)


def _has_fractions(cells: Sequence[str]) -> bool:
    """Return True if the cells are numbers from 0 to 1, not all of them 0 or 1."""
    numbers = {score(cell) for cell in {*cells}}
    return all(number is not None and 0 <= number <= 1 for number in numbers) and not numbers <= {0, 1}
