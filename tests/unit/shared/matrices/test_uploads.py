import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.errors import InvalidInput
from shared.matrices.counting import Vectors
from shared.matrices.uploads import Header, Pasted, read_file, read_pasted


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"cat,dog\ndog,dog\n", Vectors(["cat", "dog"], ["dog", "dog"])),
        (b"actual;predicted\r\ncat;dog\r\n", Vectors(["cat"], ["dog"])),
        (b"predicted\tactual\ncat\tdog\n", Vectors(["dog"], ["cat"])),
        (b"id,y_pred,note,y_true\n7,1,x,0\n", Vectors([0], [1])),
        (b"sep=;\na;b\n", Vectors(["a"], ["b"])),
        (b'"a, b","c ""d"""\n', Vectors(["a, b"], ['c "d"'])),
        (b"y,z\n1,2\n", Vectors([1], [2])),
        (b"1,2\n3,4\n", Vectors([1, 3], [2, 4])),
        (b"0.5,1\n", Vectors([0.5], [1.0])),
        (b"1,one\n", Vectors(["1"], ["one"])),
        (b"\n\n a , b \n\n", Vectors(["a"], ["b"])),
        ("süß,herb\n".encode(), Vectors(["süß"], ["herb"])),
        ("süß,herb\n".encode("cp1252"), Vectors(["süß"], ["herb"])),
        ("süß,herb\n".encode("utf-16"), Vectors(["süß"], ["herb"])),
        (codecs.BOM_UTF8 + "süß,herb\n".encode(), Vectors(["süß"], ["herb"])),
        (b"=1+1,@x\n", Vectors(["=1+1"], ["@x"])),
    ],
)
def test_files_of_any_program_are_read(data: bytes, expected: Vectors) -> None:
    assert read_file(data) == expected


@pytest.mark.parametrize(("header", "samples"), [("auto", 1), ("yes", 1), ("no", 2)])
def test_the_first_row_is_what_its_sender_says(header: Header, samples: int) -> None:
    assert len(read_file(b"actual,predicted\na,b\n", header).actual) == samples


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"actual,predicted\n", "header row but no samples"),
        (b"a,b,c\nd,e,f\n", "3 columns"),
        (b"a\nb\n", "1 column;"),
        (b"a,b\nc\n", "row 2 needs two labels"),
        (b"a,b\nc,\n", "row 2 needs two labels"),
        (b"a,b\0\n", "NUL"),
        (b"\xff\xfea", "an invalid encoding"),
        (b'a,b\n"never closed,c\n', "Line 2 cannot be read"),
        (b"a,b\n" + b"x" * 200_000 + b",y\n", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n\0\0", "NUL"),
    ],
)
def test_what_is_no_table_of_labels_is_told_what_it_lacks(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        read_file(data)
    assert caught.value.faults[0].pointer == "/file"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        vectors = read_file(data)
    except InvalidInput:
        return
    assert len(vectors.actual) == len(vectors.predicted) > 0


def test_labels_are_pasted_in_lines_or_in_one() -> None:
    assert read_pasted(Pasted("a\n b \nc", "a, b,c")) == Vectors(["a", "b", "c"], ["a", "b", "c"])
    assert read_pasted(Pasted("1 \r\n 0\r\n", "1\t0")) == Vectors([1, 0], [1, 0])
    assert read_pasted(Pasted("1 0  1", " 1 1 1 ")) == Vectors([1, 0, 1], [1, 1, 1])
    assert read_pasted(Pasted("New York, Rome", "Rome\nNew York")) == Vectors(
        ["New York", "Rome"], ["Rome", "New York"]
    )


@pytest.mark.parametrize(
    ("actual", "predicted"),
    [
        ('["a", "b c", "a"]', "['a', 'b c', 'b c']"),
        ("[\n  'a',\n  'b c',\n  'a',\n]", "('a', 'b c', 'b c')"),
        ("a\nb c\na", "array(['a', 'b c', 'b c'], dtype='<U3')"),
    ],
)
def test_lists_are_pasted_as_programs_print_them(actual: str, predicted: str) -> None:
    assert read_pasted(Pasted(actual, predicted)) == Vectors(["a", "b c", "a"], ["a", "b c", "b c"])


def test_arrays_of_numbers_are_pasted_as_programs_print_them() -> None:
    assert read_pasted(Pasted("[0 1 1\n 0]", "[0, 1, 1, 1]")) == Vectors([0, 1, 1, 0], [0, 1, 1, 1])
    assert read_pasted(Pasted("array([0., 1.])", "tensor([0., 1.5])")) == Vectors([0.0, 1.0], [0.0, 1.5])


def test_a_label_may_look_like_the_beginning_of_a_list() -> None:
    assert read_pasted(Pasted("[PAD]\n[CLS]", "[PAD]\n[PAD]")) == Vectors(["[PAD]", "[CLS]"], ["[PAD]", "[PAD]"])


def test_an_empty_list_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_pasted(Pasted("a", " \n"))
    assert [fault.pointer for fault in caught.value.faults] == ["/predicted"]
