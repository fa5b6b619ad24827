"""The summary of a run, made while its file is read: it answers everything that needs no rows."""

import zlib
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.evaluation.confusion.matrix import ConfusionMatrix, FilledCells, from_cells
from shared.evaluation.curves.area_spread import AreaSpread
from shared.evaluation.multilabel.label_set_counts import LabelSetCounts
from shared.evaluation.types import Label

PredictionSource = Literal["column", "highest score", "threshold", "flag"]
# Of `correctness`, `classes` are those of the flag: right, and wrong, and all samples are right by the truth.
# Of `multilabel`, `classes` are the labels, a code in the rows is a set of them, and there is no matrix.
Task = Literal["classification", "correctness", "multilabel"]
ScoreKind = Literal["probabilities", "one-vs-rest", "margins", "confidence"]
ShownTask = Literal["binary", "multiclass", "correctness", "multilabel"]

_TWO = 2


def json_text(labels: list[Label]) -> str:
    """A set of labels as its text."""
    return msgspec.json.encode(labels).decode()


class SliceTable(msgspec.Struct, frozen=True):
    """The counts of one column of metadata: combinations of value, actual and predicted class that occur.

    `codes` are int64 triples in that order, `counts` their numbers of rows; None where the column has too many values.
    Of weighted rows `weights` and `squares` are the float64 sums of their weights and of the squares of these.
    """

    column: str
    values: list[str] = []
    codes: bytes | None = None
    counts: bytes | None = None
    weights: bytes | None = None
    squares: bytes | None = None

    def triples(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The combinations, of shape (m, 3), and their counts."""
        assert self.codes is not None and self.counts is not None, "callers ask for columns that are sliced"  # noqa: PT018 - one fact
        return np.frombuffer(self.codes, np.int64).reshape(-1, 3), np.frombuffer(self.counts, np.int64)

    def matrix(self, classes: Sequence[Label], chosen: slice | NDArray[np.bool_] = slice(None)) -> ConfusionMatrix:
        """The confusion matrix of the combinations of one value; of all of them where none are chosen."""
        triples, counts = self.triples()
        k = len(classes)
        keys, places = np.unique(triples[chosen, 1] * k + triples[chosen, 2], return_inverse=True)

        def summed(values: NDArray[Any]) -> ConfusionMatrix:
            sums = np.zeros(len(keys), values.dtype)
            np.add.at(sums, places, values[chosen])
            return from_cells(tuple(classes), FilledCells(keys // k, keys % k, sums))

        rows = summed(counts)
        if self.weights is None or self.squares is None:
            return rows
        weights, squares = (summed(np.frombuffer(sums, np.float64)).counts for sums in (self.weights, self.squares))
        return ConfusionMatrix(rows.classes, weights, rows.counts, squares)


class ScoreColumn(msgspec.Struct, frozen=True):
    """A column of scores: its name, the position of its class (None: the predicted one), and the exact AUC.

    `name` is that in the file, and the scores are stored as `s_0`, `s_1` and so on in this order.
    """

    name: str
    class_position: int | None
    dtype: str


class RowsPiece(msgspec.Struct, frozen=True):
    """An object with some of the canonical rows: its name, its size, and the code in the run of each code in it."""

    name: str
    size_bytes: int
    codes: list[int]


class StoredCells(msgspec.Struct, frozen=True):
    """The cells of a matrix that are not zero, row by row: positions of their classes as uint16, counts as int64."""

    rows: bytes
    columns: bytes
    counts: bytes

    @classmethod
    def of(cls, matrix: ConfusionMatrix) -> "StoredCells":
        """Those of a matrix."""
        rows, columns, counts = matrix.cells
        return cls(rows.astype(np.uint16).tobytes(), columns.astype(np.uint16).tobytes(), counts.tobytes())

    def read(self) -> FilledCells:
        """The cells as arrays."""
        rows, columns = (np.frombuffer(part, np.uint16).astype(np.int64) for part in (self.rows, self.columns))
        return FilledCells(rows, columns, np.frombuffer(self.counts, np.int64))


class RunSummary(msgspec.Struct, frozen=True):
    """The counts of a run, its classes, and what its scores are."""

    rows: int
    classes: list[Label]
    # k rows of k whole numbers: actual classes by predicted ones, int64; none of many classes, which have `cells`.
    counts: bytes
    # The position in `classes` of each code in the canonical rows.
    class_of_code: list[int]
    predicted_by: PredictionSource
    scores: list[ScoreColumn]
    score_kind: ScoreKind | None
    threshold: float | None
    # The exact area under the ROC curve of each class against the rest.
    roc_auc: list[float | None] | None
    metadata: list[str]
    has_ids: bool
    # How far it varies; None in runs that were read before it was measured.
    roc_auc_spread: list[AreaSpread | None] | None = None

    task: Task = "classification"
    # The positions of the labels of each set, in the order that `class_of_code` refers to.
    label_sets: list[list[int]] = []
    label_counts: LabelSetCounts | None = None

    # Of weighted rows k rows of k sums of their weights, and of the squares of these, float64; the column in the file.
    weights: bytes | None = None
    squares: bytes | None = None
    weight_column: str | None = None

    # In the order of the rows; none where one object has all of them.
    pieces: list[RowsPiece] = []

    cells: StoredCells | None = None

    # Whether the scores of each row were divided by their sum.
    is_normalised: bool = False

    @property
    def has_labels(self) -> bool:
        """Whether the run has actual and predicted labels."""
        return self.task != "correctness"

    @property
    def is_weighted(self) -> bool:
        """Whether the rows have weights, any of which is another one than 1."""
        return self.weights is not None

    @property
    def is_multilabel(self) -> bool:
        """Whether each sample has any number of labels."""
        return self.task == "multilabel"

    def has_label(self, position: int) -> NDArray[np.bool_]:
        """Which positions that codes refer to have the label at one: its class alone, or the sets that hold it."""
        sets = self.label_sets if self.is_multilabel else [[at] for at in range(len(self.classes))]
        return np.array([position in labels for labels in sets], bool)

    @property
    def row_labels(self) -> list[Label]:
        """What a row has on a side, by the position that its code refers to: a class, or the text of a set."""
        if not self.is_multilabel:
            return self.classes
        return [json_text([self.classes[at] for at in labels]) for labels in self.label_sets]

    @property
    def shown_task(self) -> ShownTask:
        """The task as answers name it."""
        if self.task != "classification":
            return self.task
        return "binary" if len(self.classes) == _TWO else "multiclass"

    @property
    def errors(self) -> int:
        """The number of rows that are predicted wrongly; of sets, those that differ in any label."""
        if self.label_counts is not None:
            return self.rows - self.label_counts.exact
        matrix = self.matrix.of_rows
        return int(matrix.sample_count - matrix.hits.sum())

    @property
    def matrix(self) -> ConfusionMatrix:
        """The confusion matrix, of weighted rows with the sums of their weights as counts."""
        k, classes = len(self.classes), tuple(self.classes)
        if self.cells is not None:
            return ConfusionMatrix(classes, self.cells.read())
        rows = np.frombuffer(self.counts, np.int64).reshape(k, k)
        if self.weights is None or self.squares is None:
            return ConfusionMatrix(classes, rows)
        weights, squares = (np.frombuffer(sums, np.float64).reshape(k, k) for sums in (self.weights, self.squares))
        return ConfusionMatrix(classes, weights, rows, squares)


def packed(summary: RunSummary) -> bytes:
    """A summary as it is stored."""
    return zlib.compress(msgspec.msgpack.encode(summary), level=1)


def unpacked(data: bytes) -> RunSummary:
    """What `packed` made."""
    return msgspec.msgpack.decode(zlib.decompress(data), type=RunSummary)
