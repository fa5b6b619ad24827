import pytest

from shared.predictions import UnreadablePredictions, read_score_table


def test_the_truth_is_the_column_whose_classes_have_columns_of_scores() -> None:
    read = read_score_table(b"x,y,label,prob_0,prob_1\n3,1,0,0.8,0.2\n4,7,1,0.4,0.6\n5,0,1,0.3,0.7\n")

    assert (read.labels, read.classes) == ([0, 1, 1], [0, 1])


def test_two_columns_that_may_both_be_the_truth_are_refused() -> None:
    with pytest.raises(UnreadablePredictions, match="“target” and “label” may both be the actual labels"):
        read_score_table(b"target,label,prob\n1,0,0.8\n0,1,0.3\n1,1,0.4\n")


def test_one_column_of_an_encoded_truth_is_not_the_truth() -> None:
    with pytest.raises(UnreadablePredictions, match="“y_true_0” and “y_true_1” may both be the actual labels"):
        read_score_table(b"y_true_0,y_true_1,y_prob_0,y_prob_1\n0,1,0.2,0.8\n1,0,0.6,0.4\n0,1,0.3,0.7\n")


@pytest.mark.parametrize("header", ["y_true,y_pred", "real,forecast", "Actual,Predicted"])
@pytest.mark.parametrize("rows", ["0,0\n1,0\n1,1\n", "1,1\n2,1\n2,2\n"])
def test_predicted_labels_are_no_scores(header: str, rows: str) -> None:
    name = header.partition(",")[2]

    with pytest.raises(UnreadablePredictions, match=f"“{name}” holds predicted labels, of which"):
        read_score_table(f"{header}\n{rows}".encode())
