"""The handler of plots: counts in, pictures out."""

import msgspec

from shared import matrices
from shared.kit.platform import Platform
from shared.kit.storage.files import File
from shared.matrices.kinds.plot import Plot
from shared.matrices.records import CountedMatrix
from worker.job_attempt import JobAttempt
from worker.rendering.plot import pictures, render_plot


async def load(platform: Platform, attempt: JobAttempt[Plot]) -> CountedMatrix:
    """Read the matrix in the version that the job was submitted for."""
    (matrix,) = await matrices.for_job(platform, attempt.job, [attempt.arguments.cm_uid])
    return matrix


def perform(inputs: CountedMatrix, attempt: JobAttempt[Plot]) -> list[File]:
    """Draw the picture in the formats of the options."""
    plot = render_plot(inputs.matrix, **msgspec.structs.asdict(attempt.arguments.options))
    attempt.progress(1.0)
    return pictures("plot", plot)
