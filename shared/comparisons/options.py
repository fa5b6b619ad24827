"""What is asked of a comparison."""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from shared.evaluation.intervals import count_formulas
from shared.evaluation.intervals.count_formulas import ClassFormula, OverallFormula

OverallMetric = Literal[
    "accuracy", "error_rate", "balanced_accuracy", "precision.macro", "recall.macro", "f1.macro", "jaccard.macro",
    "specificity.macro", "precision.weighted", "f1.weighted", "mcc", "kappa",
]  # fmt: skip
ClassMetric = Literal[
    "recall.class", "precision.class", "f1.class", "jaccard.class", "f05.class", "f2.class", "mcc.class",
    "roc_auc.class",
]  # fmt: skip
OverallSetMetric = Literal[
    "multilabel.subset_accuracy", "multilabel.hamming_loss", "multilabel.f1.micro", "multilabel.f1.macro",
]  # fmt: skip
LabelMetric = Literal["multilabel.precision.class", "multilabel.recall.class", "multilabel.f1.class"]
ComparedMetric = OverallMetric | ClassMetric | OverallSetMetric | LabelMetric

OVERALL_METRICS: tuple[OverallMetric, ...] = get_args(OverallMetric)
CLASS_METRICS: tuple[ClassMetric, ...] = get_args(ClassMetric)
OVERALL_SET_METRICS: tuple[OverallSetMetric, ...] = get_args(OverallSetMetric)
LABEL_METRICS: tuple[LabelMetric, ...] = get_args(LabelMetric)

# Of these the samples tell directly, as the others are functions of several counts.
PROPORTIONS = ("accuracy", "error_rate", "recall.class")

OVERALL_FORMULAS: dict[str, OverallFormula] = {
    metric: count_formulas.OVERALL[metric] for metric in OVERALL_METRICS if metric not in PROPORTIONS
}
CLASS_FORMULAS: dict[str, ClassFormula] = {
    metric: (count_formulas.BY_CLASS | count_formulas.CLASS_PROPORTIONS)[metric]
    for metric in CLASS_METRICS
    if metric not in (*PROPORTIONS, "roc_auc.class")
}

# Half a point is lost in most test sets, and ten points are found in any.
USUAL_SOUGHT = 0.01

ColumnName = Annotated[str, Meta(min_length=1, max_length=500)]


class ComparisonOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is compared, and at which level."""

    metrics: Annotated[
        Annotated[list[ComparedMetric], Meta(min_length=1, max_length=20)],
        Meta(
            description="Ids of the metrics to compare, 1 to 20, the usual ones of the runs if omitted; the verdict is "
            "that of the first."
        ),
    ] = msgspec.field(default_factory=list)
    margin: Annotated[
        Annotated[float, Meta(gt=0, lt=1)] | None,
        Meta(description="Difference that does not matter, between 0 and 1; null for no margin."),
    ] = None
    alpha: Annotated[
        float, Meta(gt=0, le=0.5, description="Chance of a false alarm over all tests together, above 0, up to 0.5.")
    ] = 0.05
    slices: Annotated[
        Annotated[list[ColumnName], Meta(max_length=10)],
        Meta(description="Columns of metadata by whose values the accuracy is compared too, up to 10."),
    ] = []

    group: Annotated[
        ColumnName | None,
        Meta(
            description="Column of metadata by which samples come in groups, such as patients: every test is then of "
            "groups; null where samples are independent."
        ),
    ] = None

    @property
    def sought(self) -> float:
        """The difference to plan for: the margin, or a point."""
        return self.margin or USUAL_SOUGHT
