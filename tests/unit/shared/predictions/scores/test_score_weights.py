import pytest
from sklearn.metrics import roc_auc_score

from shared.curves import LabelledProbabilities, check, pack, unpack
from shared.evaluation.curves.one_vs_rest import count_class
from shared.evaluation.curves.roc_and_pr import roc_area
from shared.predictions import UnreadablePredictions, read_score_table
from shared.predictions.notices import Code

LABELS, SCORES, WEIGHTS = [1, 0, 1, 0], [0.8, 0.3, 0.1, 0.6], [10, 1, 1, 5]


def _table(header: str, *, two_columns: bool = False) -> bytes:
    rows = [header]
    for label, score, weight in zip(LABELS, SCORES, WEIGHTS, strict=True):
        scores = f"{1 - score:.1f},{score}" if two_columns else f"{score}"
        rows.append(f"{label},{scores},{weight}")
    return "\n".join(rows).encode()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("y_true,score,sample_weight", Code.WEIGHTED),
        ("y_true,score,SampleWeight", Code.WEIGHTED),
        ("y_true,score,sampleWeights", Code.WEIGHTED),
        ("y_true,score,obs_weight", Code.WEIGHTED),
        ("y_true,score,count", Code.COUNTED),
        ("y_true,prob_0,prob_1,sample_weight", Code.WEIGHTED),
        ("y_true,prob_0,prob_1,count", Code.COUNTED),
    ],
)
def test_curves_are_weighted_by_the_column_of_weights(header: str, code: Code) -> None:
    read = read_score_table(_table(header, two_columns="prob_0" in header))

    sent = LabelledProbabilities(read.labels, read.rows, read.classes, read.weights, read.scored)
    inputs = unpack(pack(check(sent, max_classes=9, max_label_length=9)))
    area = roc_area(count_class(inputs.probabilities, inputs.codes, 1, inputs.weights, scored=inputs.scored))
    assert area == pytest.approx(roc_auc_score(LABELS, SCORES, sample_weight=WEIGHTS))
    assert [notice.code for notice in read.notices] == [code]


@pytest.mark.parametrize("header", ["y_true,score,weight", "y_true,score,count,age"])
def test_a_column_that_may_as_well_be_a_measurement_is_not_used_with_a_word(header: str) -> None:
    table = _table(header) if "age" not in header else b"y_true,score,count,age\n1,0.8,3,40\n0,0.3,1,50\n"

    read = read_score_table(table)

    assert (read.weights, [notice.code for notice in read.notices]) == (None, [Code.WEIGHT_UNUSED])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"y,score,sample_weight\n1,0.8,1\n0,0.3,x\n", "Line 3: the weight “x” in “sample_weight” is not a number"),
        (b"y,score,count\n1,0.8,1\n0,0.3,1.5\n", "Line 3: the count “1.5” in “count” is not a whole number"),
        (b"y,score,obs_weight,SampleWeight\n1,0.8,1,1\n0,0.3,1,1\n", "both hold weights"),
    ],
)
def test_weights_that_are_none_are_refused_by_name(table: bytes, words: str) -> None:
    with pytest.raises(UnreadablePredictions, match=words):
        read_score_table(table)
