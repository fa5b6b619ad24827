"""The columns of scores of a file: as named, by the classes in their names, by position, or a single one."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import UNSET

from shared.predictions.scores.doubts import Doubt, title
from shared.predictions.scores.numbered_columns import number_of, numbered_columns
from shared.predictions.tables.names import tokens
from shared.predictions.tables.roles import Decision
from shared.runs.errors import ColumnsContradictory
from shared.runs.mapping import ColumnDecision, ColumnRole, ColumnsIn, Indicator
from shared.runs.reading.columns.label_sets import find_label_scores, labels_of, read_set
from shared.runs.reading.columns.named import NamedColumns
from shared.runs.reading.tables import NO_CLASS_NAMES, names_classes

# What the name of a column of probabilities begins with, as `P (class=yes)`.
_PROBABLE = frozenset({"p", "pr", "prob", "proba", "probability"})
_SIDES: tuple[ColumnRole, ColumnRole] = ("truth", "prediction")
_MOST_NAMED = 5


class ScoredColumns(NamedColumns):
    """What is known of the columns of scores, and what is asked and said of them."""

    def __init__(
        self,
        names: Sequence[str],
        columns: Sequence[Sequence[str]],
        given: ColumnsIn,
        known: Mapping[int, ColumnDecision] | None = None,
        class_names: Mapping[str, Sequence[str]] = NO_CLASS_NAMES,
    ) -> None:
        """Begin with the columns that are `known` already; `class_names` are the classes by their positions."""
        super().__init__(names, columns, given, known)
        self._class_names = class_names
        # The lists of classes that were used.
        self._named_by = set[str]()
        self._said: list[str] = []

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
        if by_position := self._by_position(self._known_labels()):
            return by_position
        found = self._single_score()
        if not found:
            self._tell_doubtful()
        return found, None

    def _tell_doubtful(self) -> None:
        """Ask about columns that may be the scores of classes, or say that they were not read as such."""
        doubtful = [d for d in self._inferred if d.doubt is not None and d.column not in self._roles]
        if not doubtful:
            return
        names = title([self._names[d.column] for d in doubtful])
        so = "send `scores` with the column of each class if they are"
        if doubtful[0].doubt is Doubt.RANKED:
            why = "fall in every row, as the scores of the most probable classes do, whichever these are"
            detail = f"{names} {why}; {so} those of the classes, or `scores: null` to count without scores."
            self._ask("scores", detail, [d.column for d in doubtful])
        elif self._has_prediction():
            self._said.append(f"{names} are named after classes and were not read as their scores; {so} that.")
        else:
            detail = f"{names} are named after classes, and nothing says that they hold their scores; {so} that."
            self._ask("scores", detail, [d.column for d in doubtful])

    def _known_labels(self) -> set[str]:
        """The labels in the first rows of the columns that are one side, or may be."""
        sides = [*self._of("truth"), *self._of("prediction")]
        sides += [d.column for d in self._inferred if d.role in _SIDES and d.column not in self._roles]
        return {cell for at in sides for cell in self._columns[at]}

    def _by_position(self, labels: Collection[str]) -> tuple[list[int], list[str] | None] | None:
        """Columns of scores that are numbered: of the classes that the file names in this order, else asked about.

        None where there are no such columns, or fewer of them than classes.
        """
        plain = [d for d in self._inferred if d.role in {"score", "metadata"} and d.doubt is None]
        free = [d.column for d in plain if d.column not in self._roles]
        free = [position for position in free if self._is_numeric(position)]
        sets = [each for each in numbered_columns(self._names, self._columns, free) if len(each) >= len(labels)]
        if not sets:
            return None
        if len(sets) == 1 and (named := self._named_in_order(sets[0], labels)) is not None:
            return sets[0], named
        titles = " and ".join(f"“{self._names[each[0]]}” to “{self._names[each[-1]]}”" for each in sets)
        detail = f"{titles} are numbered, and nothing says which class each is the score of; send `scores` with the "
        positions = [position for each in sets for position in each]
        self._ask("scores", f"{detail}column of each class, or `scores: null` to count without scores.", positions)
        return positions, None

    def _named_in_order(self, positions: Sequence[int], labels: Collection[str]) -> list[str] | None:
        """The classes of numbered columns, as the file lists them; None where no list, or several, fit the labels."""
        lists = {
            where: [*names]
            for where, names in self._class_names.items()
            if len({*names}) == len(names) == len(positions) and labels and {*labels} <= {*names}
        }
        if len({*map(tuple, lists.values())}) != 1 or number_of(self._names[positions[0]]) != 0:
            return None
        where, classes = next(iter(lists.items()))
        self._named_by.add(where)
        for number, (position, label) in enumerate(zip(positions, classes, strict=True)):
            said = f"“{label}” is class {number} in the list of classes that the file has for “{where}”"
            decision = ColumnDecision(self._names[position], "score", "L2", "certain", said, class_name=label)
            self._roles[position] = decision
        return classes

    def _single_score(self) -> list[int]:
        found = [d for d in self._inferred if d.role == "score" and d.column not in self._roles]
        # A margin beside a probability says nothing more.
        probable = [d for d in found if any(word.startswith("prob") for word in tokens(self._names[d.column]))]
        found = probable if len(probable) == 1 else found
        self._ask_unreadable_scores(found)
        found = [d for d in found if self._is_numeric(d.column)] or self._probabilities()
        if len(found) > 1:
            if self._has_prediction():
                self._say_unused(found)
                return []
            detail = "Several columns may be the scores; name the column of each class, or of one of two."
            self._ask("scores", detail, [d.column for d in found])
        if len(found) == 1:
            self._roles[found[0].column] = self._decided(found[0], "score")
        return [d.column for d in found]

    def _say_unused(self, found: Sequence[Decision]) -> None:
        titles = ", ".join(f"“{self._names[d.column]}”" for d in found[:_MOST_NAMED])
        more = " …" if len(found) > _MOST_NAMED else ""
        said = f"Several columns may be the scores ({titles}{more}), and none was read as such; name the column of "
        self._said.append(f"{said}each class in `scores`, or that of the predicted class in `confidence`.")

    def _say_unread_classes(self) -> None:
        """Say which lists of classes in the file, beside its columns, were not used."""
        for where in self._class_names:
            if names_classes(where) and where not in {*self._names, *self._named_by}:
                self._said.append(f"“{where}” lists classes, and was not read.")

    def _probabilities(self) -> list[Decision]:
        """Columns of numbers from 0 to 1 whose name begins as that of a probability and goes on."""
        plain = [d for d in self._inferred if d.role == "metadata" and d.column not in self._roles]
        words = {d.column: tokens(self._names[d.column]) for d in plain}
        named = [d for d in plain if d.doubt is None and len(words[d.column]) > 1 and words[d.column][0] in _PROBABLE]
        return [d for d in named if self._is_numeric(d.column) and self._lies_within_one(d.column)]

    def _has_prediction(self) -> bool:
        return bool(self._of("prediction")) or any(d.role == "prediction" for d in self._inferred)

    def _label_scores(self, indicators: Sequence[Indicator]) -> tuple[list[int], list[str] | None]:
        """The columns of the scores of labels, as named or by their names, and these labels."""
        if self._given.confidence is not UNSET:
            raise ColumnsContradictory("`confidence` is of one label; name the column of each label in `scores`.")
        if self._given.scores is UNSET:
            separator = None if self._given.separator is UNSET else self._given.separator
            cells = {cell for side in _SIDES for at in self._of(side) for cell in self._columns[at]}
            written = (read_set(cell, separator) for cell in cells if not indicators)
            labels = {label for text in written if text is not None for label in labels_of(text)}
            labels |= {indicator.label for indicator in indicators}
            for position, label in find_label_scores(self._names, sorted(labels)).items():
                if position not in self._roles and self._is_numeric(position):
                    name = self._names[position]
                    said = f"“{name}” is made of the label “{label}”"
                    self._roles[position] = ColumnDecision(name, "score", "C", "certain", said, class_name=label)
            if not self._of("score"):
                self._by_position(labels)
        found = self._of("score")
        return found, [self._roles[position].class_name or "" for position in found] or None
