from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.types import Label
from shared.predictions import UnreadablePredictions, read_pasted_labels
from shared.predictions.lists.literals import read_items, read_literal
from shared.predictions.notices import Code

WINES = ["red wine", "white wine", "red wine"]


def _both(text: str) -> list[Label]:
    read = read_pasted_labels(text, text)
    assert read.actual == read.predicted
    return read.actual


@pytest.mark.parametrize(
    "text",
    [
        "[0, 1, 1, 0]",
        "[0 1 1 0]",
        "[0 1 1\n 0]",
        "[0. 1. 1. 0.]",
        "[0, 1, 1, 0,]",
        "(0, 1, 1, 0)",
        "[np.int64(0), np.int64(1), np.int64(1), np.int64(0)]",
        "[np.float64(0.0), np.float64(1.0), np.float64(1.0), np.float64(0.0)]",
        "[numpy.int8(0), numpy.int8(1), numpy.int8(1), numpy.int8(0)]",
        "array([0, 1, 1, 0])",
        "array([0, 1, 1, 0], dtype=uint8)",
        "np.array([0, 1, 1, 0])",
        "array([0, 1, 1, 0], shape=(4,))",
        "tensor([0, 1, 1, 0])",
        "tensor([0, 1, 1, 0], device='cuda:0')",
        "[tensor(0), tensor(1), tensor(1), tensor(0)]",
        "Array([0, 1, 1, 0], dtype=int32)",
        "<tf.Tensor: shape=(4,), dtype=int64, numpy=array([0, 1, 1, 0])>",
        "Index([0, 1, 1, 0], dtype='int64')",
        "[[0], [1], [1], [0]]",
        "[[0]\n [1]\n [1]\n [0]]",
        "c(0, 1, 1, 0)",
        "y_true = [0, 1, 1, 0]",
        "Actual: [0 1 1 0]",
        "y <- c(0, 1, 1, 0)",
        "y = np.array([0, 1, 1, 0])",
        "'0'\n'1'\n'1'\n'0'",
        "[1] 0 1 1 0",
        "[1] 0 1\n[3] 1 0",
        "0\n1\n1\n0",
        "0\r\n1\r\n1\r\n0\r\n",
        "0 1 1  0",
        "0, 1,1, 0",
        "0\t1\t1\t0",
        "0; 1; 1; 0",
        "0,\n1,\n1,\n0",
        "0    0\n1    1\n2    1\n3    0\nName: y, dtype: int64",
        "0    0\n1    1\n2    1\n3    0\ndtype: int64",
        "17    0\n3     1\n8     1\n2     0\nName: y, Length: 4, dtype: int64",
        "0    0\n1    1\n2    1\n3    0",
        "['0', '1', '1', '0']",
        '["0", "1", "1", "0"]',
    ],
)
def test_lists_of_numbers_are_read_as_programs_print_them(text: str) -> None:
    assert _both(text) == [0, 1, 1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "['red wine', 'white wine', 'red wine']",
        '["red wine", "white wine", "red wine"]',
        "['red wine' 'white wine' 'red wine']",
        "['red wine'\n 'white wine'\n 'red wine']",
        "[np.str_('red wine'), np.str_('white wine'), np.str_('red wine')]",
        "array(['red wine', 'white wine', 'red wine'], dtype='<U10')",
        "array(['red wine', 'white wine', 'red wine'], dtype=object)",
        "['red wine', 'white wine', 'red wine']\nCategories (2, object): ['red wine', 'white wine']",
        "<StringArray>\n['red wine', 'white wine', 'red wine']\nLength: 3, dtype: string",
        '[1] "red wine"   "white wine" "red wine"',
        "'red wine', 'white wine', 'red wine'",
        "'red wine' 'white wine' 'red wine'",
        '"red wine","white wine","red wine"',
        "'red wine',\n'white wine',\n'red wine'",
        "red wine\nwhite wine\nred wine",
        "red wine, white wine, red wine",
        "[red wine, white wine, red wine]",
        '"red wine"\n"white wine"\n"red wine"',
        "0      red wine\n1    white wine\n2      red wine\nName: y, dtype: object",
        "(b'red wine', b'white wine', b'red wine')",
    ],
)
def test_labels_with_blanks_are_never_split_inside_quotes(text: str) -> None:
    assert _both(text) == WINES


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("['salt, fine', 'pepper']", ["salt, fine", "pepper"]),
        ("['salt, fine' 'pepper']", ["salt, fine", "pepper"]),
        ("['cat (big)', 'dog']", ["cat (big)", "dog"]),
        ("['a]', '[b']", ["a]", "[b"]),
        ("['it\\'s', \"it's\", 'a\\\\b']", ["it's", "it's", "a\\b"]),
        ("['...', 'etc...']", ["...", "etc..."]),
        ("'salt, fine', 'pepper'", ["salt, fine", "pepper"]),
        ("[PAD]\n[CLS]", ["[PAD]", "[CLS]"]),
        ("[True, False]", ["True", "False"]),
        ("[np.True_, np.False_]", ["True", "False"]),
        ("[ True False]", ["True", "False"]),
        ("[true, false]", ["true", "false"]),
        ("['001', '1']", ["001", "1"]),
        ("[1.5, 2]", [1.5, 2]),
        ("[-1, 1]", [-1, 1]),
        ("['秋' '食']", ["秋", "食"]),
        ("don't know, won't tell", ["don't know", "won't tell"]),
        ("cat (big)\ndog", ["cat (big)", "dog"]),
        ("1,0; 0,5", [1, 0.5]),
        ("\ufeffcat\ncat", ["cat", "cat"]),
        ("\u00a0cat\u00a0\ncat", ["cat", "cat"]),
        ('["a\\/b", "\\ud83d\\ude00"]', ["a/b", "😀"]),
    ],
)
def test_a_label_may_hold_whatever_lists_are_made_of(text: str, labels: list[Label]) -> None:
    assert _both(text) == labels


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[0 1 1 ... 0 1 1]", "abridged"),
        ("array([0, 1, 1, ..., 0, 1, 1], shape=(1500,))", "abridged"),
        ("['a', 'b', ..., 'c']", "abridged"),
        ("0\n1\n...\n1", "abridged"),
        ("0, 1, ..., 1", "abridged"),
        ("0 1 ... 1", "abridged"),
        ("0    a\n1    b\n    ..\n9    c\nName: y, Length: 10, dtype: object", "abridged"),
        ("[0, 1, …, 1]", "abridged"),
        ("[[0, 1], [1, 0]]", "holds lists"),
        ("[[0 1]\n [1 0]]", "holds lists"),
        ("[['a'], ['b', 'c']]", "holds lists"),
        ("['a', 'b'", "read to its end"),
        ("['a', 'b']\n['c', 'd']", "read to its end"),
        ("[0 1 1", "never closed"),
        ("[0, , 1]", "no label"),
        ("[None, 1]", "None where a label should be"),
        ("[nan, 1.0]", "nan where a label should be"),
        ("[red wine white wine]", "need quotes"),
        ("['a' 'b', 'c']", "put a comma"),
        ("[1] cat dog cat\nLevels: cat dog", "factor"),
        ("[1] 0 1\n[5] 1 0", "Before the index [5] there are 2"),
        ("{0, 1}", "one flat list"),
        ("dict_values([0, 1])", "one flat list"),
        ("[0 1 1]dtype=int", "one flat list"),
        ("array([0, 1]), array([1, 0])", "one flat list"),
        ("a; b, c", "semicolons and commas"),
        ("[open('x').read()]", "is not a label"),
        ("", "paste at least one label"),
        (" \n ", "paste at least one label"),
    ],
)
def test_what_is_no_list_of_labels_is_refused(text: str, words: str) -> None:
    with pytest.raises(UnreadablePredictions) as caught:
        read_pasted_labels(text, "a\nb")
    assert words in caught.value.detail
    assert caught.value.field == "actual"


def test_a_list_that_runs_a_program_runs_nothing() -> None:
    with pytest.raises(UnreadablePredictions):
        read_pasted_labels("[__import__('os').system('true')]", "1")


@pytest.mark.parametrize(
    ("actual", "predicted"),
    [
        ("actual\ncat\ndog", "predicted\ncat\ncat"),
        ("y_true\ncat\ndog", "y_pred\ncat\ncat"),
        ("y_true\ncat\ndog", "cat\ncat"),
        ("cat\ndog", "Predicted Label\ncat\ncat"),
        ("class\ncat\ndog", "Prediction (class)\ncat\ncat"),
    ],
)
def test_headings_that_were_pasted_with_their_columns_are_no_samples(actual: str, predicted: str) -> None:
    read = read_pasted_labels(actual, predicted)

    assert (read.actual, read.predicted, read.notices) == (["cat", "dog"], ["cat", "cat"], [])


def test_headings_of_the_other_side_are_refused() -> None:
    with pytest.raises(UnreadablePredictions, match="swap"):
        read_pasted_labels("y_pred\ncat\ndog", "y_true\ncat\ncat")


def test_a_first_label_that_occurs_again_is_no_heading() -> None:
    assert read_pasted_labels("true\nfalse\ntrue", "false\nfalse\ntrue").actual == ["true", "false", "true"]
    assert read_pasted_labels("cat\ndog", "cat\ncat").notices == []
    assert read_pasted_labels("True\nFalse", "true\nfalse").actual == ["True", "False"]


def test_lists_of_unequal_length_are_refused_with_both_lengths() -> None:
    with pytest.raises(UnreadablePredictions, match="There are 3 actual and 2 predicted labels"):
        read_pasted_labels("a\nb\nc", "a\nb")


def test_an_empty_line_between_labels_is_named() -> None:
    with pytest.raises(UnreadablePredictions, match="Line 2: the predicted label is empty"):
        read_pasted_labels("a\nb\nc", "a\n\nc")


def test_words_in_one_line_are_separated_at_blanks_with_a_word() -> None:
    read = read_pasted_labels("cat dog", "cat cat")

    assert (read.actual, [notice.code for notice in read.notices]) == (["cat", "dog"], [Code.SPLIT_AT_BLANKS])


def test_codes_that_are_pasted_stay_apart() -> None:
    assert read_pasted_labels("001\n1", "1\n1").actual == ["001", "1"]


@pytest.mark.parametrize(
    ("actual", "predicted", "labels"),
    [
        ("['1,2','1,3','2,3','1']", "['1,2','1,3','1,2,3','1']", ["1,2", "1,3", "2,3", "1"]),
        ("['1,2','1,3']", "['1,2','1,4']", ["1,2", "1,3"]),
        ("1,5\n2,5\n1", "1,5\nnone\n1", ["1,5", "2,5", "1"]),
        ("1,5\n2,5\n1", "[1.5, 2.5, 1.0]", [1.5, 2.5, 1]),
    ],
)
def test_a_decimal_comma_is_read_in_both_lists_or_in_neither(actual: str, predicted: str, labels: list[Label]) -> None:
    assert read_pasted_labels(actual, predicted).actual == labels


@pytest.mark.parametrize(
    "text",
    [
        "shape: (4,)\nSeries: 'y' [i64]\n[\n\t0\n\t1\n\t1\n\t0\n]",
        "4-element Vector{Int64}:\n 0\n 1\n 1\n 0",
        " y \n---\n 0\n 1\n 1\n 0\n(4 rows)",
        "| y |\n|---|\n| 0 |\n| 1 |\n| 1 |\n| 0 |",
        "0    0\n1    1\n2    1\n3    0\ndtype: category\nCategories (2, int64): [0, 1]",
    ],
)
def test_the_frame_of_a_print_is_no_label(text: str) -> None:
    assert _both(text) == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shape: (9,)\nSeries: 'y' [i64]\n[\n\t0\n\t…\n\t1\n]", "abridged"),
        ("3-element Vector{Int64}:\n 0\n 1", "says that it has 3 labels"),
        ("0    1.0\n1    NaN\ndtype: float64", "NaN where a label"),
        ("0    a\n1    <NA>\nName: y, dtype: string", "<NA> where a label"),
        ("a\nb\nLevels: a b", "belongs to a print"),
        ('{"y": 1}\n{"y": 0}', "belongs to a print"),
        ("a  1    0\na  2    1\ndtype: int64", "several indexes"),
        ("<pyarrow.lib.Int64Array object at 0x7f00>\n[\n  1,\n  0\n]", "belongs to a print"),
        ("0,1,1,0\n1,0,1,1", "holds several numbers"),
        ("0 1 1 0\n1 0", "holds several numbers"),
    ],
)
def test_prints_that_cannot_be_read_for_certain_are_refused(text: str, words: str) -> None:
    with pytest.raises(UnreadablePredictions) as caught:
        read_pasted_labels(text, text)
    assert words in caught.value.detail


@pytest.mark.parametrize("name", ["label", "y_true", "pred", "species"])
def test_the_same_heading_on_both_sides_is_no_class(name: str) -> None:
    read = read_pasted_labels(f"{name}\n1\n0", f"{name}\n1\n1")

    assert (read.actual, read.predicted) == ([1, 0], [1, 1])


def test_a_first_word_that_may_be_a_class_is_not_left_out_to_make_the_lists_equal() -> None:
    with pytest.raises(UnreadablePredictions, match="There are 3 actual and 2 predicted"):
        read_pasted_labels("true\nfalse\nfalse", "false\nfalse")


def test_labels_without_letters_that_are_pasted_are_samples() -> None:
    assert read_pasted_labels("★\n☆\n☆", "☆\n☆\n☆").actual == ["★", "☆", "☆"]


@given(st.lists(st.text(max_size=10), min_size=1, max_size=20))
def test_what_python_and_json_print_is_read_as_it_was(labels: list[str]) -> None:
    assert read_literal(repr(labels)) == labels
    assert read_literal(repr(tuple(labels))) == labels
    if "\\x00" not in repr(labels):
        assert read_literal(repr(np.array(labels, object))) == labels


PRINTS: list[Callable[[Any], str]] = [str, repr, lambda array: repr(array.tolist()), lambda array: repr(list(array))]


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=200), st.sampled_from(PRINTS))
def test_what_numpy_prints_of_whole_numbers_is_read_as_it_was(
    numbers: Sequence[int], printed: Callable[[Any], str]
) -> None:
    assert _both(printed(np.array(numbers))) == [*numbers]


@given(st.lists(st.sampled_from([0.0, 1.0, 0.5, 1.25, -3.0]), min_size=1, max_size=50), st.sampled_from(PRINTS))
def test_what_numpy_prints_of_fractions_is_read_as_it_was(
    numbers: Sequence[float], printed: Callable[[Any], str]
) -> None:
    assert [float(text) for text in read_literal(printed(np.array(numbers))) or []] == [*numbers]


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        read = read_pasted_labels(text, text)
    except UnreadablePredictions:
        return
    assert len(read.actual) == len(read.predicted) > 0


@given(st.text(alphabet="[]()'\",. 01ab\n", max_size=40))
def test_no_brackets_break_the_scanner(text: str) -> None:
    try:
        read_literal(text)
        read_items(text)
    except UnreadablePredictions:
        return


def test_deep_and_long_lists_are_read_or_refused_in_time() -> None:
    assert len(read_literal("[" + "1, " * 200_000 + "1]") or []) == 200_001
    with pytest.raises(UnreadablePredictions):
        read_pasted_labels("[" * 100_000 + "1" + "]" * 100_000, "1")


def test_a_text_without_a_value_among_pasted_numbers_is_named_with_its_line() -> None:
    with pytest.raises(UnreadablePredictions, match=r"^Line 2: “NA” stands among labels that are numbers"):
        read_pasted_labels("1\n0\n1", "1\nNA\n0")


def test_numbered_lines_are_labels_without_their_numbers() -> None:
    assert _both("1. cat\n2. dog\n3. cat") == ["cat", "dog", "cat"]
    assert _both("1) cat\n2) dog") == ["cat", "dog"]
    assert _both("2. cat\n1. dog") == ["2. cat", "1. dog"]


@pytest.mark.parametrize(
    ("text", "why"), [("1,5 2,5", "commas and blanks between"), ("0;1 1", "between them"), ("a|b|a", "holds bars")]
)
def test_a_line_with_two_kinds_of_separators_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadablePredictions, match=why):
        read_pasted_labels(text, text)


def test_scores_beside_labels_are_refused_as_in_a_file() -> None:
    with pytest.raises(UnreadablePredictions, match="predicted: These are scores between 0 and 1, not labels"):
        read_pasted_labels("[0, 1, 1]", "[0.2, 0.9, 0.4]")

    assert read_pasted_labels("0 0.5 1", "0.5 0.5 1").predicted == [0.5, 0.5, 1.0]
    assert read_pasted_labels("0 1", "1.0 0.0").predicted == [1.0, 0.0]
