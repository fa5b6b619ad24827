"""The handler of curves: probabilities in, areas, points and pictures out."""

import msgspec

from shared import curves, jobs
from shared.curves import CurveInputs
from shared.curves.kinds.curve import Curve
from shared.evaluation.curves.one_vs_rest import measure_curves
from shared.evaluation.intervals.of_areas import curve_estimates
from shared.kit.files import AnyFile, File, FileOnDisk
from shared.kit.platform import Platform
from worker.job_attempt import JobAttempt
from worker.rendering.curve_plot import render_curves
from worker.rendering.curve_result import result, write_points
from worker.rendering.plot import pictures


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
        points = attempt.scratch.folder / "points.json"
        write_points(points, inputs, kind)
        files.append(FileOnDisk("points.json", "application/json", points))
        attempt.progress(0.6)
    if options.plot:
        plot = render_curves(inputs.classes, measurements, kind, title=options.title, dpi=options.dpi)
        files += pictures("curve", plot)
    return files
