"""The work of a plot: counts in, pictures out."""

import msgspec

from shared import matrices
from shared.artifacts import File
from shared.jobs.kinds.plot import Plot
from shared.jobs.platform import Platform
from shared.jobs.records import JobRecord
from shared.matrices.queries import CountedMatrix
from worker.handlers import Progress
from worker.rendering.plot import render_png, render_svg


async def load(platform: Platform, job: JobRecord, work: Plot) -> CountedMatrix:
    """The matrix in the version that the job was submitted for."""
    return await matrices.for_job(platform, job, work)


def perform(inputs: CountedMatrix, work: Plot, progress: Progress) -> list[File]:
    """`plot.png` and `plot.svg`."""
    options = msgspec.structs.asdict(work.options)
    png = render_png(inputs.matrix, **options)
    progress(0.6)
    svg = render_svg(inputs.matrix, **options)
    return [File("plot.png", "image/png", png), File("plot.svg", "image/svg+xml", svg)]
