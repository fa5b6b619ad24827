"""Which role each column has: every decision with its rule and evidence, so that it can be shown and overridden."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.predictions.names import NameKind, is_bare, joined, kind_of, paired
from shared.predictions.score_columns import ClassColumns, class_columns, is_among
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
Confidence = Literal["certain", "likely", "guess"]

# More distinct fractions than any labels would be.
_MANY = 20
_SUM_TOLERANCE = 0.01
# Labels that nothing names stand beside a few columns, not beside hundreds.
_MAX_TRIED = 50


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, None where the table has no header, and the texts of its first cells."""

    name: str | None
    sample: Sequence[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """The role of the column at a place; `alternatives` are the places that may have it instead.

    `class_name` is the class that a column of scores is of.
    """

    role: Role
    column: int
    rule: str
    confidence: Confidence
    evidence: str
    alternatives: tuple[int, ...] = ()
    class_name: str | None = None


def infer_roles(columns: Sequence[Column]) -> list[Decision]:
    """One decision for each column, by its name and the texts in it, never by its place.

    Where several columns may be the truth or the prediction, each of them names the others as alternatives. A column
    that nothing announces is metadata.
    """
    kinds = _kinds(columns)
    pairs = paired([column.name or "" for column in columns])
    truths = _truths(columns, kinds, pairs)
    scores = _class_scores(columns, kinds, truths)
    of_classes = {} if scores is None else dict(zip(scores.columns, scores.names, strict=True))
    if scores is not None and scores.labels not in truths:
        truths = [place for place in truths if place not in of_classes]
        # `y` beside `x` is a place in an image where only `label` holds the classes.
        truths = [scores.labels] if kinds[scores.labels] in {"truth", "label"} or not truths else truths
    truths = [place for place in truths if place not in of_classes]
    predictions = _predictions(kinds, pairs, {*of_classes})
    decisions = []
    for place, column in enumerate(columns):
        name = column.name or ""
        if place in of_classes:
            evidence = f"“{name}” is made of the class “{of_classes[place]}”"
            rivals = () if scores is None else scores.rivals
            decision = Decision("class_score", place, "C", "certain", evidence, rivals, of_classes[place])
        elif place in truths or place in predictions:
            among = truths if place in truths else predictions
            role: Role = "truth" if place in truths else "prediction"
            others = tuple(other for other in among if other != place)
            rule = "N3" if any(place in pair for pair in pairs) else ("N1" if role == "truth" else "N2")
            evidence = f"“{name}” is a name of {'the truth' if role == 'truth' else 'predictions'}"
            decision = Decision(role, place, rule, "likely" if others else "certain", evidence, others)
        else:
            decision = _minor(place, name, kinds[place])
        decisions.append(decision)
    return decisions


def _kinds(columns: Sequence[Column]) -> list[NameKind]:
    kinds = [_kind(column) for column in columns]
    fractions = {i for i, kind in enumerate(kinds) if kind == "prediction" and _is_fraction(columns[i].sample)}
    if any(kind == "prediction" and i not in fractions for i, kind in enumerate(kinds)):
        # Beside predicted labels they are how sure the model was.
        return ["score" if i in fractions else kind for i, kind in enumerate(kinds)]
    return kinds


def _kind(column: Column) -> NameKind:
    kind = "other" if column.name is None else kind_of(column.name)
    if kind == "index" and not _counts_up(column.sample):
        return "other"
    if kind == "prediction" and len(set(column.sample)) > _MANY and _is_fraction(column.sample):
        return "score"
    if kind == "id" and len(set(column.sample)) < len(column.sample):
        return "other"
    # `correct` is the truth in some programs, and a flag in most.
    flags = {"true", "false", "0", "1", "yes", "no", "+", "-", "", "t", "f"}
    if kind == "derived" and column.name and joined(column.name) == "correct":
        return "derived" if {cell.casefold() for cell in column.sample} <= flags else "truth"
    return kind


def _counts_up(cells: Sequence[str]) -> bool:
    return bool(cells) and cells[0] in {"0", "1"} and list(cells) == [str(int(cells[0]) + i) for i in range(len(cells))]


def _is_fraction(cells: Sequence[str]) -> bool:
    """Whether the cells are scores: fractions between 0 and 1, which labels are not."""
    numbers = [score(cell.lstrip("*")) for cell in cells]
    if not numbers or any(number is None or not 0 <= number <= 1 for number in numbers):
        return False
    return any(number not in {0, 1} for number in numbers)


def _truths(columns: Sequence[Column], kinds: Sequence[NameKind], pairs: Sequence[tuple[int, int]]) -> list[int]:
    named = [place for place, kind in enumerate(kinds) if kind == "truth"]
    strong = [place for place in named if joined(columns[place].name or "") != "y"]
    labels = [place for place, kind in enumerate(kinds) if kind == "label"]
    if strong or named:
        found = strong or named
        # A reference, a target or a y beside a label may be anything.
        is_open = "prediction" in kinds and all(is_bare(columns[place].name or "") for place in found)
        return sorted({*found, *labels}) if is_open else found
    if pairs:
        return sorted({truth for truth, _ in pairs})
    return labels


def _predictions(kinds: Sequence[NameKind], pairs: Sequence[tuple[int, int]], taken: set[int]) -> list[int]:
    of_pairs = sorted({place for _, place in pairs if kinds[place] != "score"} - taken)
    if of_pairs:
        return of_pairs
    return [place for place, kind in enumerate(kinds) if kind == "prediction" and place not in taken]


def _class_scores(columns: Sequence[Column], kinds: Sequence[NameKind], truths: Sequence[int]) -> ClassColumns | None:
    names = [column.name for column in columns]
    if None in names:
        return None
    texts = [name for name in names if name is not None]
    numeric = [all(score(cell.lstrip("*")) is not None for cell in column.sample) for column in columns]
    minor = {"id", "index", "weight", "fold", "time"}
    plain = [place for place, kind in enumerate(kinds) if kind in {"other", "truth", "label"}]
    candidates = [place for place, kind in enumerate(kinds) if numeric[place] and kind not in minor]
    order = [*truths, *(i for i, kind in enumerate(kinds) if kind == "label" and i not in truths)]
    others = [i for i, kind in enumerate(kinds) if kind in {"other", "truth", "label"} and i not in order]
    order += [i for i in others if not _is_fraction(columns[i].sample)][:_MAX_TRIED]
    for place in order:
        labels = {cell for cell in columns[place].sample if cell}
        if sets := class_columns(place, labels, texts, [i for i in candidates if i != place], plain):
            return _without_others(columns, _best(columns, sets, labels), labels)
    return None


def _best(columns: Sequence[Column], sets: Sequence[ClassColumns], labels: Collection[str]) -> ClassColumns:
    """The set whose names say that it holds scores; of equal ones, that which holds more than 0 and 1."""

    def rank(found: ClassColumns) -> tuple[int, bool]:
        own = [place for place, name in zip(found.columns, found.names, strict=True) if is_among(name, labels)]
        cells = {cell for place in own for cell in columns[place].sample}
        return found.says_scores, any(score(cell.lstrip("*")) not in {0, 1} for cell in cells)

    ranked = sorted(sets, key=rank, reverse=True)
    rivals = [place for found in ranked[1:] if rank(found) == rank(ranked[0]) for place in found.columns]
    return ranked[0]._replace(rivals=tuple(rivals))


def _without_others(columns: Sequence[Column], found: ClassColumns, labels: Collection[str]) -> ClassColumns:
    """Leave out a column beside those of the labels, such as an age, if theirs make up the whole without it."""
    own = [(place, name) for place, name in zip(found.columns, found.names, strict=True) if is_among(name, labels)]
    rows = zip(*(columns[place].sample for place, _ in own), strict=True)
    sums = [sum(score(cell.lstrip("*")) or 0 for cell in row) for row in rows]
    if len(own) < len(found.columns) and all(abs(total - 1) <= _SUM_TOLERANCE for total in sums):
        return found._replace(columns=[place for place, _ in own], names=[name for _, name in own])
    return found


def _minor(place: int, name: str, kind: NameKind) -> Decision:
    if kind in {"score", "id", "index", "weight", "count", "fold", "time", "derived"}:
        rules = {"score": "S1", "id": "I1", "index": "I3", "derived": "X1"}
        return Decision(kind, place, rules.get(kind, "W"), "certain", f"“{name}” is a name of such a column")
    return Decision("metadata", place, "M", "certain", f"nothing says what “{name}” is")
