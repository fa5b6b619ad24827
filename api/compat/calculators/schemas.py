"""What is sent to the calculators as JSON, and what they answer."""

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from api.compat.calculators.envelope import documented, documented_figures
from api.http.runtime_types import RuntimeType
from shared.evaluation.calculators.exact_rounding import Figure
from shared.evaluation.calculators.tables import CONFUSION, DIAGNOSTIC, FBETA, Cells

MAX_COUNT = 10**15 - 1
MAX_BATCH = 10_000

Whole = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Count = Whole | Annotated[str, Meta(pattern="^[0-9]{1,15}$")]
Decimal = Annotated[float, Meta(ge=0)] | Annotated[str, Meta(pattern=r"^[0-9]*(\.[0-9]+)?$")]
Share = Annotated[float, Meta(ge=0, le=1)] | Annotated[str, Meta(pattern=r"^[0-9]*(\.[0-9]+)?$")]


class CellsIn(msgspec.Struct, forbid_unknown_fields=True):
    """The four cells of a binary confusion matrix."""

    tp: Count
    fp: Count
    fn: Count
    tn: Count


class ScreeningIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a diagnostic test is like."""

    sensitivity: Share
    specificity: Share
    prevalence: Share


class WeighingIn(msgspec.Struct, forbid_unknown_fields=True):
    """Either precision and recall, or the three counts; beta is 1 unless it is given."""

    precision: Share | None = None
    recall: Share | None = None
    tp: Count | None = None
    fp: Count | None = None
    fn: Count | None = None
    beta: Decimal | None = None


class NamedCells(msgspec.Struct, forbid_unknown_fields=True):
    """The four cells of one matrix of a batch, by name."""

    tp: Whole
    fp: Whole
    fn: Whole
    tn: Whole


Quadruple = tuple[Whole, Whole, Whole, Whole]


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    """Many matrices: each the list of tp, fp, fn, tn, or an object with these names."""

    items: Annotated[list[Quadruple | NamedCells], Meta(min_length=1, max_length=MAX_BATCH)]

    def cells(self) -> list[Cells]:
        """The same by name."""
        return [Cells(*(item if isinstance(item, tuple) else msgspec.structs.astuple(item))) for item in self.items]


_CellsOut = msgspec.defstruct("ConfusionInputs", [(name, int) for name in (*Cells._fields, "total")])
_ScreeningOut = msgspec.defstruct("DiagnosticInputs", [(name, Figure) for name in ScreeningIn.__struct_fields__])
_WeighingOut = msgspec.defstruct(
    "FBetaInputs",
    [
        *((name, Figure) for name in ("beta", "recall", "precision")),
        *((name, int, msgspec.field(default=0)) for name in ("tp", "fp", "fn")),
    ],
)

_Confusion = documented_figures("Confusion", [entry.name for entry in CONFUSION.entries], _CellsOut)
_Diagnostic = documented_figures("Diagnostic", [entry.name for entry in DIAGNOSTIC.entries], _ScreeningOut)
_FBeta = documented_figures("FBeta", [entry.name for entry in FBETA.entries], _WeighingOut)
_BatchItem = msgspec.defstruct(
    "BatchItem", [("inputs", _CellsOut), *((entry.name, Figure) for entry in CONFUSION.entries)]
)
_Batch = msgspec.defstruct("ConfusionBatch", [("note", str), ("items", list[_BatchItem])])  # type: ignore[valid-type] # made above
_Meta = msgspec.defstruct(
    "CalculatorMeta",
    [
        *((name, str) for name in ("notes", "service", "description")),
        *((name, dict[str, str]) for name in ("formulae", "endpoints")),
    ],
)

ConfusionAnswer: TypeAlias = Annotated[Any, RuntimeType(documented("ConfusionAnswer", _Confusion))]
DiagnosticAnswer: TypeAlias = Annotated[Any, RuntimeType(documented("DiagnosticAnswer", _Diagnostic))]
FBetaAnswer: TypeAlias = Annotated[Any, RuntimeType(documented("FBetaAnswer", _FBeta))]
BatchAnswer: TypeAlias = Annotated[Any, RuntimeType(documented("ConfusionBatchAnswer", _Batch))]
MetaAnswer: TypeAlias = Annotated[Any, RuntimeType(documented("CalculatorMetaAnswer", _Meta))]
