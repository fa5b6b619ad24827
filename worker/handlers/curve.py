"""The handler of curves: probabilities in, areas, points and pictures out."""

from io import BytesIO

import msgspec

from shared import curves, jobs
from shared.curves import CurveInputs
from shared.curves.kinds.curve import Curve
from shared.evaluation.curves.one_vs_rest import measure_curves
from shared.evaluation.intervals.of_areas import curve_estimates
from shared.kit.platform import Platform
from shared.kit.storage.files import AnyFile, File, FileOnDisk
from worker.job_attempt import JobAttempt
from worker.rendering.curve_plot import render_curves
from worker.rendering.curve_result import result, write_points
from worker.rendering.plot import pictures

# Fewer points are written to memory: a folder on disk takes longer than they do.
FEW_SCORES = 10_000


async def load(platform: Platform, attempt: JobAttempt[Curve]) -> CurveInputs:
    """Read the labels and probabilities that were sent with the job."""
    return curves.unpack(await jobs.read_inputs(platform, attempt.job))


def perform(inputs: CurveInputs, attempt: JobAttempt[Curve]) -> list[AnyFile]:
    """Make `curve.json`, and the further files that the options select."""
    kind, options = attempt.arguments.type, attempt.arguments.options
    measurements = measure_curves(
        inputs.probabilities,
        inputs.codes,
        inputs.weights,
        scored=inputs.scored,
        max_points=options.max_points,
        cost_ratio=options.cost_ratio,
    )
    estimates = curve_estimates(
        inputs.probabilities, inputs.codes, measurements, is_weighted=inputs.weights is not None
    )
    attempt.progress(0.4)
    files: list[AnyFile] = [
        File("curve.json", "application/json", msgspec.json.encode(result(inputs, measurements, estimates, kind)))
    ]
    if options.full:
        files.append(_all_points(inputs, attempt))
        attempt.progress(0.6)
    if options.plot:
        plot = render_curves(inputs.classes, measurements, kind, title=options.title, dpi=options.dpi)
        files += pictures("curve", plot)
    return files


def _all_points(inputs: CurveInputs, attempt: JobAttempt[Curve]) -> AnyFile:
    name, content_type = "points.json", "application/json"
    if inputs.probabilities.size <= FEW_SCORES:
        body = BytesIO()
        write_points(body, inputs, attempt.arguments.type)
        return File(name, content_type, body.getvalue())
    path = attempt.scratch.folder / name
    with path.open("wb") as file:
        write_points(file, inputs, attempt.arguments.type)
    return FileOnDisk(name, content_type, path)
