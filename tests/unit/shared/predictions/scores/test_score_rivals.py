import pytest

from shared.predictions import UnreadablePredictions, read_score_table

ROWS = "cat,1,0,0.8,0.2\ndog,0,1,0.4,0.6\n"
CODES = "0,1,0,0.8,0.2\n1,0,1,0.4,0.6\n"


@pytest.mark.parametrize(
    "table",
    [
        f"label,cat,dog,prob_cat,prob_dog\n{ROWS}",
        f"label,cat,dog,model_cat,model_dog\n{ROWS}",
        f"label,pred_cat,pred_dog,cat_score,dog_score\n{ROWS}",
        f"y_true,0,1,prob_0,prob_1\n{CODES}",
        f"y_true,pred_0,pred_1,prob_0,prob_1\n{CODES}",
        f"y_true,score_0,score_1,p0,p1\n{CODES}",
        "y_true,x0,x1,prob_0,prob_1\n0,3.5,-1,0.8,0.2\n1,0.2,0.8,0.4,0.6\n",
    ],
)
def test_probabilities_go_before_other_columns_named_after_the_classes(table: str) -> None:
    assert read_score_table(table.encode()).rows == [[0.8, 0.2], [0.4, 0.6]]


def test_two_sets_of_columns_that_may_both_be_the_scores_are_refused() -> None:
    table = b"label,a_cat,a_dog,b_cat,b_dog\ncat,0.7,0.3,0.8,0.2\ndog,0.1,0.9,0.4,0.6\n"

    with pytest.raises(UnreadablePredictions, match="“a_cat” and “b_cat” may both be scores of the class “cat”"):
        read_score_table(table)
