"""The columns of a file by their names and first cells, with the roles that a request gives them."""

import difflib
import re
from collections.abc import Mapping, Sequence

from msgspec import UNSET

from shared.predictions.matrices.count_matrices import SAID, Likeness, likeness
from shared.predictions.scores.one_hot import encoded_with
from shared.predictions.tables.column_kinds import Column
from shared.predictions.tables.roles import Decision, infer_roles
from shared.predictions.values import score
from shared.runs.errors import ColumnsContradictory, ColumnUnknown
from shared.runs.mapping import (
    ColumnDecision,
    ColumnRole,
    ColumnsIn,
    Indicator,
    IndicatorColumns,
    MappingQuestion,
    NeedsMapping,
)
from shared.runs.reading.columns.rival_labels import rivals

# Up to so many different values a column is one to slice by.
MAX_SLICE_VALUES = 1000

# A number with signs around it, such as `97 %`, `0,97`, `[0.9, 0.1]` or `tensor(0.97)`, and not as `A1` or `10th` are.
_NUMBER_WITHIN = re.compile(
    r"(?:(?:\w{1,20}\.)?(?:float\d*|tensor|array)\(|\[?\{[^:]{0,50}:)?[^A-Za-z0-9]{0,20}[0-9][0-9.,]*+(?![A-Za-z])"
)

_FEWEST_LABELS = 2
_MOST_LISTED, _MOST_COMPARED, _MAX_COMPARED = 20, 1000, 100
_SIDES: tuple[ColumnRole, ColumnRole] = ("truth", "prediction")


class NamedColumns:
    """What is known of each column so far, and what is asked."""

    def __init__(
        self,
        names: Sequence[str],
        columns: Sequence[Sequence[str]],
        given: ColumnsIn,
        known: Mapping[int, ColumnDecision] | None = None,
    ) -> None:
        """Begin with the columns that are `known` already; nothing in `given` names them again."""
        self._names = list(names)
        self._columns = columns
        self._given = given
        self._inferred = infer_roles([Column(name, cells) for name, cells in zip(names, columns, strict=True)])
        self._roles: dict[int, ColumnDecision] = dict(known or {})
        self._questions: list[MappingQuestion] = []

    def _take_given(self) -> None:
        given = self._given
        named = (("truth", given.truth), ("prediction", given.prediction), ("id", given.id), ("weight", given.weight))
        for role, name in named:
            if isinstance(name, str):
                self._give(name, role)  # type: ignore[arg-type] # the four are roles
        if isinstance(given.scores, dict):
            for label, name in given.scores.items():
                self._give(name, "score", label)
        if given.confidence is not UNSET:
            if given.scores or given.prediction is None:
                raise ColumnsContradictory("`confidence` goes with a column of predictions, and not with `scores`.")
            self._give(given.confidence, "score")
        for name in [] if given.slices is UNSET else given.slices:
            self._give(name, "slice")
        if given.correct is not UNSET:
            if {"truth", "prediction", "score"} & {decision.role for decision in self._roles.values()}:
                raise ColumnsContradictory("`correct` goes without actual and predicted labels, and without scores.")
            self._give(given.correct, "correct")

    def _given_indicators(self, named: Mapping[str, IndicatorColumns]) -> list[Indicator]:
        if len(named) < _FEWEST_LABELS or {"truth", "prediction"} & {d.role for d in self._roles.values()}:
            raise ColumnsContradictory(
                "`indicators` name two columns for each of two labels or more, and go without `truth` and `prediction`."
            )
        for label, columns in named.items():
            self._give(columns.truth, "truth", label)
            self._give(columns.prediction, "prediction", label)
        at = self._names.index
        return [Indicator(label, at(columns.truth), at(columns.prediction)) for label, columns in named.items()]

    def _check_normalising(self, scores: Sequence[int], *, is_of_sets: bool) -> None:
        """Raise ColumnsContradictory where scores are to be normalised that are not those of all classes of a row."""
        if self._given.normalise is True and (is_of_sets or len(scores) < _FEWEST_LABELS):
            why = "each label has scores of its own" if is_of_sets else "no column holds the scores of each class"
            raise ColumnsContradictory(f"`normalise` divides the scores of the classes of a row by their sum; {why}.")

    def _give(self, name: str, role: ColumnRole, class_name: str | None = None) -> None:
        if name not in self._names:
            raise ColumnUnknown(f"The file has no column “{name[:100]}”; {_hint(name, self._names)}")
        position = self._names.index(name)
        if position in self._roles:
            raise ColumnsContradictory(
                f"The column “{name[:100]}” is named as {self._roles[position].role} and as {role}."
            )
        said = "the request says so"
        self._roles[position] = ColumnDecision(name, role, "given", "certain", said, class_name=class_name)

    def _distinct(self, position: int) -> int:
        return len({*self._columns[position]})

    def _ask_unreadable_scores(self, found: Sequence[Decision]) -> None:
        """Ask what columns are that are named as scores and hold numbers, of which some are not written as such."""
        for position in (decision.column for decision in found):
            cells = self._columns[position]
            others = [cell for cell in cells if score(cell) is None]
            is_number = any(score(cell) is not None or _NUMBER_WITHIN.match(cell[:100]) for cell in cells)
            if others and (is_number or any(cell.startswith(("{", "[{")) for cell in cells)):
                cell = f"“{others[0][:40]}” in it is no number" if others[0] else "a cell of it is empty"
                detail = f"“{self._names[position]}” is named as scores, and {cell}; write numbers, or send "
                self._ask("scores", f"{detail}`scores: null` to count without scores.", [position])

    def _label_columns(self) -> list[int]:
        plain = [d.column for d in self._inferred if d.role == "metadata" and d.column not in self._roles]
        return [
            position for position in plain if self._names[position] and self._distinct(position) <= MAX_SLICE_VALUES
        ]

    def _ask_rivals(self) -> None:
        """Ask whether a column with labels of the truth is that of the predictions, which scores would give as well."""
        for truth in self._of("truth"):
            plain = {at: self._columns[at] for at in self._label_columns()}
            for position in rivals(self._names, plain, {*self._columns[truth]}):
                name, said = self._names[position], f"holds labels of “{self._names[truth]}”"
                detail = f"“{name}” {said} and may be the predicted ones; send `prediction` with its name, or "
                self._ask("prediction", f"{detail}`prediction: null` to predict from the scores.", [position])

    def _unclear(self, role: ColumnRole, positions: Sequence[int]) -> str:
        """Why none of some columns is the one of a side for certain."""
        titles = ", ".join(f"“{self._names[position]}”" for position in positions[:5])
        if encoded_with(positions[0], self._names, self._columns, positions[1:]):
            return f"{titles} say together which class a sample has; write the class of each sample in one column."
        what = "actual" if role == "truth" else "predicted"
        several = " may all be" if len(positions) > 1 else " may be"
        return f"Nothing says which column holds the {what} labels: {titles}{several}; name it."

    def _refuse_matrix(self) -> None:
        """Raise NeedsMapping where a file looks like a confusion matrix, and nobody says what else its columns are."""
        given = self._given
        said = (given.scores, given.confidence, given.correct, given.indicators, given.prediction)
        if all(one is UNSET for one in said) and likeness(self._names, self._columns) is Likeness.MATRIX:
            names = [name for at, name in enumerate(self._names) if self._is_numeric(at)]
            raise NeedsMapping([MappingQuestion("scores", SAID, names)], self._decisions())

    def _is_numeric(self, position: int) -> bool:
        return all(score(cell) is not None for cell in self._columns[position])

    def _lies_within_one(self, position: int) -> bool:
        return all(0 <= (score(cell) or 0) <= 1 for cell in self._columns[position])

    def _of(self, role: ColumnRole) -> list[int]:
        return [position for position, decision in self._roles.items() if decision.role == role]

    def _ask(self, asks: str, detail: str, positions: Sequence[int]) -> None:
        names = [self._names[position] for position in positions]
        self._questions.append(MappingQuestion(asks, detail, names))  # type: ignore[arg-type] # callers pass its literals

    def _decided(self, decision: Decision, role: ColumnRole, class_name: str | None = None) -> ColumnDecision:
        others = [self._names[position] for position in decision.alternatives]
        name, rule = self._names[decision.column], decision.rule
        evidence = decision.evidence
        return ColumnDecision(name, role, rule, decision.confidence, evidence, others, class_name)

    def _decisions(self) -> list[ColumnDecision]:
        return [decision for _, decision in sorted(self._roles.items())]


def _hint(name: str, names: Sequence[str]) -> str:
    # The time of a comparison grows with the product of both lengths.
    known = [each[:_MAX_COMPARED] for each in names[:_MOST_COMPARED]]
    near = difflib.get_close_matches(name[:_MAX_COMPARED], known, n=1)
    if near:
        return f"did you mean “{near[0]}”?"
    return f"its columns are {', '.join(f'“{each}”' for each in names[:_MOST_LISTED])}."
