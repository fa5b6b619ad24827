import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.evaluation.types import Label
from shared.predictions import ColumnOrder, Header, ReadLabels, UnreadablePredictions, read_label_table
from shared.predictions.notices import Code, Notice
from shared.predictions.values import NO_VALUE

BODY = "cat,cat\ndog,dog\ncat,dog\ndog,dog\n"
ACTUAL, PREDICTED = ["cat", "dog", "cat", "dog"], ["cat", "dog", "dog", "dog"]


def _codes(read: ReadLabels) -> set[Code]:
    return {notice.code for notice in read.notices}


@pytest.mark.parametrize(
    "header",
    [
        "true_label,predicted_label",
        "y_Actual,y_Predicted",
        "Label,PredictedLabel",
        "obs,pred",
        "gt,pred",
        "y,y_hat",
        "y,yhat",
        "y_test,y_pred",
        "truth,.pred_class",
        "truth,estimate",
        "truth,response",
        "TrueLabel,PredLabel",
        "Ground Truth,Prediction",
        "ground-truth-label,model_prediction",
        "class,Prediction (class)",
        "species,predicted_species",
        "outcome,pred",
        "label,Scored Labels",
        "F_BAD,I_BAD",
        "references,predictions",
        "target,prediction",
        "labels,preds",
        "expected,output",
        "gold_label,guess",
        "Actual Class,Predicted Class",
        "observed,forecast",
        "y_real,y_estimated",
        "ytrue,ypred",
        "actualclass,predictedclass",
        "labelTrue,labelPred",
        "correct_label,model_prediction",
        "gold_standard,prediction",
        "Survived,Survived_pred",
        '"y_true","y_pred"',
        "\ufeffy_true,y_pred",
    ],
)
def test_a_header_of_any_program_is_no_sample_and_names_the_columns(header: str) -> None:
    read = read_label_table(f"{header}\n{BODY}".encode())

    assert (read.actual, read.predicted, read.notices) == (ACTUAL, PREDICTED, [])


@pytest.mark.parametrize(
    "header",
    [
        "predicted_label,true_label",
        "y_Predicted,y_Actual",
        "Guesses,True Labels",
        "Prediction (class),class",
        "y_hat,y",
        "ypred,ytrue",
        "predictedlabel,truelabel",
        "prediction,correct answer",
        "species_pred,species",
        "I_BAD,F_BAD",
    ],
)
@pytest.mark.parametrize("declared", ["auto", "yes"])
def test_a_header_that_names_one_side_suffices_for_the_other_order(header: str, declared: Header) -> None:
    read = read_label_table(f"{header}\n{BODY}".encode(), declared)

    assert (read.actual, read.predicted, read.notices) == (PREDICTED, ACTUAL, [])


@pytest.mark.parametrize(
    ("table", "actual", "predicted"),
    [
        ("img_id,true_label,predicted_label\na1,3,3\na2,3,2\n", [3, 3], [3, 2]),
        ("index,image,y_true,y_pred,probability,is_correct\n0,a,x,y,0.9,False\n1,b,y,y,0.8,True\n", "xy", "yy"),
        (",y_true,y_pred\n0,x,y\n1,y,y\n", "xy", "yy"),
        ("Unnamed: 0,target,pred\n0,x,y\n1,y,y\n", "xy", "yy"),
        ("inst#,actual,predicted,error,prediction\n1,1:no,2:yes,+,0.7\n2,2:yes,2:yes,,0.9\n", ["1:no", "2:yes"],
         ["2:yes", "2:yes"]),
        ("pred,obs,A,B,rowIndex,Resample\nA,B,0.7,0.3,1,Fold1\nB,B,0.1,0.9,2,Fold1\n", "BB", "AB"),
        ("row_ids,truth,response,prob.x,prob.y\n1,x,y,0.2,0.8\n2,y,y,0.1,0.9\n", "xy", "yy"),
        ("Label,PredictedLabel,Score,Probability\n1,0,-2.5,0.07\n1,1,3.5,0.97\n", [1, 1], [0, 1]),
        ("Species,.pred_class,.pred_x,.pred_y\nx,y,0.2,0.8\ny,y,0.1,0.9\n", "xy", "yy"),
        ("class,Prediction (class),P (class=x),P (class=y)\nx,y,0.2,0.8\ny,y,0.1,0.9\n", "xy", "yy"),
        ("bad,bad_1_PREDICTION,bad_0_PREDICTION,bad_PREDICTION,THRESHOLD\n1,0.2,0.8,0,0.5\n0,0.1,0.9,0,0.5\n", [1, 0],
         [0, 0]),
        ("label,Scored Labels,Scored Probabilities\n1,0,0.3\n1,1,0.8\n", [1, 1], [0, 1]),
        ("y,prediction_label,prediction_score\n1,1,0.93\n0,1,0.61\n", [1, 0], [1, 1]),
        ("predict,p0,p1,y\n1,0.12,0.88,1\n0,0.97,0.03,1\n", [1, 1], [1, 0]),
        ("id,y_pred_proba_x,y_pred_proba_y,y_pred,y_true\n0,0.1,0.9,y,x\n1,0.2,0.8,y,y\n", "xy", "yy"),
    ],
)  # fmt: skip
def test_tables_of_more_columns_are_read_by_their_names(
    table: str, actual: list[object], predicted: list[object]
) -> None:
    read = read_label_table(table.encode())

    assert (read.actual, read.predicted, read.notices) == ([*actual], [*predicted], [])


def test_a_file_without_names_is_read_in_its_order_and_says_so() -> None:
    read = read_label_table(b"cat,dog\ndog,dog\n")

    assert (read.actual, read.predicted) == (["cat", "dog"], ["dog", "dog"])
    assert [notice.sentence for notice in read.notices] == [
        "Nothing names the columns: column 1 was taken for the actual labels and column 2 for the predicted ones."
    ]


@pytest.mark.parametrize("order", ["actual-first", "predicted-first"])
def test_the_order_that_is_said_overrides_the_names(order: ColumnOrder) -> None:
    read = read_label_table(f"y_pred,y_true\n{BODY}".encode(), order=order)

    assert read.actual == (ACTUAL if order == "actual-first" else PREDICTED)
    assert read.notices == []


@pytest.mark.parametrize(
    "table",
    ["X,X\n3,3\n9,3\n", "cat,dog\ndog,cat\n", "target,clutter\ntarget,target\n", "true,false\ntrue,true\n",
     "1,2\n3,4\n", "gold,silver\nsilver,gold\n"],
)  # fmt: skip
def test_a_first_row_that_is_like_the_rows_below_is_a_sample(table: str) -> None:
    read = read_label_table(table.encode())

    assert len(read.actual) == table.count("\n")
    assert Code.FIRST_ROW_SAMPLE not in _codes(read)


def test_a_first_row_that_nothing_decides_is_taken_for_a_sample_with_a_word() -> None:
    read = read_label_table(b"emu,rhea\ncat,cat\ndog,cat\n")

    assert read.actual == ["emu", "cat", "dog"]
    assert _codes(read) == {Code.FIRST_ROW_SAMPLE, Code.COLUMNS_UNNAMED}


def test_a_first_row_of_two_texts_that_never_occur_again_is_taken_for_a_header_where_all_others_do() -> None:
    read = read_label_table(f"Wahrheit,Vorhersage\n{BODY}".encode())

    assert (read.actual, _codes(read)) == (ACTUAL, {Code.FIRST_ROW_HEADER, Code.COLUMNS_UNNAMED})


def test_words_above_numbers_are_taken_for_a_header_with_a_word() -> None:
    read = read_label_table(b"first,second\n1,2\n2,2\n")

    assert read.actual == [1, 2]
    assert _codes(read) == {Code.FIRST_ROW_HEADER, Code.COLUMNS_UNNAMED}


@pytest.mark.parametrize(("header", "samples"), [("auto", 1), ("yes", 1), ("no", 2)])
def test_the_first_row_is_what_its_sender_says(header: Header, samples: int) -> None:
    assert len(read_label_table(b"actual,predicted\na,b\n", header).actual) == samples


@pytest.mark.parametrize(
    ("table", "right"),
    [
        ("001,1\n002,002\n01,1\n", 1),
        ("1.1,1.10\n1.10,1.10\n1.2,1.20\n", 1),
        ("1E1,10\n1E2,100\n2E3,2000\n", 0),
        ("+1,1\n2,2\n", 1),
        ("1_000,1000\n5,5\n", 1),
        (".5,0.5\n1,1\n", 1),
        ("1.,1\n2,2\n", 1),
        ("12345678901234567,12345678901234568\n1,1\n", 1),
        ("0x10,16\n1,1\n", 1),
        ("1,1\n２,2\n", 1),
        ("NaN,nan\na,a\n", 1),
        ("-0,0\n1,1\n", 1),
    ],
)
def test_texts_that_differ_are_different_labels_though_they_may_be_the_same_number(table: str, right: int) -> None:
    read = read_label_table(f"actual,predicted\n{table}".encode())

    assert sum(a == p for a, p in zip(read.actual, read.predicted, strict=True)) == right


def test_the_names_that_pandas_gives_to_columns_are_pointed_out() -> None:
    assert Code.FIRST_ROW_SAMPLE in _codes(read_label_table(b"0,1\n3,2\n2,2\n"))
    assert Code.FIRST_ROW_SAMPLE in _codes(read_label_table(b"0,1\n0,0\n1,1\n1,0\n"))
    assert Code.FIRST_ROW_SAMPLE not in _codes(read_label_table(b"1,0\n0,0\n1,1\n1,0\n"))


@pytest.mark.parametrize("header", ["label_x,label_y", "class_x,class_y", "target_x,target_y", "Label_x,Label_y"])
@pytest.mark.parametrize("before", ["", "id,"])
def test_two_columns_that_pandas_merged_are_not_told_apart(header: str, before: str) -> None:
    rows = "".join(f"{before and f'{row},'}{labels}\n" for row, labels in enumerate(BODY.split()))

    with pytest.raises(UnreadablePredictions, match="may both be the actual labels"):
        read_label_table(f"{before}{header}\n{rows}".encode())


def test_empty_rows_at_the_end_of_a_sheet_are_left_out() -> None:
    assert read_label_table(b"a,a\nb,a\n,\n,\n").actual == ["a", "b"]


def test_labels_without_letters_are_samples_and_no_ids() -> None:
    assert read_label_table("★,★\n☆,★\n".encode()).actual == ["★", "☆"]
    assert read_label_table("😀,😀\n😀,😡\n😡,😡\n".encode()).actual == ["😀", "😀", "😡"]


def test_numbers_in_their_usual_form_are_numbers() -> None:
    assert read_label_table(b"y_true,y_pred\n1,1.0\n-2,0.5\n10,10\n").actual == [1, -2, 10]
    assert read_label_table(b"y_true,y_pred\n1,1.0\n-2,0.5\n10,10\n").predicted == [1, 0.5, 10]


def test_equal_numbers_in_two_spellings_beside_texts_are_refused() -> None:
    with pytest.raises(UnreadablePredictions, match=r"write 1 and the predicted ones 1\.0"):
        read_label_table(b"y_true,y_pred\n1,1.0\nbeta,beta\n")


@pytest.mark.parametrize(
    ("table", "actual", "predicted"),
    [
        ("y_true;y_pred\n1;1,0\n0;0,0\n1;0,0\n", [1, 0, 1], [1, 0, 0]),
        ("1;1,0\n0;0,0\n1;0,0\n", [1, 0, 1], [1, 0, 0]),
        ("y_true\ty_pred\n1\t1,0\n0\t0,0\n", [1, 0], [1, 0]),
        ("dog, small;dog\n", ["dog, small"], ["dog"]),
        ("dog, small;dog\ncat;cat\n", ["dog, small", "cat"], ["dog", "cat"]),
        ("1,0\t1\n0,5\t0,5\n", [1, 0.5], [1, 0.5]),
        ("sep=;\na;b\n", ["a"], ["b"]),
        ('"0";","\n', ["0"], [","]),
        ("a\u00a0,\u00a0b\na,\x85b\n", ["a", "a"], ["b", "\x85b"]),
        ('"a, b","c ""d"""\n', ["a, b"], ['c "d"']),
        ("actual|predicted\na|b\n", ["a"], ["b"]),
        ("| actual | predicted |\n|---|:---:|\n| a | b |\n| b | b |\n", ["a", "b"], ["b", "b"]),
        ("actual|predicted\n------|-----\na|b\n", ["a"], ["b"]),
        ("| actual | predicted |\n|:-:|-:|\n| a | b |\n| b | b |\n", ["a", "b"], ["b", "b"]),
        (" actual | predicted \n--------+-----------\n a      | b\n b      | b\n", ["a", "b"], ["b", "b"]),
        ("actual,predicted\na;b,a;c\n", ["a;b"], ["a;c"]),
        ("a,b,\nc,d,\n", ["a", "c"], ["b", "d"]),
        ("# written by a script, today\na,b\nc,d\n", ["a", "c"], ["b", "d"]),
        ("#a,#b\n#b,#b\n", ["#a", "#b"], ["#b", "#b"]),
        ("a,b\r\rc,d\r", ["a", "c"], ["b", "d"]),
        ('5" disk,5" disk\n3" disk,5" disk\n', ['5" disk', '3" disk'], ['5" disk', '5" disk']),
        ("=1+1,@x\n", ["=1+1"], ["@x"]),
        ("NA,null\nnone,NA\n", ["NA", "none"], ["null", "NA"]),
    ],
)
def test_cells_are_cut_where_their_writer_cut_them(table: str, actual: list[object], predicted: list[object]) -> None:
    read = read_label_table(table.encode())

    assert (read.actual, read.predicted) == (actual, predicted)


@pytest.mark.parametrize(
    ("table", "labels"),
    [
        ("y_true;y_pred\n1;1\n1,5;1,5\n2,5;none\n", (["1", "1,5", "2,5"], ["1", "1,5", "none"])),
        ("y_true;y_pred\nnone;1\n1,5;1,5\n", (["none", "1,5"], ["1", "1,5"])),
        ("y_true;y_pred\n1,5;1.5\n2,5;2.5\n", ([1.5, 2.5], [1.5, 2.5])),
    ],
)
def test_a_decimal_comma_is_read_on_both_sides_or_on_neither(
    table: str, labels: tuple[list[Label], list[Label]]
) -> None:
    read = read_label_table(table.encode())

    assert (read.actual, read.predicted) == labels


@pytest.mark.parametrize("table", ["1;1,0\nnone;none\n", "1,5;1.5\n2,5;2,5\n"])
def test_a_comma_on_one_side_and_none_on_the_other_is_refused_beside_texts(table: str) -> None:
    with pytest.raises(UnreadablePredictions, match="write equal labels alike"):
        read_label_table(f"y_true;y_pred\n{table}".encode())


@pytest.mark.parametrize("table", ["1,1\n1.0,beta\n", "beta,1.0\n1,1\n1.0,1.0\n"])
def test_equal_numbers_in_two_spellings_in_one_column_beside_texts_are_refused(table: str) -> None:
    with pytest.raises(UnreadablePredictions, match="write equal labels alike"):
        read_label_table(f"y_true,y_pred\n{table}".encode())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"\n \n", "The file is empty"),
        (b"actual,predicted\n", "nothing below it"),
        (b"y_true\x1fy_pred\na\x1fb\n", "Line 1: here is a control character; write commas or tabs between cells"),
        (b"y_true,y_pred\n1,a,b\n2,b,b\n", "Line 1: this row has 2 cells, and most rows have 3 cells; name the first"),
        (b"a,b,c\nd,e,f\n", "has 3 columns"),
        (b"a\nb\n", "Each row is one cell"),
        (b"a,b\n\nc\nd,e\n", "Line 3: this row has 1 cell, and most rows have 2 cells"),
        (b"y_true,y_pred\na,b\nc,\n", "Line 3: there is no predicted label"),
        (b"a,b\n\0c,d\n", "Line 2: here is a NUL"),
        (b"a,b\n\xff\xfe,c\n", "Line 2: here are bytes that are not UTF-8"),
        (b"\xff\xfea", "not UTF-16"),
        (b'a,b\n"never closed,c\n', "Line 2: this cannot be read as CSV"),
        (b"PK\x03\x04....", "workbook"),
        (b"\x1f\x8b....", "gzip"),
        ("süß,herb\n".encode("cp1252"), "Line 1: here are bytes that are not UTF-8"),
        ("y_true,y_pred\n秋,食\n".encode("shift_jis"), "Line 2: here are bytes"),
        (b"A;B,A;C\n", "can be cut at semicolons and commas alike"),
        (b"y_true,target,y_pred\na,b,c\n", "“y_true” and “target” may both be the actual labels"),
        (b"y_true,y_pred,pred\na,b,c\n", "“y_pred” and “pred” may both be the predicted labels"),
        (b"y_true,y_pred\na,b\ny_true,y_pred\nc,d\n", "Line 3: this row repeats the header"),
        (b"y_true y_pred\na b\n", "Each row is one cell"),
        (b"actual,predicted,count\na,b,1.5\n", "Line 2: “1.5” in “count” is no count"),
        (b"actual,predicted,count\na,b,1e30\n", "The counts in “count” add up to"),
        (b"expected,actual\na,b\nb,b\n", "may both be the actual labels; keep or rename one of them, or say which"),
        (b"x,y,label,prediction\n1,a,a,b\n2,b,b,b\n", "“y” and “label” may both be the actual labels"),
        (b"reference,label,prediction\na,a,b\nb,b,b\n", "“reference” and “label” may both be"),
        (b"target,label,prediction\na,a,b\nb,b,b\n", "“target” and “label” may both be"),
        (b"a,a\n,\nb,a\n", "Line 2: this row is empty"),
        (b"y_true,y_true,y_pred\na,b,c\n", "Two columns have the names"),
        (b"y_true,model_a,model_b\na,b,c\n", "No column is named as the predicted labels"),
        (b"age,sex,y_pred\n1,f,0\n2,m,1\n", "No column is named as the actual labels"),
        (b"id,y_true\n1,a\n2,b\n", "No column is named as the predicted labels"),
    ],
)
def test_what_is_no_table_of_labels_is_refused_with_what_it_lacks(data: bytes, words: str) -> None:
    with pytest.raises(UnreadablePredictions) as caught:
        read_label_table(data)
    assert words in caught.value.detail


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_in_an_encoding_that_says_itself(encoding: str) -> None:
    read = read_label_table("y_true,y_pred\nsüß,秋\n".encode(encoding))

    assert (read.actual, read.predicted) == (["süß"], ["秋"])


@pytest.mark.parametrize(
    ("header", "code", "is_swapped"),
    [
        ("Purchase,prediction_label", Code.ACTUAL_BY_EXCLUSION, False),
        ("pred,species", Code.ACTUAL_BY_EXCLUSION, True),
        ("model,ground_truth", Code.PREDICTED_BY_EXCLUSION, True),
        ("y_pred,baseline", Code.ACTUAL_BY_EXCLUSION, True),
        ("predicted,year", Code.ACTUAL_BY_EXCLUSION, True),
    ],
)
def test_a_header_that_names_one_side_of_two_columns_gives_the_other_with_a_word(
    header: str, code: Code, is_swapped: bool
) -> None:
    read = read_label_table(f"{header}\n{BODY}".encode())

    assert (read.actual, read.predicted) == ((PREDICTED, ACTUAL) if is_swapped else (ACTUAL, PREDICTED))
    assert _codes(read) == {code}


def test_a_response_beside_another_column_is_taken_with_two_words() -> None:
    read = read_label_table(f"response,fitted\n{BODY}".encode())

    assert _codes(read) == {Code.ACTUAL_BY_EXCLUSION, Code.FIRST_ROW_HEADER}


@pytest.mark.parametrize("truth", ["label", "y_true"])
@pytest.mark.parametrize("name", ["id", "index", "image"])
def test_ids_that_occur_again_are_no_labels(name: str, truth: str) -> None:
    with pytest.raises(UnreadablePredictions, match="No column is named as the predicted labels"):
        read_label_table(f"{name},{truth}\n7,a\n7,b\n".encode())


def test_the_one_other_column_of_labels_is_taken_with_a_word() -> None:
    read = read_label_table(b"id,species,y_pred\n1,x,y\n2,y,y\n")

    assert (read.actual, _codes(read)) == (["x", "y"], {Code.ACTUAL_BY_EXCLUSION})


@pytest.mark.parametrize("name", ["sample_weight", "SampleWeight", "obs_weight", "case_weights"])
def test_a_column_that_says_sample_weight_in_any_spelling_counts(name: str) -> None:
    read = read_label_table(f"y_true,y_pred,{name}\n1,1,10\n0,1,0.5\n".encode())

    assert (read.actual, read.predicted, read.weights) == ([1, 0], [1, 1], [10.0, 0.5])
    assert Notice(Code.WEIGHTED, (3,)) in read.notices


def test_weights_are_counted_and_columns_that_may_be_weights_are_not() -> None:
    weighted = read_label_table(b"y_true,y_pred,sample_weight\n1,1,10\n0,1,0.5\n")
    patients = read_label_table(b"y_true,y_pred,weight\n1,1,80\n0,1,75\n")

    assert (weighted.weights, _codes(weighted)) == ([10, 0.5], {Code.WEIGHTED})
    assert (patients.weights, _codes(patients)) == (None, {Code.WEIGHT_UNUSED})
    with pytest.raises(UnreadablePredictions, match="Line 3: the weight “-1”"):
        read_label_table(b"y_true,y_pred,sample_weight\n1,1,10\n0,1,-1\n")


def test_a_table_of_counts_stands_for_as_many_samples() -> None:
    read = read_label_table(b"Actual,Predicted,Count\ncat,cat,2\ncat,dog,0\ndog,dog,1\n")

    assert (read.actual, read.predicted) == (["cat", "cat", "dog"], ["cat", "cat", "dog"])
    assert (read.lines, _codes(read)) == ([2, 2, 4], {Code.COUNTED})


def test_a_count_beside_other_columns_is_not_used_and_said_to_be_so() -> None:
    read = read_label_table(b"id,y_true,y_pred,n\n1,a,a,7\n2,b,a,9\n")

    assert (len(read.actual), _codes(read)) == (2, {Code.WEIGHT_UNUSED})


def test_labels_without_a_common_one_are_pointed_out() -> None:
    assert Code.NO_COMMON_LABEL in _codes(read_label_table(b"y_true,y_pred\ncat,0\ndog,1\n"))


def test_labels_that_differ_in_spaces_are_merged_with_a_word() -> None:
    merged = read_label_table(b"y_true,y_pred\ncat ,cat\ndog,dog\n")

    assert (merged.actual, _codes(merged)) == (["cat", "dog"], {Code.SPACES})
    assert read_label_table(b"y_true , y_pred\ncat , dog\n").notices[1:] == []


# A word such as `NIL` among numbers is refused, and is no label there.
LABELS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and text.casefold() not in NO_VALUE
)


@given(
    st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=30),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from([["y_true", "y_pred"], ["Actual", "Predicted"], None]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_as_csv_is_read_as_it_was(
    pairs: list[tuple[str, str]], delimiter: str, quoting: int, header: list[str] | None, end: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type] # csv types its constants apart
    writer.writerows([header, *pairs] if header else pairs)

    read = read_label_table(text.getvalue().encode(), "yes" if header else "no")

    assert len(read.actual) == len(read.predicted) == len(pairs)
    assert read.lines == list(range(1 + bool(header), 1 + bool(header) + len(pairs)))
    shown: dict[object, set[str]] = {}
    found = [*read.actual, *read.predicted]
    written = [*(a for a, _ in pairs), *(p for _, p in pairs)]
    for label, cell in zip(found, written, strict=True):
        shown.setdefault(label, set()).add(cell)
    # Different texts stay different labels, but for the two usual forms of a whole number.
    assert all(len(cells) == 1 or {f"{label:g}", f"{label:.1f}"} >= cells for label, cells in shown.items())
    if any(isinstance(label, str) for label in found):
        assert found == written


@given(st.lists(st.tuples(LABELS, LABELS), min_size=2, max_size=10))
def test_no_row_of_labels_is_lost_without_a_word(pairs: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(pairs)

    try:
        read = read_label_table(text.getvalue().encode())
    except UnreadablePredictions:
        assume(condition=False)
        return

    # A name among random texts is a name.
    assert (
        len(read.actual) == len(pairs)
        or read.decisions[0].role in {"truth", "prediction"}
        or (Code.FIRST_ROW_HEADER in _codes(read))
    )


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        read = read_label_table(data)
    except UnreadablePredictions:
        return
    assert len(read.actual) == len(read.predicted) == len(read.lines) > 0


@pytest.mark.parametrize("text", ["NaN", "#N/A", "n/a", "<NA>", "1.#QNAN"])
def test_a_text_without_a_value_among_numbers_is_refused_and_among_texts_a_label(text: str) -> None:
    with pytest.raises(UnreadablePredictions, match=f"“{text}” stands among labels that are numbers, and is none"):
        read_label_table(f"y_true,y_pred\n1,{text}\n0,0\n".encode())
    assert read_label_table(b"y_true,y_pred\nNA,DE\nDE,NA\n").actual == ["NA", "DE"]


def test_a_text_without_a_value_among_numbers_is_named_with_its_line() -> None:
    with pytest.raises(UnreadablePredictions, match=r"^Line 3: “None” stands among labels that are numbers"):
        read_label_table(b"y_true,y_pred\n1,1\n0,None\n-,nan\n")


@pytest.mark.parametrize("sign", ["?", "-", "--", "*"])
def test_a_sign_among_numbers_is_told(sign: str) -> None:
    read = read_label_table(f"y_true,y_pred\n1,1\n0,{sign}\n".encode())

    assert (read.actual, read.predicted, _codes(read)) == (["1", "0"], ["1", sign], {Code.SIGNS})


def test_signs_beside_texts_are_labels_like_others() -> None:
    assert read_label_table(b"y_true,y_pred\n+,-\n-,-\n").notices == []
    assert read_label_table(b"y_true,y_pred\na,1\n1,-\n").notices == []


def test_labels_of_both_sides_that_look_alike_are_told() -> None:
    assert _codes(read_label_table(b"y_true,y_pred\nCat,cat\ndog,dog\n")) == {Code.LOOK_ALIKE}
    assert _codes(read_label_table(b"y_true,y_pred\n007,7\nx,x\n")) == {Code.LOOK_ALIKE}
    for spelled, other in (
        ("-0", "0"),
        ("1_000", "1000"),
        ('"1,000"', "1000"),
        ("١", "1"),
        ("１", "1"),
        ("inf", "Infinity"),
    ):
        table = f"y_true,y_pred\n{spelled},{other}\nx,x\n".encode()
        assert _codes(read_label_table(table)) == {Code.LOOK_ALIKE}, spelled
    assert _codes(read_label_table(b'y_true,y_pred\n"1,5",15\nx,x\n-inf,inf\n')) == set()
    assert _codes(read_label_table(b"y_true,y_pred\na,A\nA,a\n")) == set()


@pytest.mark.parametrize("header", ["fpr,tpr", "Precision,Recall", "tpr,fpr"])
def test_points_of_a_curve_are_no_samples(header: str) -> None:
    with pytest.raises(UnreadablePredictions, match="are names of the points of a curve; give a row for each sample"):
        read_label_table(f"{header}\n0,0\n0,1\n1,1\n".encode())
