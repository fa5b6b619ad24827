"""The meaning of column names."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Literal

NameKind = Literal[
    "truth", "prediction", "label", "score", "id", "index", "weight", "count", "fold", "time", "derived", "other"
]  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TRUTH = _words(
    "true truth truths actual actuals gt gold golden observed obs expected reference references ref target "
    "targets groundtruth real reality annotated annotation manual oracle"
)
_PREDICTED = _words(
    "pred preds predict predicted predicts prediction predictions predictedlabel yhat ŷ hat guess guesses guessed "
    "response estimate estimated estimates output outputs forecast inferred scored classified hypothesis hyp"
)
# The column holds labels, of either side.
_LABEL = _words("label labels lbl class classes category categories cls outcome")
_FILLER = _words("y value values name names id vector column col index code test val the ground of is standard")
# Beside a label they say that it is the truth; alone, whether the prediction is right.
_CORRECT, _ANSWERS = _words("correct right"), _words("answer answers")
# What a model should have answered, as programs that evaluate language models name it beside the `output`.
_WANTED, _ANSWERED = _words("expected reference target gold golden"), _words("output outputs response responses")
_SCORE = _words(
    "score scores prob probs proba probas probability probabilities confidence confidences conf logit logits phat"
)
# scikit-learn's name of margins.
_DECISIONS = _words("decision function")
# How Stata's users call a predicted probability.
_P_HAT = _words("p hat")
_CURVES = (_words("fpr tpr"), _words("precision recall"))
_OF_SCORES = _words("p pr calibrated calibration raw mean average final risk likelihood propensity for in to")
# What is told of a class, or of its score, beside the score.
_NO_SCORE = _words(
    "loss nll error errors distance dist cost rank entropy std stdev sd se var variance threshold lower upper"
)
_IDS = _words(
    "id ids sample_id image img file filename file_name path key uuid row_id row_ids rowindex row_index inst "
    "inst# example_id doc_id index idx sampleid .row row uid guid"
)
_INDEX = frozenset({"", "unnamed:_0", "__index_level_0__", "rownames"})
_WEIGHTS = _words(
    "weight weights sample_weight sample_weights w case_weight case_weights obs_weight obs_weights observation_weight "
    "instance_weight importance _freq_"
)
_COUNTS = _words("count counts n freq frequency frequencies occurrences")
_FOLDS = _words("fold folds resample split set repeat iter usage _partind_ .config config")
_TIMES = _words("timestamp time date datetime ds")
_DERIVED = _words("correct is_correct error errors residual threshold positive_class _warn_ match hit")
_UNMISTAKABLE = _words(
    "actual actuals truth gt groundtruth observed pred preds predict predicted prediction predictions "
    "predictedlabel yhat ŷ score scores prob probs proba probas probability probabilities"
)
_ALONE = _words("y y_test y_val y_valid test_y val_y ytest")

_SAS_TRUTH, _SAS_PREDICTION = "f_", "i_"
# SAS's PROC LOGISTIC and PROC DISCRIM.
_SAS_FROM, _SAS_INTO = frozenset({"_from_"}), frozenset({"_into_"})
_MERGED = ("_x", "_y")

_SEPARATORS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINED = re.compile(r"[ \-/]+")
# Two words written as one, such as `ytrue` and `predictedclass`.
_FUSED = re.compile(
    r"(y|true|actual|gold|gt|observed|expected|target|pred|predict|predicted|test|class|label)"
    r"(true|actual|gold|gt|observed|expected|target|pred|predict|predicted|class|classes|label|labels)"
)


def normalise(name: str) -> str:
    """A name for matching only: NFC, no case, no quotes, `_` for blanks, hyphens and slashes."""
    text = unicodedata.normalize("NFC", name).strip().strip("\"'").casefold()
    return _JOINED.sub("_", text)


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, without case: `y_True`, `yTrue` and `y true` have the same."""
    text = unicodedata.normalize("NFC", name).strip().strip("\"'")
    return tuple(
        part for piece in _SEPARATORS.split(text) for word in _CAMEL.split(piece) if word for part in _parts(word)
    )


def _parts(word: str) -> tuple[str, ...]:
    plain = word.casefold()
    fused = None if plain in _UNMISTAKABLE else _FUSED.fullmatch(plain)
    return fused.groups() if fused else (plain,)


def kind_of(name: str) -> NameKind:  # noqa: PLR0911 - a table of cases, in the order in which they apply
    """The kind of column that the name announces; "label" for labels of either side."""
    plain, words = normalise(name), tokens(name)
    if plain in _INDEX:
        return "index"
    for names, kind in _EXACT:
        if plain in names or "_".join(words) in names:
            return kind
    word_set = frozenset(words)
    if _is_score(word_set):
        return "score"
    if word_set & _PREDICTED:
        is_wanted = word_set & _WANTED and word_set & _PREDICTED <= _ANSWERED
        return "truth" if is_wanted else "prediction"
    if plain in _ALONE or (word_set & _TRUTH and word_set <= _TRUTH | _LABEL | _FILLER):
        return "truth"
    if word_set & _CORRECT and word_set & (_LABEL | _ANSWERS) and word_set <= _CORRECT | _LABEL | _ANSWERS | _FILLER:
        return "truth"
    if word_set and word_set <= _LABEL | _FILLER and word_set & _LABEL:
        return "label"
    if plain.endswith("_id") or (word_set and word_set <= {"id", "ids"}):
        return "id"
    return "truth" if _is_truth_within(plain) else "other"


def _is_score(words: frozenset[str]) -> bool:
    is_margin = ("raw" in words and words & _PREDICTED) or words >= _DECISIONS
    return bool(words & _SCORE or is_margin or words == _P_HAT)


def _is_truth_within(name: str) -> bool:
    """Return True if a dotted name, as of a field of an object, ends in one that can only be that of the truth."""
    outer, _, inner = name.rpartition(".")
    return bool(outer) and inner not in _ALONE and not is_bare(inner) and kind_of(inner) == "truth"


def says_right_of_prediction(name: str) -> bool:
    """Return True if a name may say whether a prediction is right, as `prediction_correct` and `is_correct_pred` do."""
    words = {*tokens(name)}
    return bool(words & _CORRECT and words & _PREDICTED)


def says_score(words: Collection[str]) -> bool:
    """Return True if the words around the class in the names of columns say that these hold its scores."""
    said = _SCORE | _PREDICTED | {"p", "pr"}
    return any(word in said or word.startswith("prob") for word in words)


def says_no_score(words: Collection[str]) -> bool:
    """Return True if the words around the class in the names of columns say that these hold something else."""
    return bool(_NO_SCORE & {*words})


def says_no_class(word: str) -> bool:
    """Return True if a word in the name of a column of scores does not refer to their class."""
    return word in _SCORE | _PREDICTED | _LABEL | _FILLER | _TRUTH | _OF_SCORES


def are_of_curve(names: Sequence[str]) -> bool:
    """Return True if the first two columns are named as the coordinates of points of a curve."""
    return {normalise(name) for name in names[:2]} in _CURVES


def is_bare(name: str) -> bool:
    """Return True if the name is a single word that may also be a class, such as true, target, gold or image."""
    words = tokens(name)
    return len(words) == 1 and words[0] not in _UNMISTAKABLE


def join_words(name: str) -> str:
    """The words of a name as one."""
    return "".join(tokens(name))


def without_merge_suffixes(names: Sequence[str]) -> list[str]:
    """Names without the `_x` and `_y` by which pandas tells two columns of one name apart when it merges tables."""
    known = {*names}
    bases = {name.removesuffix("_x") for name in names if name.endswith("_x")} - {""}
    base_of = {base + end: base for base in bases if base + "_y" in known for end in _MERGED}
    return [base_of.get(name, name) for name in names]


def truth_prediction_pairs(names: Sequence[str]) -> list[tuple[int, int]]:
    """The positions of columns of which one is named as the prediction of the other: (truth, prediction).

    `species` and `predicted_species` are such a pair, `F_BAD` and `I_BAD` as SAS names them.
    """
    column_by_words = {join_words(name): column for column, name in enumerate(names) if name}
    column_by_name = {normalise(name): column for column, name in enumerate(names) if name}
    pairs = []
    for column, name in enumerate(names):
        base = "".join(word for word in tokens(name) if word not in _PREDICTED)
        if kind_of(name) == "prediction" and column_by_words.get(base, column) != column:
            pairs.append((column_by_words[base], column))
        key = normalise(name)
        partner = column_by_name.get(_SAS_TRUTH + key.removeprefix(_SAS_PREDICTION))
        if key.startswith(_SAS_PREDICTION) and partner is not None:
            pairs.append((partner, column))
    return pairs


_EXACT: tuple[tuple[frozenset[str], NameKind], ...] = (
    (_SAS_FROM, "truth"),
    (_SAS_INTO, "prediction"),
    (_IDS, "id"),
    (_WEIGHTS, "weight"),
    (_COUNTS, "count"),
    (_FOLDS, "fold"),
    (_TIMES, "time"),
    (_DERIVED, "derived"),
)
