"""Comparing two runs, or two matrices, on the same samples."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.jobs import Arguments


class PairedComparison(Arguments, frozen=True, kw_only=True, tag="paired_comparison"):
    """A comparison of a candidate with a baseline on the same samples; its route submits it."""

    is_requested: ClassVar[bool] = False

    comparison_id: Annotated[str, Meta(description="Id of the comparison.")]
