"""The roles of columns: every decision with its rule and evidence, so that it can be shown and overridden."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.predictions.scores.class_columns import ClassColumns, class_columns, of_one_truth, places_of, without_others
from shared.predictions.scores.doubts import Doubt, doubt_of
from shared.predictions.scores.one_hot import encoded_with
from shared.predictions.tables.column_kinds import Column, is_fraction, kinds_of
from shared.predictions.tables.names import (
    NameKind,
    is_bare,
    join_words,
    truth_prediction_pairs,
)
from shared.predictions.values import score

Role = Literal[
    "truth",
    "prediction",
    "class_score",
    "score",
    "id",
    "index",
    "weight",
    "count",
    "fold",
    "time",
    "derived",
    "metadata",
]
Certainty = Literal["certain", "likely", "guess"]

# Labels in a column without a known name stand beside a few columns, not beside hundreds.
_MAX_TRIED = 50


@dataclass(frozen=True, slots=True)
class Decision:
    """The role of a column; `alternatives` are the positions of columns that may have it instead.

    `class_name` is the class that a column of scores is of, and `doubt` why a column with a class may hold no scores.
    """

    role: Role
    column: int
    rule: str
    confidence: Certainty
    evidence: str
    alternatives: tuple[int, ...] = ()
    class_name: str | None = None
    doubt: Doubt | None = None


def infer_roles(columns: Sequence[Column]) -> list[Decision]:
    """One decision for each column, by its name and the texts in it, never by its position.

    Where several columns may be the truth or the prediction, each of them names the others as alternatives. A column
    with no known name or values is metadata.
    """
    kinds = kinds_of(columns)
    pairs = truth_prediction_pairs([column.name or "" for column in columns])
    truths = _truths(columns, kinds, pairs)
    predicted = _predicted(columns, kinds, pairs)
    scores = _class_scores(columns, kinds, truths, predicted)
    doubt = None if scores is None else doubt_of(scores, [c.sample for c in columns], predicted)
    doubtful, scores = (scores, None) if doubt is not None else (None, scores)
    of_classes = {} if scores is None else dict(zip(scores.columns, scores.names, strict=True))
    truths = [position for position in truths if position not in of_classes]
    if scores is not None:
        truths = _truths_beside(scores, truths, kinds)
        if truths == [scores.labels]:
            encoded = _encoded_with(columns, scores.labels, kinds, of_classes)
            truths = sorted({*truths, *scores.label_rivals, *encoded})
    predictions = _predictions(kinds, pairs, {*of_classes})

    def decide(position: int, name: str) -> Decision:
        if scores is not None and position in of_classes:
            evidence = f"“{name}” is made of the class “{of_classes[position]}”"
            return Decision("class_score", position, "C", "certain", evidence, scores.rivals, of_classes[position])
        if position in truths:
            return _side(position, name, "truth", truths, pairs)
        if position in predictions:
            return _side(position, name, "prediction", predictions, pairs)
        if doubtful is not None and position in doubtful.columns:
            class_name = doubtful.names[doubtful.columns.index(position)]
            evidence = f"nothing says for certain that “{name}” holds the scores of the class “{class_name}”"
            return Decision("metadata", position, "C", "guess", evidence, (), class_name, doubt)
        return _minor(position, name, kinds[position])

    return [decide(position, column.name or "") for position, column in enumerate(columns)]


def _truths_beside(scores: ClassColumns, truths: list[int], kinds: Sequence[NameKind]) -> list[int]:
    """The columns that may be the truth where one has the classes that the scores are of."""
    if scores.labels in truths:
        return truths
    # `y` beside `x` is a place in an image where only `label` holds the classes.
    if kinds[scores.labels] in {"truth", "label"} or not truths:
        return [scores.labels]
    if all(kinds[position] == "label" for position in truths):
        # The class of a passenger beside whether he survived, of which the scores are.
        return sorted({*truths, scores.labels})
    return truths


def _side(
    position: int, name: str, role: Role, candidates: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> Decision:
    alternatives = tuple(other for other in candidates if other != position)
    rule = "N3" if any(position in pair for pair in pairs) else ("N1" if role == "truth" else "N2")
    evidence = f"“{name}” is a name of {'the truth' if role == 'truth' else 'predictions'}"
    return Decision(role, position, rule, "likely" if alternatives else "certain", evidence, alternatives)


def _predicted(
    columns: Sequence[Column], kinds: Sequence[NameKind], pairs: Sequence[tuple[int, int]]
) -> Sequence[str] | None:
    """The cells of the only column of predictions; None where there are several or none."""
    found = _predictions(kinds, pairs, set())
    return columns[found[0]].sample if len(found) == 1 else None


def _encoded_with(
    columns: Sequence[Column], position: int, kinds: Sequence[NameKind], of_classes: Collection[int]
) -> list[int]:
    """The columns that are the truth only together with this one."""
    names = [column.name or "" for column in columns]
    others = [at for at, kind in enumerate(kinds) if kind == "other" and at != position and at not in of_classes]
    return encoded_with(position, names, [column.sample for column in columns], others)


def _truths(columns: Sequence[Column], kinds: Sequence[NameKind], pairs: Sequence[tuple[int, int]]) -> list[int]:
    named_truths = [position for position, kind in enumerate(kinds) if kind == "truth"]
    strong = [position for position in named_truths if join_words(columns[position].name or "") != "y"]
    labels = [position for position, kind in enumerate(kinds) if kind == "label"]
    if strong or named_truths:
        label_columns = strong or named_truths
        # A reference, a target or a y beside a label may be anything.
        is_uncertain = "prediction" in kinds and all(
            is_bare(columns[position].name or "") for position in label_columns
        )
        return sorted({*label_columns, *labels}) if is_uncertain else label_columns
    if pairs:
        return sorted({truth for truth, _ in pairs})
    return labels


def _predictions(kinds: Sequence[NameKind], pairs: Sequence[tuple[int, int]], excluded: set[int]) -> list[int]:
    of_pairs = sorted({position for _, position in pairs if kinds[position] != "score"} - excluded)
    if of_pairs:
        return of_pairs
    return [position for position, kind in enumerate(kinds) if kind == "prediction" and position not in excluded]


def _class_scores(
    columns: Sequence[Column], kinds: Sequence[NameKind], truths: Sequence[int], predicted: Sequence[str] | None
) -> ClassColumns | None:
    names = [column.name for column in columns]
    if None in names:
        return None
    texts = [name for name in names if name is not None]
    numeric = [all(score(cell.lstrip("*")) is not None for cell in {*column.sample}) for column in columns]
    minor = {"id", "index", "weight", "fold", "time"}
    plain = [position for position, kind in enumerate(kinds) if kind in {"other", "truth", "label"}]
    candidates = [position for position, kind in enumerate(kinds) if numeric[position] and kind not in minor]
    order = [*truths, *(i for i, kind in enumerate(kinds) if kind == "label" and i not in truths)]
    unnamed = [i for i, kind in enumerate(kinds) if kind in {"other", "truth", "label"} and i not in order]
    order += [i for i in unnamed if not is_fraction(columns[i].sample)][:_MAX_TRIED]
    found: list[tuple[ClassColumns, bool]] = []
    cells = [column.sample for column in columns]
    for position in order:
        labels = {cell for cell in cells[position] if cell}
        sets = class_columns(position, labels, texts, [i for i in candidates if i != position], plain)
        if not sets:
            continue
        plausible = [without_others(one, cells, labels) for one in sets]
        # Features V1 and V2 are no rivals of columns that hold scores.
        certain = [one for one in plausible if doubt_of(one, cells, predicted) is None]
        found.append((_best(columns, certain or plausible, labels), bool(certain)))
        if position not in unnamed:
            break
    certain_sets = [one for one, is_certain in found if is_certain]
    return of_one_truth(texts, cells, certain_sets or [one for one, _ in found])


def _best(columns: Sequence[Column], sets: Sequence[ClassColumns], labels: Collection[str]) -> ClassColumns:
    """The set whose names say that it holds scores; of equal ones, that which holds more than 0 and 1."""

    def rank(candidates: ClassColumns) -> tuple[int, bool]:
        own = [candidates.columns[place] for place in places_of(labels, candidates.names)]
        cells = {cell for column in own for cell in columns[column].sample}
        return candidates.says_scores, any(score(cell.lstrip("*")) not in {0, 1} for cell in cells)

    ranked = sorted(sets, key=rank, reverse=True)
    rivals = [
        column for candidates in ranked[1:] if rank(candidates) == rank(ranked[0]) for column in candidates.columns
    ]
    return ranked[0]._replace(rivals=tuple(rivals))


def _minor(position: int, name: str, kind: NameKind) -> Decision:
    if kind in {"score", "id", "index", "weight", "count", "fold", "time", "derived"}:
        rules = {"score": "S1", "id": "I1", "index": "I3", "derived": "X1"}
        return Decision(kind, position, rules.get(kind, "W"), "certain", f"“{name}” is a name of such a column")
    return Decision("metadata", position, "M", "certain", f"nothing says what “{name}” is")
