"""Files that a hurried reader takes for something else: each is refused, asked about, or told of."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.predictions.matrices.count_matrices import SAID
from shared.predictions.notices import Code, Notice
from shared.runs.errors import FileUnreadable
from shared.runs.ingest.file_to_run import IngestedRun
from shared.runs.mapping import MappingQuestion, NeedsMapping
from shared.runs.parts.plans import PartSizes
from tests.unit.shared.runs.part_files import read_in_parts
from tests.unit.shared.runs.reading_files import counts, read

BIRDS = "y_true,y_pred\ncrow,crow\nwren,wren\n"


def asked(folder: Path, data: bytes | str, **columns: Any) -> list[MappingQuestion]:
    with pytest.raises(NeedsMapping) as caught:
        read(folder, data, **columns)
    return list(caught.value.questions)


@pytest.mark.parametrize("header", ["y_true,y_pred", "id,actual class,predicted class"])
def test_a_header_among_the_rows_is_refused_with_its_line(tmp_path: Path, header: str) -> None:
    cells = ["7,crow,crow", "8,wren,crow"] if header.startswith("id") else ["crow,crow", "wren,crow"]

    with pytest.raises(FileUnreadable) as caught:
        read(tmp_path, "\n".join([header, *cells, header, cells[0].replace("7", "9")]))

    assert caught.value.detail == "Line 4: this row repeats the header; remove it."


def test_a_header_among_the_rows_of_a_part_makes_no_run(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(BIRDS * 2)

    with pytest.raises(FileUnreadable, match="this row repeats the header"):
        read_in_parts(path, tmp_path, PartSizes(1, 20))


def test_classes_that_are_called_as_their_columns_are_no_header(tmp_path: Path) -> None:
    assert counts(read(tmp_path, "true,target\ntrue,target\ntarget,true\n", header=True, truth="true",
                       prediction="target")) == (["target", "true"], [[0, 1], [1, 0]])  # fmt: skip


@pytest.mark.parametrize(
    "cell", ["\\N", "(null)", "<null>", "[NULL]", "#NULL!", "#VALUE!", "#DIV/0!", "nan(ind)", "N.A.", "(none)"]
)
@pytest.mark.parametrize("side", ["truth", "prediction"])
def test_a_sign_for_no_value_among_numbers_is_refused_with_its_line(tmp_path: Path, cell: str, side: str) -> None:
    row = f"{cell},1" if side == "truth" else f"1,{cell}"

    with pytest.raises(FileUnreadable) as caught:
        read(tmp_path, f"y_true,y_pred\n1,1\n0,0\n{row}\n")

    said = f"“{cell}” stands among labels that are numbers, and is none; leave out the samples without one."
    assert caught.value.detail == f"Line 4: {said}"


@pytest.mark.parametrize(
    "data",
    [
        ",crow,wren\ncrow,50,3\nwren,4,43\n",
        ",crow,wren\ncrow,0.94,0.06\nwren,0.09,0.91\n",
        "label,crow,wren\nwren,4,43\ncrow,50,3\n",
        "y,0,1\n0,50,3\n1,4,43\n",
        "truth,pred_crow,pred_wren\ncrow,50,0\nwren,0,1\n",
        ",crow,wren,All\ncrow,50,3,53\nwren,4,43,47\nAll,54,46,100\n",
        ",crow,wren\ncrow,50,3\nwren,4,43\nTotal,54,46\n",
        "label,crow,wren\ncrow,94%,6%\nwren,9 %,91 %\n",
        "predicted,crow,wren\ncrow,0.94,0.09\nwren,0.06,0.91\n",
        ",predicted crow,predicted wren\nactual crow,0.94,0.06\nactual wren,0.09,0.91\n",
    ],
    ids=[
        "counts",
        "shares",
        "in another order",
        "numbers",
        "named",
        "totals",
        "a row of totals",
        "percents",
        "transposed",
        "sides",
    ],
)
def test_a_matrix_of_counts_is_no_sample_of_each_class(tmp_path: Path, data: str) -> None:
    (question,) = asked(tmp_path, data)

    assert (question.asks, question.detail) == ("scores", SAID)


@pytest.mark.parametrize(
    "data",
    ["y,0,1\n0,0.9,0.1\n1,0.2,0.8\n", "y,crow,wren\ncrow,2.5,-1\nwren,0,3\n", "y,a,b\na,1,0\nb,0,1\na,1,0\n"],
    ids=["probabilities", "margins", "three rows"],
)
def test_a_sample_of_each_class_is_no_matrix(tmp_path: Path, data: str) -> None:
    assert read(tmp_path, data).finished.summary.rows == data.count("\n") - 1


_FIVE = {name: [0.1 + 0.5 * (at == own) for at in range(5)] for own, name in enumerate("abcde")}


@pytest.mark.parametrize(("order", "is_matrix"), [("abcde", True), ("bdaec", False)])
def test_shares_of_five_classes_are_a_matrix_in_the_order_of_its_columns(
    tmp_path: Path, order: str, *, is_matrix: bool
) -> None:
    data = "\n".join(["y,a,b,c,d,e", *(",".join([name, *map(str, _FIVE[name])]) for name in order)])

    if is_matrix:
        assert [question.detail for question in asked(tmp_path, data)] == [SAID]
    else:
        found = read(tmp_path, data)
        assert (counts(found), found.finished.notices) == (
            ([*"abcde"], np.eye(5).tolist()),
            [Notice(Code.ONE_OF_EACH).sentence],
        )


def test_samples_that_may_be_a_matrix_of_shares_are_told(tmp_path: Path) -> None:
    data = "y,crow,wren\ncrow,0.9,0.1\nwren,0.2,0.8\n"

    assert read(tmp_path, data).finished.notices == [Notice(Code.ONE_OF_EACH).sentence]
    assert read(tmp_path, data, scores={"crow": "crow", "wren": "wren"}).finished.notices == []


@pytest.mark.parametrize(
    "data",
    [
        "y,0,1\n0,0.7,0.3\n0,0.6,0.4\n",
        "medal,gold,bronze\ngold,0.7,0.3\ngold,0.6,0.4\n",
        "y_true,prob_a,prob_b,prob_c\nb,0.1,0.8,0.1\nb,0.3,0.4,0.3\n",
    ],
    ids=["numbers", "words", "three classes"],
)
def test_samples_of_one_class_have_scores_that_rank_nothing(tmp_path: Path, data: str) -> None:
    name, label = data.partition(",")[0], data.splitlines()[1].partition(",")[0]

    (question,) = asked(tmp_path, data)

    assert (question.asks, question.candidates) == ("truth", [name])
    assert question.detail.startswith(f"All samples in “{name}” are of the class “{label}”, so that their scores have")
    assert read(tmp_path, data, truth=name).finished.summary.roc_auc == [None] * (data.splitlines()[0].count(","))


def test_predictions_of_samples_of_one_class_are_counted(tmp_path: Path) -> None:
    assert counts(read(tmp_path, "y_true,y_pred\n0,0\n0,1\n")) == ([0, 1], [[1, 1], [0, 0]])


def test_scores_that_are_named_are_scores(tmp_path: Path) -> None:
    scores = {"crow": "crow", "wren": "wren"}

    found = read(tmp_path, "y,crow,wren\ncrow,50,3\nwren,4,43\n", scores=scores)

    assert counts(found) == (["crow", "wren"], [[1, 0], [0, 1]])


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("form", ["csv", "npz"])
def test_one_column_of_an_encoded_truth_is_not_the_truth(tmp_path: Path, classes: int, form: str) -> None:
    rows = np.eye(classes)[[1, 0, 1, classes - 1]]
    scores = rows * 0.5 + 0.5 / classes
    if form == "npz":
        np.savez(tmp_path / "file.npz", y_true=rows, y_prob=scores)
        data: bytes | str = (tmp_path / "file.npz").read_bytes()
    else:
        header = ",".join([f"{side}_{at}" for side in ("y_true", "y_prob") for at in range(classes)])
        data = "\n".join([header, *(",".join(map(str, [*row, *of])) for row, of in zip(rows, scores, strict=True))])

    (question,) = asked(tmp_path, data)

    assert (question.asks, question.candidates) == ("truth", [f"y_true_{at}" for at in range(classes)])
    assert "write the class of each sample in one column" in question.detail


def said_of(found: IngestedRun) -> list[str]:
    return [notice.split(";")[0] for notice in found.finished.notices]


@pytest.mark.parametrize(
    ("actual", "predicted", "said"),
    [
        ("1 2 3", "0 1 2", ["The actual labels are 1 to 3 and the predicted ones 0 to 2"]),
        ("0 1 2 3", "1 2 3 4", ["The actual labels are 0 to 3 and the predicted ones 1 to 4"]),
        ("-1 1", "0 1", ["The actual labels are -1 to 1 and the predicted ones 0 to 1"]),
        ("1.0 2.0", "0 1", ["The actual labels are 1.0 to 2.0 and the predicted ones 0.0 to 1.0"]),
        ("1 2 3", "1 2 3", []),
        ("0 1 2", "0 1 1", []),
        ("0 1 3", "0 1 2", []),
        ("a 1 2", "a 0 1", []),
    ],
)
def test_classes_that_are_counted_from_two_numbers_are_told(
    tmp_path: Path, actual: str, predicted: str, said: list[str]
) -> None:
    rows = "\n".join(f"{one},{other}" for one, other in zip(actual.split(), predicted.split(), strict=True))

    assert said_of(read(tmp_path, f"y_true,y_pred\n{rows}\n"))[:1] == said or not said
    assert ("each number was counted" in " ".join(read(tmp_path, f"y_true,y_pred\n{rows}\n").finished.notices)) == bool(
        said
    )
