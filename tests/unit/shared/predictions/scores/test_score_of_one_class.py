import pytest

from shared.predictions import UnreadablePredictions, read_score_table
from shared.predictions.notices import Code


def _table(name: str, low: str, high: str, truth: str = "y_true") -> bytes:
    return f"{truth},{name}\n{low},0.75\n{high},0.25\n{low},0.5\n".encode()


@pytest.mark.parametrize(
    ("name", "low", "high", "truth", "scored"),
    [
        ("neg_prob", "neg", "pos", "truth", "neg"),
        ("no_probability", "no", "yes", "y", "no"),
        ("pno", "no", "yes", "class", "no"),
        ("pyes", "no", "yes", "class", "yes"),
        ("prob_No", "no", "yes", "y", "no"),
        ("prob_no", "No", "Yes", "y", "No"),
        ("probability_false", "False", "True", "y", "False"),
        ("prob_neg", "negative", "positive", "y", "negative"),
        ("prob_negative", "0", "1", "y", 0),
        ("0_prob", "0", "1", "y", 0),
        ("prob_class_0_calibrated", "0", "1", "y", 0),
        ("isbadbuy_0_PREDICTION", "0", "1", "IsBadBuy", 0),
        ("IsBadBuy_0_PREDICTION", "0", "1", "IsBadBuy", 0),
        ("prob_0", "0.0", "1.0", "y_true", 0.0),
        ("prob_-1", "-1", "1", "y_true", -1),
        ("P (y=n)", "n", "y", "label", "n"),
        ("prob_not_spam", "not_spam", "spam", "label", "not_spam"),
        ("p1", "0", "1", "class", 1),
        ("P_BAD1", "0", "1", "F_BAD", 1),
        ("prob_spam_rf", "ham", "spam", "label", "spam"),
        ("y_pred_proba", "0", "1", "y_true", 1),
        ("spam_score", "0", "1", "spam_label", 1),
    ],
)
def test_a_column_is_that_of_the_class_that_its_name_names(
    name: str, low: str, high: str, truth: str, scored: object
) -> None:
    read = read_score_table(_table(name, low, high, truth))

    assert read.scored is not None
    assert read.classes[read.scored] == scored
    assert Code.SECOND_CLASS not in {notice.code for notice in read.notices}


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("1 - prob", "0", "1"),
        ("1-prob", "0", "1"),
        ("prob_normal", "0", "1"),
        ("prob_not_spam", "ham", "spam"),
        ("non_spam_prob", "ham", "spam"),
        ("prob_nonspam", "ham", "spam"),
        ("model_0", "0", "1"),
        ("prob_ham_spam", "ham", "spam"),
    ],
)
def test_a_name_that_may_name_either_class_is_refused(name: str, low: str, high: str) -> None:
    with pytest.raises(UnreadablePredictions, match=f"“{name}” does not say for certain .* such as “prob_{high}”"):
        read_score_table(_table(name, low, high))


@pytest.mark.parametrize(
    "table",
    [
        b"predicted,probability\n1,0.9\n0,0.1\n1,0.7\n",
        b"predict,setosa,virginica\nsetosa,0.9,0.1\nvirginica,0.2,0.8\n",
        b"predicted,probability\nspam,0.9\nham,0.1\n",
    ],
)
def test_a_file_that_names_only_predictions_is_refused(table: bytes) -> None:
    with pytest.raises(UnreadablePredictions, match="is a name of predicted labels"):
        read_score_table(table)
