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
@pytest.mark.parametrize("before", ["", "sex,"])
def test_predicted_labels_are_no_scores(header: str, rows: str, before: str) -> None:
    name = header.partition(",")[2]
    lines = [before and f"{row % 2}," for row in range(3)]
    text = "\n".join([before + header, *map(str.__add__, lines, rows.split())])

    with pytest.raises(UnreadablePredictions, match=f"“{name}” holds predicted labels, of which"):
        read_score_table(text.encode())


@pytest.mark.parametrize("header", ["class,confidence", "label,conf", "name,class,confidence", "class,confidence,xmin"])
def test_what_a_detector_found_is_no_table_of_actual_labels(header: str) -> None:
    cells = {"class": "car van car", "label": "car van car", "confidence": ".9 .8 .7", "conf": ".9 .8 .7"}
    cells |= {"name": "x y z", "xmin": "14 15 90"}
    rows = zip(*(cells[name].split() for name in header.split(",")), strict=True)
    text = "\n".join([header, *map(",".join, rows)])

    with pytest.raises(UnreadablePredictions, match="says how sure a model is of the class that it predicts"):
        read_score_table(text.encode())

    named = text.replace("class", "actual").replace("label", "actual")
    assert read_score_table(named.encode()).labels == ["car", "van", "car"]


def test_a_score_beside_a_label_is_that_of_a_class() -> None:
    assert read_score_table(b"label,score\n1,.9\n0,.8\n1,.7\n").scored == 1
    assert read_score_table(b"label,confidence_1\n1,.9\n0,.8\n1,.7\n").scored == 1


def test_the_answers_of_a_model_of_which_the_scores_have_the_name_are_not_the_truth() -> None:
    rows = "cat,cat,0.9,0.1\ndog,cat,0.6,0.4\ndog,dog,0.2,0.8\ncat,dog,0.3,0.7\n"

    with pytest.raises(UnreadablePredictions, match="“pet” and “Naive Bayes” may both be the actual labels"):
        read_score_table(f"pet,Naive Bayes,Naive Bayes (cat),Naive Bayes (dog)\n{rows}".encode())

    wrong = rows.replace("cat,cat", "cat,dog")
    named = read_score_table(f"breed,pet,P (pet=cat),P (pet=dog)\n{wrong}".encode())
    assert named.labels == ["dog", "cat", "dog", "dog"]
