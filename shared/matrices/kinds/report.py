"""The self-contained HTML report of a confusion matrix."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.kit.names import Name
from shared.matrices.arguments import MatrixArguments


class ReportOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the report looks."""

    title: Annotated[
        Annotated[Name, Meta(max_length=200)] | None,
        Meta(description="Title of the report, 1 to 200 characters; null for the usual one."),
    ] = None


class Report(MatrixArguments, frozen=True, kw_only=True, tag="report"):
    """An HTML report of a confusion matrix: makes `report.html`."""

    options: Annotated[ReportOptions, Meta(description="How the report looks.")] = ReportOptions()
