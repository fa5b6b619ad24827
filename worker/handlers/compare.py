"""The handler of comparisons: counts of several matrices in, the ranking and a table out."""

from typing import Any

import msgspec

from shared import matrices
from shared.evaluation.comparison.errors import NotComparable
from shared.evaluation.comparison.pycm_ranking import Comparison, compare
from shared.evaluation.comparison.side_by_side import SideBySide, side_by_side
from shared.evaluation.types import Label
from shared.kit import clock
from shared.kit.platform import Platform
from shared.kit.storage.files import File
from shared.matrices.errors import MatricesNotComparable
from shared.matrices.kinds.compare import Compare
from shared.matrices.records import CountedMatrix
from worker.job_attempt import JobAttempt
from worker.rendering.comparison import render_comparison


async def load(platform: Platform, attempt: JobAttempt[Compare]) -> list[CountedMatrix]:
    """Read the matrices in the versions that the job was submitted for, each once, in the order of the request."""
    return await matrices.for_job(platform, attempt.job, attempt.arguments.cm_uids)


def perform(inputs: list[CountedMatrix], attempt: JobAttempt[Compare]) -> list[File]:
    """Make `comparison.json` and `comparison.html`."""
    by_uid = {str(record.uid): record.matrix for record in inputs}
    class_weight = attempt.arguments.options.class_weight
    weights: dict[Label, float] | None = None if class_weight is None else dict(class_weight.items())
    try:
        ranking = compare(by_uid, by_class=attempt.arguments.options.by_class, class_weights=weights)
        table = side_by_side(by_uid)
    except NotComparable as error:
        raise MatricesNotComparable(error.detail) from error
    attempt.progress(0.5)
    page = render_comparison(inputs, ranking, table, generated_at=clock.now())
    return [
        File("comparison.json", "application/json", msgspec.json.encode(_result(inputs, ranking, table))),
        File("comparison.html", "text/html; charset=utf-8", page),
    ]


def _result(inputs: list[CountedMatrix], ranking: Comparison, table: SideBySide) -> dict[str, Any]:
    """The PyCM REST API's four fields, and the fields that it lacks."""
    return {
        "cm_uids": [str(record.uid) for record in inputs],
        "best_name": ranking.best,
        "cm_scores": {
            uid: {"overall": score.overall, "class": score.per_class} for uid, score in ranking.scores.items()
        },
        "cm_orders": list(ranking.order),
        "names": {str(record.uid): record.description.name for record in inputs},
        "statistics": [
            {
                "name": row.name,
                "title": row.title,
                "lower_is_better": row.lower_is_better,
                "values": dict(zip(table.names, row.values, strict=True)),
                "difference_to_first": dict(zip(table.names, row.to_first, strict=True)),
                "difference_to_best": dict(zip(table.names, row.to_best, strict=True)),
                "winners": list(row.winners),
            }
            for row in table.rows
        ],
    }
