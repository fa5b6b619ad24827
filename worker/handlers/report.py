"""The handler of reports: counts in, HTML out."""

from shared import matrices
from shared.evaluation.confusion.statistics import statistics
from shared.kit import clock
from shared.kit.platform import Platform
from shared.kit.storage.files import File
from shared.matrices.kinds.report import Report
from shared.matrices.records import CountedMatrix
from worker.job_attempt import JobAttempt
from worker.rendering.report import ReportFacts, render_report


async def load(platform: Platform, attempt: JobAttempt[Report]) -> CountedMatrix:
    """Read the matrix in the version that the job was submitted for."""
    (matrix,) = await matrices.for_job(platform, attempt.job, [attempt.arguments.cm_uid])
    return matrix


def perform(inputs: CountedMatrix, attempt: JobAttempt[Report]) -> list[File]:
    """Make `report.html`."""
    matrix_statistics = statistics(inputs.matrix)
    attempt.progress(0.5)
    facts = ReportFacts(
        matrix_uid=str(inputs.uid),
        version=inputs.version,
        created_at=inputs.created_at,
        updated_at=inputs.updated_at,
        generated_at=clock.now(),
        name=attempt.arguments.options.title or inputs.description.name,
    )
    body = render_report(inputs.matrix, inputs.summary, matrix_statistics, facts)
    return [File("report.html", "text/html; charset=utf-8", body)]
