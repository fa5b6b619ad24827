"""What is done for curves: probabilities in, areas, points and pictures out."""

import msgspec

from shared import curves, jobs
from shared.curves import CurveInputs
from shared.curves.kinds.curve import Curve
from shared.evaluation.curves.one_vs_rest import measure_curves
from shared.jobs.records import JobRecord
from shared.kit.files import File
from shared.kit.platform import Platform
from worker.handlers import Progress
from worker.rendering.curve_plot import render_curves
from worker.rendering.curve_result import all_points, result
from worker.rendering.plot import pictures


async def load(platform: Platform, job: JobRecord, _arguments: Curve) -> CurveInputs:
    """What was sent with the job."""
    return curves.unpack(await jobs.read_inputs(platform, job))


def perform(inputs: CurveInputs, arguments: Curve, progress: Progress) -> list[File]:
    """`curve.json`, and what the options ask for beside it."""
    options = arguments.options
    measured = measure_curves(
        inputs.probabilities,
        inputs.codes,
        inputs.weights,
        max_points=options.max_points,
        cost_ratio=options.cost_ratio,
    )
    progress(0.4)
    files = [File("curve.json", "application/json", msgspec.json.encode(result(inputs, measured, arguments.type)))]
    if options.full:
        files.append(File("points.json", "application/json", msgspec.json.encode(all_points(inputs, arguments.type))))
        progress(0.6)
    if options.plot:
        plot = render_curves(inputs.classes, measured, arguments.type, title=options.title, dpi=options.dpi)
        files += pictures("curve", plot)
    return files
