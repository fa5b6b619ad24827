"""Request and response bodies of the calculators."""

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from api.compat.calculators.envelope import describe_member, document_envelope, document_metrics, metric_members
from api.http.runtime_types import RuntimeType
from shared.evaluation.calculators.exact_rounding import MetricValue
from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA, Cells

MAX_COUNT = 10**15 - 1
MAX_BATCH = 10_000

Whole = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Count = Whole | Annotated[str, Meta(pattern="^[0-9]{1,15}$")]
Decimal = Annotated[float, Meta(ge=0)] | Annotated[str, Meta(pattern=r"^[0-9]*(\.[0-9]+)?$")]
Share = Annotated[float, Meta(ge=0, le=1)] | Annotated[str, Meta(pattern=r"^[0-9]*(\.[0-9]+)?$")]


class CellsIn(msgspec.Struct, forbid_unknown_fields=True):
    """The four cells of a binary confusion matrix."""

    tp: Annotated[Count, Meta(description="True positives.")]
    fp: Annotated[Count, Meta(description="False positives.")]
    fn: Annotated[Count, Meta(description="False negatives.")]
    tn: Annotated[Count, Meta(description="True negatives.")]


class DiagnosticIn(msgspec.Struct, forbid_unknown_fields=True):
    """A diagnostic test and the population that it is used in."""

    sensitivity: Annotated[Share, Meta(description="Sensitivity (true positive rate), 0 to 1.")]
    specificity: Annotated[Share, Meta(description="Specificity (true negative rate), 0 to 1.")]
    prevalence: Annotated[Share, Meta(description="Prevalence (pre-test probability), 0 to 1.")]


class FBetaIn(msgspec.Struct, forbid_unknown_fields=True):
    """Precision and recall, or the three counts, and the weight of recall."""

    precision: Annotated[Share | None, Meta(description="Precision, 0 to 1; with `recall`, without counts.")] = None
    recall: Annotated[Share | None, Meta(description="Recall, 0 to 1; with `precision`, without counts.")] = None
    tp: Annotated[Count | None, Meta(description="True positives; with `fp` and `fn`, without rates.")] = None
    fp: Annotated[Count | None, Meta(description="False positives; with `tp` and `fn`.")] = None
    fn: Annotated[Count | None, Meta(description="False negatives; with `tp` and `fp`.")] = None
    beta: Annotated[
        Decimal | None, Meta(description="Weight of recall against precision, 0 or more; 1 if omitted.")
    ] = None


class NamedCells(msgspec.Struct, forbid_unknown_fields=True):
    """The four cells of one matrix of a batch, by name."""

    tp: Annotated[Whole, Meta(description="True positives.")]
    fp: Annotated[Whole, Meta(description="False positives.")]
    fn: Annotated[Whole, Meta(description="False negatives.")]
    tn: Annotated[Whole, Meta(description="True negatives.")]


Quadruple = tuple[Whole, Whole, Whole, Whole]


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    """Binary confusion matrices."""

    items: Annotated[
        list[Quadruple | NamedCells],
        Meta(
            min_length=1,
            max_length=MAX_BATCH,
            description="1 to 10,000 matrices, each as [tp, fp, fn, tn] or as an object with these names.",
        ),
    ]

    def cells(self) -> list[Cells]:
        """The same by name."""
        return [Cells(*(item if isinstance(item, tuple) else msgspec.structs.astuple(item))) for item in self.items]


_CELLS = {"tp": "True positives.", "fp": "False positives.", "fn": "False negatives.", "tn": "True negatives."}
_CellsOut = msgspec.defstruct(
    "ConfusionInputs",
    [describe_member(name, int, text) for name, text in (_CELLS | {"total": "Number of samples."}).items()],
    namespace={"__doc__": "The four cells and their sum."},
)
_DiagnosticInputs = msgspec.defstruct(
    "DiagnosticInputs",
    [
        describe_member("sensitivity", MetricValue, "Sensitivity (true positive rate)."),
        describe_member("specificity", MetricValue, "Specificity (true negative rate)."),
        describe_member("prevalence", MetricValue, "Prevalence (pre-test probability)."),
    ],
    namespace={"__doc__": DiagnosticIn.__doc__},
)
_FBetaInputs = msgspec.defstruct(
    "FBetaInputs",
    [
        describe_member("beta", MetricValue, "Weight of recall against precision."),
        describe_member("recall", MetricValue, "Recall; null if undefined."),
        describe_member("precision", MetricValue, "Precision; null if undefined."),
        *((*describe_member(name, int, _CELLS[name]), msgspec.field(default=0)) for name in ("tp", "fp", "fn")),
    ],
    namespace={"__doc__": "Precision, recall and beta, and the counts if they were sent."},
)

_Confusion = document_metrics("Confusion", CONFUSION, _CellsOut)
_Diagnostic = document_metrics("Diagnostic", DIAGNOSTIC, _DiagnosticInputs)
_FBeta = document_metrics("FBeta", FBETA, _FBetaInputs)
_BatchItem = msgspec.defstruct(
    "BatchItem",
    [describe_member("inputs", _CellsOut, "The inputs as they were read."), *metric_members(CONFUSION)],
    namespace={"__doc__": CONFUSION.purpose},
)
_Batch = msgspec.defstruct(
    "ConfusionBatch",
    [
        describe_member("note", str, "What the calculator computes."),
        describe_member("items", list[_BatchItem], "The results, in the order of the request."),  # type: ignore[valid-type] # made above
    ],
    namespace={"__doc__": "The metrics of many matrices."},
)
_Meta = msgspec.defstruct(
    "CalculatorMeta",
    [
        describe_member("notes", str, "Rules for all calculators."),
        describe_member("service", str, "Name of the service."),
        describe_member("description", str, "What the calculators compute."),
        describe_member("formulae", dict[str, str], "Formulae of the best-known metrics, by name."),
        describe_member("endpoints", dict[str, str], "Purpose of each endpoint, by method and path."),
    ],
    namespace={"__doc__": "The description of the calculators."},
)

ConfusionAnswer: TypeAlias = Annotated[Any, RuntimeType(document_envelope("ConfusionAnswer", _Confusion))]
DiagnosticAnswer: TypeAlias = Annotated[Any, RuntimeType(document_envelope("DiagnosticAnswer", _Diagnostic))]
FBetaAnswer: TypeAlias = Annotated[Any, RuntimeType(document_envelope("FBetaAnswer", _FBeta))]
BatchAnswer: TypeAlias = Annotated[Any, RuntimeType(document_envelope("ConfusionBatchAnswer", _Batch))]
MetaAnswer: TypeAlias = Annotated[Any, RuntimeType(document_envelope("CalculatorMetaAnswer", _Meta))]
