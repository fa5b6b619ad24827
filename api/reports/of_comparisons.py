"""The report of a comparison."""

from litestar import Response

from api.reports.rendering import respond
from shared import receipts
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.presentation.comparisons.difference_rows import VERDICT_TITLES, difference_rows
from shared.presentation.whiskers import WIDTH

# What keeps the file below two megabytes, whatever was compared.
MAX_ROWS, MAX_FLIPS = 400, 200


async def report(platform: Platform, caller: Caller, comparison_id: str) -> Response[str]:
    """The report of a comparison of the caller; raises ComparisonNotFound, ComparisonNotReady."""
    receipt = await receipts.of_comparison(platform, caller, comparison_id)
    rows = difference_rows(receipt.result)
    return respond(
        "reports/comparison.html",
        f"comparison-{receipt.id}",
        receipt=receipt,
        computed_by=receipt.computed_by,
        titles=VERDICT_TITLES,
        rows=rows[:MAX_ROWS],
        hidden_rows=max(0, len(rows) - MAX_ROWS),
        by_class=receipt.result.flips_by_class[:MAX_FLIPS],
        by_slice=receipt.result.flips_by_slice[:MAX_FLIPS],
        width=WIDTH,
    )
