"""Query parameters that several routes of a run's results take."""

from typing import Annotated

from litestar.params import QueryParameter

ClassLabel = Annotated[str | None, QueryParameter(name="class", description="Only this class, against the rest.")]
ScoredClass = Annotated[
    str | None,
    QueryParameter(name="class", description="Class that the scores are of, against the rest; default the positive."),
]
Slices = Annotated[
    list[str] | None,
    QueryParameter(
        name="slice",
        description="Only samples with this value: `column:value`, or `column=text` of one that looks like a range; "
        "may be repeated.",
    ),
]
Threshold = Annotated[
    float | None,
    QueryParameter(
        description="Predict `class` where its score is this or more, the rest elsewhere; default: as in the file."
    ),
]
Actual = Annotated[str | None, QueryParameter(description="Only samples of this actual class.")]
Predicted = Annotated[str | None, QueryParameter(description="Only samples predicted as this class.")]
Lowest = Annotated[float | None, QueryParameter(description="Only predictions with at least this score.")]
Highest = Annotated[float | None, QueryParameter(description="Only predictions with at most this score.")]
