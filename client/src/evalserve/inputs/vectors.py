"""Vectors of whatever library, as a table: a column for each."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evalserve.errors import InputRefused
from evalserve.inputs.roles import Roles
from evalserve.inputs.values import check_lengths, check_order, is_single, vector

# Names of the columns that are made of vectors.
_TRUTH, _PREDICTION, _ID, _WEIGHT = "y_true", "y_pred", "id", "sample_weight"

_TWO = 2


def from_vectors(roles: Roles) -> tuple[dict[str, Sequence[Any]], Roles]:
    """Make a table of vectors, and the roles of its columns; raises InputRefused."""
    if roles.y_true is None or (roles.y_pred is None and roles.y_score is None):
        raise InputRefused("y_true is needed, and y_pred or y_score beside it.")
    check_order(_named_vectors(roles))
    truth = vector(roles.y_true, "y_true")
    table: dict[str, Sequence[Any]]
    if is_indicators(truth):
        table, named = _of_indicators(truth, roles)
    else:
        table, named = {_TRUTH: truth}, {"y_true": _TRUTH, "positive": roles.positive}
        if roles.y_pred is not None:
            table[_PREDICTION], named["y_pred"] = vector(roles.y_pred, "y_pred"), _PREDICTION
    if roles.id is not None:
        table[_ID], named["id"] = vector(roles.id, "id"), _ID
    if roles.weight is not None:
        table[_WEIGHT], named["weight"] = vector(roles.weight, "sample_weight"), _WEIGHT
    if roles.y_score is not None:
        columns = _score_columns(roles, truth)
        table |= columns
        named["y_score"] = {label.removeprefix("score_"): label for label in columns}
    if roles.slices is not None:
        slices = _slices(roles.slices, table)
        table |= slices
        named["slices"] = list(slices)
    check_lengths(table)
    return table, Roles(**named)


def _named_vectors(roles: Roles) -> dict[str, Any]:
    vectors = {"y_true": roles.y_true, "y_pred": roles.y_pred, "y_score": roles.y_score, "id": roles.id}
    slices = roles.slices if isinstance(roles.slices, Mapping) else {}
    return {**vectors, "sample_weight": roles.weight, **{f"the slice {name}": one for name, one in slices.items()}}


def is_indicators(truth: Sequence[Any]) -> bool:
    """Return whether each sample has a 0 or 1 for each label, as scikit-learn has samples with any number of labels."""
    rows = [row for row in truth if isinstance(row, list | tuple)]
    is_even = len(rows) == len(truth) and len({len(row) for row in rows}) == 1
    return is_even and len(rows[0]) >= _TWO and all(value in (0, 1) for row in rows for value in row)


def _of_indicators(truth: Sequence[Any], roles: Roles) -> tuple[dict[str, Sequence[Any]], dict[str, Any]]:
    labels = _labels(roles, "y_true")
    if roles.y_pred is None:
        raise InputRefused("Samples with any number of labels need y_pred beside y_true.")
    answers = _rows(vector(roles.y_pred, "y_pred"), labels, "y_pred")
    _check_flags(answers)
    sides = {"true": _rows(truth, labels, "y_true"), "pred": answers}
    table: dict[str, Sequence[Any]] = {
        f"{side}_{label}": [int(row[at]) for row in rows]
        for side, rows in sides.items()
        for at, label in enumerate(labels)
    }
    indicators = {label: {"truth": f"true_{label}", "prediction": f"pred_{label}"} for label in labels}
    return table, {"indicators": indicators}


def _check_flags(rows: Sequence[Sequence[Any]]) -> None:
    for at, row in enumerate(rows, 1):
        other = next((value for value in row if value not in (0, 1)), 0)
        if other != 0:
            raise InputRefused(
                f"y_true has 0 or 1 for each label, so that y_pred has, too, and row {at:,} has {other!r}: say which "
                "labels are predicted, as by (probabilities >= 0.5).astype(int), and send probabilities as y_score."
            )


def _score_columns(roles: Roles, truth: Sequence[Any]) -> dict[str, Sequence[Any]]:
    if isinstance(roles.y_score, Mapping):
        return {f"score_{label}": vector(one, f"y_score of {label}") for label, one in roles.y_score.items()}
    values = vector(roles.y_score, "y_score")
    if len(values) and isinstance(values[0], list | tuple):
        labels = _labels(roles, "y_score")
        rows = _rows(values, labels, "y_score")
        columns = {f"score_{label}": [row[at] for row in rows] for at, label in enumerate(labels)}
        return {name: array("f", one) for name, one in columns.items()} if is_single(roles.y_score) else {**columns}
    positive = roles.positive if roles.positive is not None else _usual_positive(truth)
    if positive is None:
        raise InputRefused("y_score is of the positive class: say which with positive='...'.")
    return {f"score_{positive}": values}


def _labels(roles: Roles, name: str) -> list[str]:
    if roles.classes is None:
        raise InputRefused(f"{name} has a column for each class: say which with classes=[...], in their order.")
    labels = [str(label) for label in roles.classes]
    if len(set(labels)) < len(labels):
        raise InputRefused("Two of the classes have the same name.")
    return labels


def _rows(rows: Sequence[Any], labels: list[str], name: str) -> Sequence[Any]:
    if any(not isinstance(row, list | tuple) or len(row) != len(labels) for row in rows):
        raise InputRefused(f"Each row of {name} needs {len(labels)} values, one for each class.")
    return rows


def _slices(slices: Any, table: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    if not isinstance(slices, Mapping):
        raise InputRefused("Without a table, slices are a dictionary: the name of each, and its values.")
    columns = {str(name): vector(values, str(name)) for name, values in slices.items()}
    if taken := sorted(columns.keys() & table.keys()):
        raise InputRefused(f"A slice cannot be called {taken[0]!r}, as another column is; give it another name.")
    return columns


def _usual_positive(labels: Iterable[Any]) -> str | None:
    distinct = {str(label) for label in labels}
    return next((name for name in ("1", "1.0", "True", "true") if name in distinct and len(distinct) <= _TWO), None)
