"""From the first rows of a file to the columns that are read; what is not clear is asked, never guessed."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from shared.predictions.names import kind_of, normalise, tokens
from shared.predictions.roles import Column, Decision, infer_roles
from shared.predictions.values import score
from shared.runs.errors import ColumnsContradictory, ColumnUnknown, NoTruth
from shared.runs.mapping import Assignment, ColumnDecision, ColumnRole, ColumnsIn, MappingQuestion, NeedsMapping

# Up to so many different values a column is one to slice by.
MAX_SLICE_VALUES = 1000
# Columns of metadata beyond these are kept by no run.
MAX_METADATA = 256

_SURE_WEIGHTS = frozenset({"sample", "samples", "case", "obs", "observation", "instance"})
# `sample_id` is the id of a sample, `patient_id` that of a group of them.
_OF_SAMPLES = frozenset({"sample", "row", "example", "doc", "image", "img", "file", "record", "item"})
# A count beside two columns of labels says how many samples each row stands for.
_COUNTED_COLUMNS = 3
_FLAGS = frozenset({"correct", "is_correct", "match", "hit", "error"})
# What the name of a column of probabilities begins with, as `P (class=yes)`.
_PROBABLE = frozenset({"p", "pr", "prob", "proba", "probability"})
_KEPT: dict[str, ColumnRole] = {"index": "index", "fold": "fold", "time": "time", "derived": "derived"}


class Inference:
    """The inference over one file: the columns that were named, and what its names and first cells say of the rest."""

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

    def assign(self) -> Assignment:
        """Decide every column; raises NeedsMapping, ColumnUnknown, ColumnsContradictory, NoTruth."""
        self._take_given()
        # Scores before the truth: a column beside those of the classes is the truth that they are of.
        scores, classes = self._scores()
        truth = self._side("truth")
        prediction = None if self._given.prediction is None else self._side("prediction", has_scores=bool(scores))
        if truth is None and not any(question.asks == "truth" for question in self._questions):
            raise NoTruth
        self._take_ids()
        self._ask_weight()
        self._finish()
        if self._questions:
            raise NeedsMapping(self._questions, self._decisions())
        assert truth is not None, "a truth that is not known is asked for"
        return Assignment(
            truth=truth,
            prediction=prediction,
            scores=scores,
            score_classes=classes,
            is_confidence=self._given.confidence is not UNSET,
            id=next(iter(self._of("id")), None),
            folds=self._of("fold"),
            flags=[position for position in self._of("derived") if normalise(self._names[position]) in _FLAGS],
            slices=[*self._of("slice"), *self._of("fold")],
            texts=[*self._of("text"), *self._of("time")],
            empty=self._of("empty"),
            decisions=self._decisions(),
        )

    def _take_given(self) -> None:
        given = self._given
        for role, name in (("truth", given.truth), ("prediction", given.prediction), ("id", given.id)):
            if isinstance(name, str):
                self._give(name, role)  # type: ignore[arg-type] # the three are roles
        if isinstance(given.scores, dict):
            for label, name in given.scores.items():
                self._give(name, "score", label)
        if given.confidence is not UNSET:
            if given.scores or given.prediction is None:
                raise ColumnsContradictory("`confidence` goes with a column of predictions, and not with `scores`.")
            self._give(given.confidence, "score")
        for name in [] if given.slices is UNSET else given.slices:
            self._give(name, "slice")

    def _give(self, name: str, role: ColumnRole, class_name: str | None = None) -> None:
        if name not in self._names:
            known = ", ".join(f"“{known}”" for known in self._names[:20])
            raise ColumnUnknown(f"The file has no column “{name[:100]}”; its columns are {known}.")
        position = self._names.index(name)
        if position in self._roles:
            raise ColumnsContradictory(
                f"The column “{name[:100]}” is named as {self._roles[position].role} and as {role}."
            )
        said = "the request says so"
        self._roles[position] = ColumnDecision(name, role, "given", "certain", said, class_name=class_name)

    def _scores(self) -> tuple[list[int], list[str] | None]:
        if self._given.scores is None:
            return [], None
        if given := self._of("score"):
            classes = [self._roles[position].class_name for position in given]
            return given, None if None in classes else [name for name in classes if name is not None]
        of_classes = [d for d in self._inferred if d.role == "class_score" and d.column not in self._roles]
        if of_classes and of_classes[0].alternatives:
            detail = f"Several columns may be the scores of the class “{of_classes[0].class_name}”; name those of each."
            self._ask("scores", detail, [of_classes[0].column, *of_classes[0].alternatives])
        if of_classes:
            for decision in of_classes:
                self._roles[decision.column] = self._decided(decision, "score", decision.class_name)
            return [d.column for d in of_classes], [d.class_name or "" for d in of_classes]
        return self._single_score(), None

    def _single_score(self) -> list[int]:
        found = [d for d in self._inferred if d.role == "score" and d.column not in self._roles]
        # A margin beside a probability says nothing more.
        probable = [d for d in found if any(word.startswith("prob") for word in tokens(self._names[d.column]))]
        found = probable if len(probable) == 1 else found
        found = [d for d in found if self._is_numeric(d.column)] or self._probabilities()
        if len(found) > 1:
            if self._has_prediction():
                return []
            detail = "Several columns may be the scores; name the column of each class, or of one of two."
            self._ask("scores", detail, [d.column for d in found])
        if len(found) == 1:
            self._roles[found[0].column] = self._decided(found[0], "score")
        return [d.column for d in found]

    def _probabilities(self) -> list[Decision]:
        """Columns of numbers from 0 to 1 whose name begins as that of a probability and goes on."""
        plain = [d for d in self._inferred if d.role == "metadata" and d.column not in self._roles]
        words = {d.column: tokens(self._names[d.column]) for d in plain}
        named = [d for d in plain if len(words[d.column]) > 1 and words[d.column][0] in _PROBABLE]
        return [d for d in named if self._is_numeric(d.column) and self._lies_within_one(d.column)]

    def _has_prediction(self) -> bool:
        return bool(self._of("prediction")) or any(d.role == "prediction" for d in self._inferred)

    def _side(self, role: ColumnRole, *, has_scores: bool = False) -> int | None:
        if given := self._of(role):
            return given[0]
        found = [d for d in self._inferred if d.role == role and d.column not in self._roles]
        if len(found) == 1 and not self._says_too_little(found[0], role):
            self._roles[found[0].column] = self._decided(found[0], role)
            return found[0].column
        if not found and role == "prediction" and has_scores:
            return None
        positions = [d.column for d in found] or self._label_columns()
        what = "actual" if role == "truth" else "predicted"
        if positions:
            several = " may all be" if len(positions) > 1 else " may be"
            titles = ", ".join(f"“{self._names[position]}”" for position in positions[:5])
            self._ask(
                role, f"Nothing says which column holds the {what} labels: {titles}{several}; name it.", positions
            )
        elif role == "prediction":
            self._ask("prediction", "The file has neither predicted labels nor scores; name their column.", [])
        return None

    def _says_too_little(self, decision: Decision, role: str) -> bool:
        """Whether the only column of labels may be of either side: `label` beside `score`, as pipelines write it."""
        if role != "truth" or kind_of(self._names[decision.column]) != "label":
            return False
        return not self._has_prediction() and not any(d.role == "class_score" for d in self._inferred)

    def _label_columns(self) -> list[int]:
        plain = [d.column for d in self._inferred if d.role == "metadata" and d.column not in self._roles]
        return [
            position for position in plain if self._names[position] and self._distinct(position) <= MAX_SLICE_VALUES
        ]

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

    def _ask_weight(self) -> None:
        for decision in self._inferred:
            position, name = decision.column, self._names[decision.column]
            is_count = decision.role == "count" and len(self._names) <= _COUNTED_COLUMNS
            is_sure = decision.role == "weight" and _SURE_WEIGHTS & {*tokens(name)}
            if position in self._roles or not (is_sure or is_count):
                continue
            if self._given.weight is UNSET:
                detail = (
                    f"The column “{name}” holds weights, which runs do not count yet; send `weight: null` to count "
                )
                self._ask("weight", f"{detail}every row once.", [position])
            self._roles[position] = self._decided(decision, "weight")

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

    def _distinct(self, position: int) -> int:
        return len({*self._columns[position]})

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
