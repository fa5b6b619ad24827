"""The report of a check of a gate."""

from litestar import Response

from api.reports.rendering import respond
from shared import receipts
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.presentation.comparisons.gate_rows import gate_rows
from shared.presentation.whiskers import WIDTH

# What keeps the file below two megabytes, whatever the gate requires.
MAX_ROWS, MAX_GOLDEN = 400, 100


async def report(platform: Platform, caller: Caller, check_id: str) -> Response[str]:
    """The report of a check of the caller; raises CheckNotFound, CheckNotReady."""
    receipt = await receipts.of_check(platform, caller, check_id)
    rows = gate_rows(receipt.result)
    golden = receipt.protocol.golden_ids
    return respond(
        "reports/check.html",
        f"check-{receipt.id}",
        receipt=receipt,
        computed_by=receipt.computed_by,
        rows=rows[:MAX_ROWS],
        hidden_rows=max(0, len(rows) - MAX_ROWS),
        golden=golden[:MAX_GOLDEN],
        hidden_golden=max(0, len(golden) - MAX_GOLDEN),
        width=WIDTH,
    )
