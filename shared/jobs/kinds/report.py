"""The self-contained HTML report of a confusion matrix."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.jobs.work import MatrixWork
from shared.kit.names import Name


class ReportOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the report is to look."""

    title: Annotated[Name, Meta(max_length=200)] | None = None


class Report(MatrixWork, frozen=True, kw_only=True, tag="report"):
    """A report: makes `report.html`."""

    options: ReportOptions = ReportOptions()
