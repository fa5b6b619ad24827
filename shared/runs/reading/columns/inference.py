"""From the first rows of a file to the columns that are read; what is not clear is asked, never guessed."""

from collections.abc import Sequence

from msgspec import UNSET

from shared.predictions.matrices.long_matrices import SAID, numbers_of_pairs
from shared.predictions.tables.names import kind_of, normalise, tokens
from shared.predictions.tables.roles import Decision
from shared.predictions.values import counts_up, score
from shared.runs.errors import ColumnsContradictory, NoTruth
from shared.runs.mapping import Assignment, ColumnDecision, ColumnRole, Indicator, NeedsMapping
from shared.runs.reading.columns.flags import FLAGS, find_flag
from shared.runs.reading.columns.label_sets import are_lists, fault_of_lists, find_indicators
from shared.runs.reading.columns.named import MAX_SLICE_VALUES
from shared.runs.reading.columns.scored import ScoredColumns
from shared.runs.reading.columns.weights import find_weights

# Columns of metadata beyond these are kept by no run.
MAX_METADATA = 256

# `sample_id` is the id of a sample, `patient_id` that of a group of them.
_OF_SAMPLES = frozenset({"sample", "row", "example", "doc", "image", "img", "file", "record", "item"})
# What a column of numbers beside pairs of classes may be taken for.
_NUMBERS = frozenset({"metadata", "count", "weight"})
_SIDES: tuple[ColumnRole, ColumnRole] = ("truth", "prediction")
_KEPT: dict[str, ColumnRole] = {"index": "index", "fold": "fold", "time": "time", "derived": "derived"}


class Inference(ScoredColumns):
    """The inference over one file: the columns that were named, and what its names and first cells say of the rest."""

    def assign(self) -> Assignment:
        """Decide every column; raises NeedsMapping, ColumnUnknown, ColumnsContradictory, NoTruth."""
        self._take_given()
        self._refuse_matrix()
        indicators = self._indicators()
        flag = None if indicators else self._flag()
        is_of_sets = bool(indicators) or self._is_of_sets()
        # Scores before the truth: a column beside those of the classes is the truth that they are of.
        scores, classes = ([], None) if flag is not None or is_of_sets else self._scores()
        truth, prediction = (flag, None) if flag is not None else self._sides(indicators, has_scores=bool(scores))
        if is_of_sets:
            scores, classes = self._label_scores(indicators)
        if truth is None and not any(question.asks == "truth" for question in self._questions):
            self._ask_flag()
        self._take_ids()
        weight = self._weight(is_of_sets=is_of_sets)
        self._finish()
        if self._questions:
            raise NeedsMapping(self._questions, self._decisions())
        assert truth is not None, "a truth that is not known is asked for"
        self._check_normalising(scores, is_of_sets=is_of_sets)
        self._say_unread_classes()
        flags = [position for position in self._of("derived") if normalise(self._names[position]) in FLAGS]
        return Assignment(
            truth=truth,
            prediction=prediction,
            scores=scores,
            score_classes=classes,
            is_confidence=self._given.confidence is not UNSET,
            id=next(iter(self._of("id")), None),
            folds=self._of("fold"),
            flags=flags if flag is None else [],
            slices=[*self._of("slice"), *self._of("fold")],
            texts=[*self._of("text"), *self._of("time")],
            empty=self._of("empty"),
            decisions=self._decisions(),
            is_correctness=flag is not None,
            is_multilabel=is_of_sets,
            separator=None if self._given.separator is UNSET else self._given.separator,
            indicators=indicators,
            weight=weight,
            is_normalised=self._given.normalise is True,
            notices=self._said,
        )

    def _sides(self, indicators: list[Indicator], *, has_scores: bool) -> tuple[int | None, int | None]:
        if indicators:
            return indicators[0].truth, indicators[0].prediction
        truth = self._side("truth")
        is_predicted = self._given.prediction is not None
        prediction = self._side("prediction", has_scores=has_scores) if is_predicted else None
        self._ask_lists()
        return truth, prediction

    def _ask_lists(self) -> None:
        """Ask for the labels of each sample where a column that nobody named holds vectors, or not only lists."""
        for side in _SIDES:
            for at in self._of(side):
                fault = None if self._roles[at].rule == "given" else fault_of_lists(self._columns[at])
                if fault is not None:
                    self._ask(side, f"“{self._names[at]}” holds {fault}", [at])

    def _indicators(self) -> list[Indicator]:
        """The columns of 0 and 1 for each label of samples with any number, as named or by their names."""
        if self._given.indicators is not UNSET:
            return self._given_indicators(self._given.indicators)
        named = {"truth", "prediction", "correct", "score"} & {decision.role for decision in self._roles.values()}
        found = [] if named else find_indicators(self._names, self._columns)
        for label, *sides in found:
            for position, role in zip(sides, _SIDES, strict=True):
                said = f"the name of a label and of a side, above 0 and 1, as of {len(found)} labels"
                name = self._names[position]
                self._roles[position] = ColumnDecision(name, role, "N4", "certain", said, class_name=label)
        return found

    def _is_of_sets(self) -> bool:
        """Whether the cells of both sides hold any number of labels."""
        if self._given.separator is not UNSET:
            if self._given.prediction is None:
                raise ColumnsContradictory("`separator` goes with a column of predictions.")
            return True
        sides = [self._of(side) or [d.column for d in self._inferred if d.role == side] for side in _SIDES]
        return all(side and all(are_lists(self._columns[at]) for at in side) for side in sides)

    def _flag(self) -> int | None:
        """The column that says whether each sample is right, where nothing else could be counted."""
        if given := self._of("correct"):
            return given[0]
        if {"truth", "prediction", "score"} & {decision.role for decision in self._roles.values()}:
            return None
        open_columns = [d for d in self._inferred if d.column not in self._roles]
        flag = find_flag(self._names, self._columns, open_columns, self._label_columns())
        if flag is not None:
            said = (
                f"“{self._names[flag]}” says whether each sample is right, and no two columns are equal where it does"
            )
            self._roles[flag] = ColumnDecision(self._names[flag], "correct", "X2", "certain", said)
        return flag

    def _ask_flag(self) -> None:
        """Ask whether a flag is all there is to count; raises NoTruth where there is none."""
        derived = [d.column for d in self._inferred if d.role == "derived" and d.column not in self._roles]
        flags = [position for position in derived if normalise(self._names[position]) in FLAGS]
        if not flags and len(self._names) == 1:
            raise NoTruth(
                f"The only column is “{self._names[0][:40]}”; write labels side by side, with commas between."
            )
        if not flags:
            raise NoTruth
        detail = f"No column holds actual labels, and “{self._names[flags[0]]}” may say whether each sample is right; "
        self._ask("correct", f"{detail}send `correct` with its name to count nothing else.", flags)

    def _side(self, role: ColumnRole, *, has_scores: bool = False) -> int | None:
        if given := self._of(role):
            return given[0]
        found = [d for d in self._inferred if d.role == role and d.column not in self._roles]
        if len(found) == 1 and not self._says_too_little(found[0], role):
            self._roles[found[0].column] = self._decided(found[0], role)
            return found[0].column
        if not found and role == "prediction" and has_scores:
            self._ask_rivals()
            return None
        positions = [d.column for d in found] or self._label_columns()
        if positions:
            self._ask(role, self._unclear(role, positions), positions)
        elif role == "prediction":
            self._ask("prediction", "The file has neither predicted labels nor scores; name their column.", [])
        return None

    def _says_too_little(self, decision: Decision, role: str) -> bool:
        """Whether the only column of labels may be of either side: `label` beside `score`, as pipelines write it."""
        if role != "truth" or kind_of(self._names[decision.column]) != "label":
            return False
        return not self._has_prediction() and not any(
            [*(d.role == "class_score" for d in self._inferred), *(d.rule == "L2" for d in self._roles.values())]
        )

    def _take_ids(self) -> None:
        found = [d for d in self._inferred if d.role == "id" and d.column not in self._roles]
        if self._given.id is None or self._of("id"):
            return
        if found:
            self._roles[found[0].column] = self._decided(found[0], "id")
        else:
            self._ask_repeated_ids()

    def _ask_repeated_ids(self) -> None:
        has_folds = any(decision.role == "fold" for decision in self._inferred)
        for position, name in enumerate(self._names):
            words = tokens(name)
            is_group = len(words) > 1 and words[-1] == "id" and words[0] not in _OF_SAMPLES
            if position in self._roles or kind_of(name) != "id" or is_group:
                continue
            if has_folds:
                said = "a name of sample ids, which are unique within each fold"
                self._roles[position] = ColumnDecision(name, "id", "I2", "likely", said)
                return
            detail = f"“{name}” is a name of sample ids, and several rows have the same; send `id: null` to read rows "
            self._ask("id", f"{detail}without ids, or name another column.", [position])
            return

    def _weight(self, *, is_of_sets: bool) -> int | None:
        """The column of the weights of the samples: as named, or by a name that can mean nothing else."""
        others = [decision for decision in self._inferred if decision.column not in self._roles]
        columns, found = find_weights(self._names, others), self._of("weight")
        if not found and self._given.weight is UNSET:
            found = columns.sure[:1]
            if columns.question is not None:
                self._ask("weight", f"{columns.question} to count every row once.", columns.sure or columns.counts)
            elif not found and not self._ask_pairs() and not is_of_sets:
                self._say_unused_weight(others)
        if found and is_of_sets:
            why = "holds weights, which are not counted where samples have any number of labels; send `weight: null` to"
            self._ask("weight", f"“{self._names[found[0]]}” {why} count every row once.", found)
        for decision in others:
            if decision.column in {*columns.sure, *columns.counts}:
                is_used = not found or decision.column in found
                self._roles[decision.column] = self._decided(decision, "weight" if is_used else "unused")
        return next(iter(found), None)

    def _ask_pairs(self) -> bool:
        """Ask for the numbers of a table that has one row for each pair of classes."""
        actual, predicted = self._of("truth"), self._of("prediction")
        has_ids = any(not counts_up(self._columns[at]) for at in self._of("id"))
        if len(actual) != 1 or len(predicted) != 1 or has_ids:
            return False
        plain = [d.column for d in self._inferred if d.role in _NUMBERS and d.column not in self._roles]
        others = {at: self._columns[at] for at in plain}
        found = numbers_of_pairs(self._columns[actual[0]], self._columns[predicted[0]], others)
        if found:
            so = "send `weight` with the name of its numbers, or `weight: null` to count every row once."
            self._ask("weight", f"{SAID} If it is, {so}", found)
        return bool(found)

    def _say_unused_weight(self, others: Sequence[Decision]) -> None:
        """Say which column is named as weights and not used as such, as it may be a measurement."""
        for position in [d.column for d in others if d.role in {"weight", "count"}][:1]:
            numbers = [score(cell) for cell in self._columns[position]]
            if all(number is not None and number >= 0 for number in numbers):
                name = self._names[position]
                said = f"“{name}” was not used as the weight of each sample; send `weight` with its name if it is that."
                self._said.append(said)

    def _finish(self) -> None:
        """Whatever has no role yet is metadata: to slice by, or to show beside a sample."""
        for decision in self._inferred:
            position = decision.column
            if position not in self._roles:
                self._roles[position] = self._decided(decision, self._metadata_role(position, decision))

    def _metadata_role(self, position: int, decision: Decision) -> ColumnRole:
        if not self._names[position] and not any(self._columns[position]):
            return "empty"
        if decision.role in _KEPT:
            return _KEPT[decision.role]
        kept = len(self._of("slice")) + len(self._of("text"))
        if kept >= MAX_METADATA:
            return "unused"
        few = self._distinct(position) <= MAX_SLICE_VALUES
        return "slice" if few and self._given.slices is UNSET else "text"
