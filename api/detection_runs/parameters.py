"""Parameters of queries about detection runs."""

from typing import Annotated

from litestar.params import QueryParameter

from shared.detection_runs.scenes.rules import RuleName
from shared.evaluation.detection.error_analysis.error_types import BACKGROUND, ErrorType
from shared.evaluation.detection.rules.profiles import ProfileName

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
    RuleName | None,
    QueryParameter(
        description="Count by other rules that can judge the run, by default by its own; those of a matrix have an IoU "
        "and a confidence of their own unless others are sent."
    ),
]
CurveRules = Annotated[
    ProfileName | None,
    QueryParameter(description="Draw by the rules of another profile that can judge the run; by default by its own."),
]
OtherRules = Annotated[
    RuleName | None,
    QueryParameter(description="Compare with these rules alone; by default with all that can judge the run."),
]
Actual = Annotated[str | None, QueryParameter(description="Only objects of this true class: a row of the matrix.")]
Predicted = Annotated[
    str | None, QueryParameter(description="Only objects of this predicted class: a column of the matrix.")
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
