"""What each column of a file is: as its sender says, and otherwise as its name and its cells say."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.runs.previews import Preview

ColumnRole = Literal[
    "truth",
    "prediction",
    "correct",
    "score",
    "id",
    "index",
    "weight",
    "fold",
    "time",
    "derived",
    "slice",
    "text",
    "empty",
    "unused",
]
Asked = Literal["header", "truth", "prediction", "correct", "scores", "weight", "id", "confirmation"]

_Column = Annotated[str, Meta(max_length=500)]


class IndicatorColumns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The columns that say of each sample whether it has a label, and whether it was predicted to have it."""

    truth: Annotated[_Column, Meta(description="Column of 0 and 1: whether a sample has the label.")]
    prediction: Annotated[_Column, Meta(description="Column of 0 and 1: whether the label was predicted.")]


class Indicator(NamedTuple):
    """A label, and the positions of the columns that say whether a sample has it."""

    label: str
    truth: int
    prediction: int


class ColumnsIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The columns of a file by their names; what is not said is inferred, null says that there is no such column."""

    truth: Annotated[_Column | UnsetType, Meta(description="Column of the actual labels.")] = UNSET
    prediction: Annotated[
        _Column | UnsetType | None,
        Meta(description="Column of the predicted labels; null to derive them from the scores."),
    ] = UNSET
    scores: Annotated[
        dict[_Column, _Column] | UnsetType | None,
        Meta(description="Column of the scores of each class, by the label of the class; one is enough of two."),
    ] = UNSET
    confidence: Annotated[
        _Column | UnsetType, Meta(description="Column of the score of the predicted class, whichever class that is.")
    ] = UNSET
    correct: Annotated[
        _Column | UnsetType,
        Meta(description="Column that says whether each sample is right, instead of actual and predicted labels."),
    ] = UNSET
    separator: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1)] | UnsetType,
        Meta(description="Character between the labels of a cell, of samples with any number; lists need none."),
    ] = UNSET
    indicators: Annotated[
        Annotated[dict[_Column, IndicatorColumns], Meta(max_length=1000)] | UnsetType,
        Meta(description="Two columns of 0 and 1 for each label, of samples with any number, by the label."),
    ] = UNSET
    id: Annotated[_Column | UnsetType | None, Meta(description="Column of the sample ids, all different.")] = UNSET
    weight: Annotated[
        _Column | UnsetType | None,
        Meta(description="Column of the weights of the samples; null to count every row once."),
    ] = UNSET
    slices: Annotated[
        Annotated[list[_Column], Meta(max_length=100)] | UnsetType,
        Meta(description="Columns to slice by, at most 100; all suitable ones if omitted."),
    ] = UNSET
    normalise: Annotated[
        bool | UnsetType,
        Meta(description="Divide the scores of each row by their sum, so that they are probabilities; default false."),
    ] = UNSET
    header: Annotated[
        bool | UnsetType, Meta(description="Whether the first row of a text holds the names of the columns.")
    ] = UNSET


class ColumnDecision(msgspec.Struct, frozen=True):
    """What one column was taken for."""

    column: Annotated[str, Meta(description="Name of the column.")]
    role: Annotated[ColumnRole, Meta(description="What the column was taken for.")]
    rule: Annotated[str, Meta(description="Rule that decided: `given` if the request said so.")]
    confidence: Annotated[Literal["certain", "likely", "guess"], Meta(description="How certain the decision is.")]
    evidence: Annotated[str, Meta(description="What the decision rests on.")]
    alternatives: Annotated[list[str], Meta(description="Columns that may have the role instead.")] = []
    class_name: Annotated[str | None, Meta(description="Class that a column of scores is of.")] = None


class MappingQuestion(msgspec.Struct, frozen=True):
    """What the file does not say and nobody guesses; answer it with `PUT /v1/runs/{id}/columns`."""

    asks: Annotated[
        Asked,
        Meta(description="Field of the columns that answers the question; any columns, even none, are a confirmation."),
    ]
    detail: Annotated[str, Meta(description="What is not clear, and how to answer.")]
    candidates: Annotated[list[str], Meta(description="Columns, or classes, that may be the answer.")] = []


class NeedsMapping(Exception):
    """The file can be read only once its sender has answered some questions."""

    def __init__(
        self,
        questions: Sequence[MappingQuestion],
        decisions: Sequence[ColumnDecision] = (),
        preview: Preview | None = None,
    ) -> None:
        self.questions = list(questions)
        self.decisions = list(decisions)
        self.preview = preview
        super().__init__(questions[0].detail)


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """The positions of the columns that are read, and every decision that led to them.

    `flags` are columns that say of each row whether its prediction is right. With `is_correctness` there is nothing
    else to count, and `truth` is such a column. With `is_multilabel` the cells of truth and prediction hold any number
    of labels, or `indicators` stand for both. With `is_normalised` the scores of each row are divided by their sum.
    `notices` say what was not used although its name may mean it.

    `scores` are the columns of scores; `score_classes` their classes, None for a single column whose class the
    whole file tells. With `is_confidence` the single column holds the score of the predicted class.
    """

    truth: int
    prediction: int | None
    scores: list[int]
    score_classes: list[str] | None
    is_confidence: bool
    id: int | None
    folds: list[int]
    flags: list[int]
    slices: list[int]
    texts: list[int]
    empty: list[int]
    decisions: list[ColumnDecision]
    is_correctness: bool = False
    is_multilabel: bool = False
    separator: str | None = None
    indicators: list[Indicator] = []
    weight: int | None = None
    is_normalised: bool = False
    notices: list[str] = []
