"""Parameters of queries about detection runs."""

from typing import Annotated

from litestar.params import QueryParameter

from shared.evaluation.detection.error_types import BACKGROUND, ErrorType
from shared.evaluation.detection.foreign_matrices import MatrixProfile
from shared.evaluation.detection.profiles import ProfileName

# The largest position that JSON's readers all understand.
MAX_POSITION = 2**53

Iou = Annotated[
    float | None,
    QueryParameter(
        ge=BACKGROUND,
        le=1,
        description="Intersection over union from which two objects match, 0.1 to 1; by default 0.5.",
    ),
]
Confidence = Annotated[
    float | None,
    QueryParameter(
        ge=0, le=1, description="Least confidence of a candidate; by default that with the largest F1 at this IoU."
    ),
]
Rules = Annotated[
    MatrixProfile | None,
    QueryParameter(
        description="Count as another program does, with its IoU and confidence unless others are sent; by default by "
        "the rules of the run."
    ),
]
OtherRules = Annotated[
    ProfileName | MatrixProfile | None,
    QueryParameter(description="Compare with these rules alone; by default with all that can judge the run."),
]
Actual = Annotated[str | None, QueryParameter(description="Only objects of this true class: a row of the matrix.")]
Predicted = Annotated[
    str | None, QueryParameter(description="Only objects that the model calls so: a column of the matrix.")
]
Background = Annotated[
    bool, QueryParameter(description="Only objects that have no object of the other side in their place.")
]
Error = Annotated[
    ErrorType | None, QueryParameter(description="Only errors of this type (TIDE), at IoU 0.50 and any confidence.")
]
Position = Annotated[
    int | None, QueryParameter(ge=1, le=MAX_POSITION, description="Cursor: `next` of the previous page.")
]
ObjectLimit = Annotated[int, QueryParameter(ge=1, le=1000, description="Most objects of a page, 1 to 1,000.")]
ImageLimit = Annotated[int, QueryParameter(ge=1, le=100, description="Most images of a page, 1 to 100.")]
ProjectFilter = Annotated[str | None, QueryParameter(max_length=36, description="Only detection runs of this project.")]
