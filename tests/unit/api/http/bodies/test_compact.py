"""Lists that are read in pieces are what they are when they are read at once, their faults included."""

from typing import Any

import msgspec
import numpy as np
import pytest

from api.http.bodies import compact, json_pieces
from api.http.bodies.json_pieces import Pieces
from shared.evaluation.inputs.errors import TooManyClasses
from shared.evaluation.inputs.probability_errors import InvalidProbability
from shared.kit.errors import InvalidInput


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_pieces, "PIECE_BYTES", 64)


def _pieces(content: str) -> Pieces:
    pieces = json_pieces.split(b'{"v": ' + content.encode() + b"}").large["v"]
    assert len(pieces.ends) > 1
    return pieces


def _json(value: Any) -> Pieces:
    return _pieces(msgspec.json.encode(value).decode())


def test_labels_are_coded() -> None:
    vector = [1, "a", 1.0, 2.5, "b,]"] * 20
    coded = compact.labels(_json(vector), "v")

    assert coded.distinct == [1, "a", 2.5, "b,]"]
    assert [coded.distinct[code] for code in coded.codes.tolist()] == vector


def test_label_sets_are_coded_with_their_lengths() -> None:
    sets: list[list[str]] = [["a", "b"], [], ["]["]] * 20
    coded = compact.label_sets(_json(sets), "v")

    assert coded.lengths.tolist() == [2, 0, 1] * 20
    assert [coded.labels.distinct[code] for code in coded.labels.codes.tolist()] == ["a", "b", "]["] * 20


def test_numbers_and_rows_are_arrays() -> None:
    rows = [[0.25, 0.75], [1, 0]] * 30

    assert compact.numbers(_json([0.5, 2] * 50), "v").tolist() == [0.5, 2.0] * 50
    assert np.array_equal(compact.rows(_json(rows), "v"), np.array(rows))


@pytest.mark.parametrize(
    ("read", "content", "sentence"),
    [
        (compact.labels, "[" + "1," * 99 + "null]", "v.99: expected a whole number or a number or text, got null."),
        (compact.labels, "[" + "1," * 99 + "]", "v is not valid JSON"),
        (compact.labels, "[" + "1," * 99 + '"\\u0000"]', "v: must not contain the NUL character."),
        (compact.rows, "[" + "[1,0]," * 40 + '[1,"x"]]', "v.40.1: expected a number, got text."),
        (compact.rows, "[" + "[1,0]," * 40 + "1[,0]]", "The body is not a JSON object"),
        (compact.numbers, "[" + "1," * 99 + '"x"]', "v.99: expected a number, got text."),
    ],
)
def test_a_fault_has_its_place_in_the_whole_list(read: Any, content: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(_pieces(content), "v")

    assert caught.value.faults[0].detail.startswith(sentence)


@pytest.mark.parametrize(("row", "index"), [([1], 40), ([1, 0, 0], 40)])
def test_a_row_of_another_length_is_named(row: list[int], index: int) -> None:
    with pytest.raises(InvalidProbability) as caught:
        compact.rows(_json([*([[1, 0]] * 40), row]), "v")

    assert (caught.value.index, caught.value.vector) == (index, "v")


def test_rows_without_any_number_are_refused() -> None:
    with pytest.raises(InvalidProbability, match=r"v\[0\] is empty; send one probability for each class") as caught:
        compact.rows(_json([[]] * 100), "v")

    assert (caught.value.index, caught.value.vector) == (0, "v")


def test_no_more_distinct_labels_are_kept_than_any_settings_allow() -> None:
    with pytest.raises(TooManyClasses):
        compact.labels(_json([*range(12_000)]), "v")


def test_a_list_of_other_elements_ends_at_their_limit() -> None:
    pieces = _json([{"a": number} for number in range(100)])

    assert len([*compact.elements(pieces, "v", list[Any], 100)]) == 100
    with pytest.raises(InvalidInput, match="v: send at most 99 in one request"):
        [*compact.elements(pieces, "v", list[Any], 99)]
