"""Rows that may be the cells of a matrix, and numbers beside labels that may be weights."""

from pathlib import Path

import pytest

from shared.predictions import UnreadablePredictions, read_label_table
from shared.runs.mapping import MappingQuestion, NeedsMapping
from tests.unit.shared.runs.reading_files import counts, read

PAIRS = [("cat", "cat"), ("cat", "dog"), ("dog", "cat"), ("dog", "dog")]
SAID = "Each pair of classes stands in one row, beside a number: this looks like a confusion matrix."


def table(header: str, cells: list[str], pairs: list[tuple[str, str]] = PAIRS) -> str:
    return "\n".join([header, *(",".join([*pair, cell]) for pair, cell in zip(pairs, cells, strict=True))])


LONG = {
    "shares": table("actual,predicted,share", ["0.4", "0.1", "0.2", "0.3"]),
    "values": table("y_true,y_pred,value", ["40", "0", "2", "30"]),
    "percent": table("actual,predicted,percent", ["40%", "10%", "20%", "30%"]),
    "rates of each class": table("actual,predicted,rate", ["0.8", "0.2", "0.4", "0.6"]),
    "totals without a name of counts": table("actual,predicted,total", ["7", "1", "0", "8"]),
    "counts and shares": table("actual,predicted,n,share", ["4,.4", "1,.1", "2,.2", "3,.3"]),
}

# Programs write no zeros, class by class, or the largest number first.
SPARSE = [("cat", "cat"), ("cat", "dog"), ("dog", "dog"), ("dog", "owl"), ("owl", "owl")]
LONG |= {
    "no zeros": table("actual,predicted,value", ["40", "1", "30", "2", "9"], SPARSE),
    "no zeros, by prediction": table("predicted,actual,samples", ["40", "1", "30", "2", "9"], SPARSE),
    "no zeros, largest first": table(
        "actual,predicted,size", ["40", "30", "9", "2", "1"], [SPARSE[at] for at in (0, 2, 4, 3, 1)]
    ),
    "no zeros, shares": table("actual,predicted,share", ["0.5", "0.1", "0.2", "0.1", "0.1"], SPARSE),
}
NUMBERED = "index,actual,predicted,value\n" + "".join(f"{at},{a},{p},{at + 3}\n" for at, (a, p) in enumerate(SPARSE))


def test_row_numbers_are_no_ids_of_samples(tmp_path: Path) -> None:
    with pytest.raises(NeedsMapping) as asked:
        read(tmp_path, NUMBERED)
    with pytest.raises(UnreadablePredictions, match="Each pair of classes stands in one row"):
        read_label_table(NUMBERED.encode())

    assert [question.asks for question in asked.value.questions] == ["weight"]


def test_a_matrix_of_more_pairs_than_are_looked_at_is_asked_about(tmp_path: Path) -> None:
    pairs = [(f"c{one:03}", f"c{other:03}") for one in range(72) for other in range(72)]

    with pytest.raises(NeedsMapping, match="this looks like a confusion matrix"):
        read(tmp_path, table("actual,predicted,value", [str(at % 7) for at in range(len(pairs))], pairs))


@pytest.mark.parametrize("name", LONG)
def test_a_row_for_each_pair_of_classes_is_asked_about_by_runs_and_refused_by_forms(tmp_path: Path, name: str) -> None:
    columns = LONG[name].partition("\n")[0].split(",")[2:]
    so = "send `weight` with the name of its numbers, or `weight: null` to count every row once."

    with pytest.raises(NeedsMapping) as asked:
        read(tmp_path, LONG[name])
    with pytest.raises(UnreadablePredictions) as refused:
        read_label_table(LONG[name].encode())

    assert asked.value.questions == [MappingQuestion("weight", f"{SAID} If it is, {so}", columns)]
    so = f"Call “{columns[0]}” “count”, as the third of three columns, or leave it out if each row is a sample."
    assert refused.value.detail == f"{SAID} {so}"


def test_both_answers_to_the_question_are_read(tmp_path: Path) -> None:
    assert counts(read(tmp_path, LONG["values"], weight="value")) == (["cat", "dog"], [[40, 0], [2, 30]])
    assert counts(read(tmp_path, LONG["values"], weight=None)) == (["cat", "dog"], [[1, 1], [1, 1]])


@pytest.mark.parametrize(
    "text",
    [
        table("actual,predicted,age", ["4", "1", "2"], PAIRS[:3]),
        table("actual,predicted,age", ["4", "1", "2", "7", "9"], [*PAIRS, PAIRS[0]]),
        table("actual,predicted,age", ["4", "9", "2", "7", "5"], [SPARSE[at] for at in (3, 0, 1, 4, 2)]),
        table("actual,predicted,age", ["4", "4", "4", "4"], [SPARSE[at] for at in (3, 0, 4, 1)]),
        table("actual,predicted,site", ["a", "b", "c", "d"]),
        table("actual,predicted,price", ["4.99", "1.2", "20", "7.5"]),
        table("actual,predicted,x1", ["0.4", "0.1", "0.25", "0.93"]),
        table("actual,predicted,loss", ["4.2", "3.1", "0.9", "0.3", "0.01"], SPARSE),
        table("actual,predicted,price", ["4.99", "1.2", "20", "7.5", "3"], SPARSE),
        table("actual,predicted,depth", ["2", "2", "2", "2", "2"], SPARSE),
        "id,actual,predicted,age\n7,cat,cat,4\n8,cat,dog,1\n9,dog,cat,2\n4,dog,dog,3",
        "actual,predicted,score\ncat,cat,.9\ncat,dog,.2\ndog,cat,.8\ndog,dog,.1",
    ],
)
def test_rows_that_are_no_cells_are_samples(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text).finished

    assert (found.summary.rows, found.notices) == (text.count("\n"), [])
    assert len(read_label_table(text.encode()).actual) == text.count("\n")


@pytest.mark.parametrize("name", ["weight", "weights", "w", "importance"])
def test_a_column_that_is_named_as_weights_and_not_used_is_said(tmp_path: Path, name: str) -> None:
    text = f"y_true,y_pred,site,{name}\na,a,x,1\nb,a,y,2.5\n"
    said = f"“{name}” was not used as the weight of each sample; send `weight` with its name if it is that."

    assert read(tmp_path, text).finished.notices == [said]
    assert read(tmp_path, text, weight=None).finished.notices == []
    assert read(tmp_path, text, weight=name).finished.summary.is_weighted


def test_a_count_beside_metadata_is_said(tmp_path: Path) -> None:
    said = "“count” was not used as the weight of each sample; send `weight` with its name if it is that."

    assert read(tmp_path, "y_true,y_pred,site,count\na,a,x,1\nb,a,y,3\n").finished.notices == [said]


def test_a_weight_in_words_or_below_zero_is_metadata(tmp_path: Path) -> None:
    assert read(tmp_path, "y_true,y_pred,weight\na,a,heavy\nb,a,light\n").finished.notices == []
    assert read(tmp_path, "y_true,y_pred,weight\na,a,-1.5\nb,a,2\n").finished.notices == []
