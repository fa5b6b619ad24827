"""The self-contained HTML report of a confusion matrix."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.kit.names import Name
from shared.matrices.arguments import MatrixArguments


class ReportOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the report is to look."""

    title: Annotated[Name, Meta(max_length=200)] | None = None


class Report(MatrixArguments, frozen=True, kw_only=True, tag="report"):
    """A report: makes `report.html`."""

    options: ReportOptions = ReportOptions()
