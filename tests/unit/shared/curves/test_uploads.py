import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.curves.inputs import LabelledProbabilities
from shared.curves.uploads import read_scores
from shared.kit.errors import InvalidInput


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b"label,cat,dog\ncat,0.8,0.2\ndog,.4,6e-1\n",
            LabelledProbabilities(["cat", "dog"], [[0.8, 0.2], [0.4, 0.6]], ["cat", "dog"]),
        ),
        (b"cat;y_true;dog\n0.8;cat;0.2\n", LabelledProbabilities(["cat"], [[0.8, 0.2]], ["cat", "dog"])),
        (
            b"label;cat;dog\ncat;0,8;0,2\ndog;0,4;6e-1\n",
            LabelledProbabilities(["cat", "dog"], [[0.8, 0.2], [0.4, 0.6]], ["cat", "dog"]),
        ),
        (b"cat,0.8,0.2\ndog,0.4,0.6\n", LabelledProbabilities(["cat", "dog"], [[0.8, 0.2], [0.4, 0.6]])),
        (b"target,0,1\n1,0.25,0.75\n", LabelledProbabilities([1], [[0.25, 0.75]], [0, 1])),
        (b"y_true\tscore\n0\t0.25\n1\t0.75\n", LabelledProbabilities([0, 1], [[0.75, 0.25], [0.25, 0.75]], [0, 1])),
        (b"no,0.25\nyes,0.75\n", LabelledProbabilities(["no", "yes"], [[0.75, 0.25], [0.25, 0.75]], ["no", "yes"])),
    ],
)
def test_tables_of_labels_and_probabilities_are_read(data: bytes, expected: LabelledProbabilities) -> None:
    assert read_scores(data) == expected


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b" \n", "The table is empty"),
        (b"label,cat,dog\n", "header row but no samples"),
        (b"label,cat,dog\ncat,0.8\ndog,0.1,0.9\n", "Row 3"),
        (b"cat,0.8,0.2\ndog,0.1,x\n", "Row 2"),
        (b"label\ncat\n", "Row 2"),
        (b"label,cat,dog\n,0.8,0.2\n", "Row 2"),
        (b"label,score\na,0.1\nb,0.2\nc,0.3\n", "have 3"),
        (b"label,cat,dog\ncat,nan,0.2\n", "Row 2"),
    ],
)
def test_what_is_no_such_table_is_told_what_it_lacks(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_scores(data)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        sent = read_scores(data)
    except InvalidInput:
        return
    assert len(sent.actual_vector) == len(sent.probability_vector) > 0
