"""Routes of what all scores of a run say: curves, calibration and thresholds."""

from typing import Annotated

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from api.http.dependencies import Injected
from api.runs.calibration_schemas import RunCalibration
from api.runs.parameters import ScoredClass, Slices
from api.runs.recalibration_schemas import RunRecalibration, RunTemperature
from api.runs.score_schemas import RunCurves, RunThreshold
from shared import runs
from shared.accounts import Caller
from shared.evaluation.calibration.maps import CalibrationMethod
from shared.evaluation.calibration.multiclass import TemperaturePlan
from shared.evaluation.calibration.recalibration import RecalibrationPlan
from shared.evaluation.calibration.reliability import Binning
from shared.evaluation.thresholds.goals import TargetMetric
from shared.kit.platform import Platform
from shared.runs.rows.filters import read_class, read_conditions
from shared.runs.scores import curves, recalibration, temperature
from shared.runs.scores.curves import ScoreSource
from shared.runs.scores.goals import read_goal

# More than a screen has columns of pixels.
MAX_POINTS = 10_000
MAX_BINS = 1000
# Replicates of so many bins are drawn in a moment.
MAX_RECALIBRATED_BINS = 100

FittedShare = Annotated[
    float, QueryParameter(ge=0.1, le=0.9, description="Share of the samples to fit on, 0.1 to 0.9.")
]
SplitSeed = Annotated[int, QueryParameter(ge=0, le=2**32 - 1, description="Seed of the split.")]
RecalibratedBins = Annotated[
    int, QueryParameter(ge=1, le=MAX_RECALIBRATED_BINS, description="Number of bins of the ECE, 1 to 100.")
]


class RunScoreController(Controller):
    """What the scores of a run say."""

    path = "/v1/runs/{run_id:str}"
    tags = ["runs"]

    @get("/curves", operation_id="runs.get_curves")
    async def curves(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        class_label: ScoredClass = None,
        slices: Slices = None,
        points: Annotated[
            int, QueryParameter(ge=16, le=MAX_POINTS, description="Most points of a curve, 16 to 10,000.")
        ] = 500,
    ) -> RunCurves:
        """Get the curves of a run.

        The ROC and the precision-recall curve of a class against the rest. Areas are exact, from all scores; only the
        points to draw are fewer, each of them a true one.
        """
        run = await runs.get_shown(platform, caller, run_id, runs.WITH_SCORES, heeds_weights=True)
        position = read_class(run, class_label, "class")
        return RunCurves.of(run, await curves.curves(platform, run, position, read_conditions(run, slices), points))

    @get("/calibration", operation_id="runs.get_calibration")
    async def calibration(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        class_label: ScoredClass = None,
        slices: Slices = None,
        source: Annotated[
            ScoreSource,
            QueryParameter(name="of", description="Scores of a class, or of what is predicted of each sample."),
        ] = "class",
        binning: Annotated[
            Binning,
            QueryParameter(description="Bins of equal width, (low, high]; or of equal mass, equal scores in one bin."),
        ] = "equal_width",
        bins: Annotated[int, QueryParameter(ge=1, le=MAX_BINS, description="Number of bins, 1 to 1,000.")] = 15,
    ) -> RunCalibration:
        """Get the calibration of a run.

        Bins of a reliability diagram, calibration errors, Brier score with its decomposition, and log loss of the
        probabilities of a class, or with `of=predictions` of the confidence in what is predicted. Bins without samples
        are left out. Margins and logits are refused.
        """
        run = await runs.get_shown(platform, caller, run_id, runs.TASKS_OF_SCORES[source], heeds_weights=True)
        position = read_class(run, class_label, "class")
        found = await curves.calibration(platform, run, source, position, read_conditions(run, slices), binning, bins)
        return RunCalibration.of(run, found, binning, bins)

    @get("/recalibration", operation_id="runs.get_recalibration")
    async def recalibration(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        class_label: ScoredClass = None,
        slices: Slices = None,
        method: Annotated[
            CalibrationMethod, QueryParameter(description="Kind of the map: temperature, isotonic or beta.")
        ] = "temperature",
        fitted_share: FittedShare = 0.5,
        seed: SplitSeed = 0,
        bins: RecalibratedBins = 15,
    ) -> RunRecalibration:
        """Get the recalibration of a run.

        Fits a map from the scores of a class to probabilities on one part of the samples, and judges it on the others;
        both parts have the same share of the class. Of more than 2,000,000 samples, about 2,000,000 are
        drawn at random. The run itself stays as it is.
        """
        run = await runs.get_shown(platform, caller, run_id, heeds_weights=True)
        plan = RecalibrationPlan(method, fitted_share, seed, bins)
        position = read_class(run, class_label, "class")
        found = await recalibration.recalibration(platform, run, position, read_conditions(run, slices), plan)
        return RunRecalibration.of(run, found, plan)

    @get("/temperature", operation_id="runs.get_temperature")
    async def temperature(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        slices: Slices = None,
        fitted_share: FittedShare = 0.5,
        seed: SplitSeed = 0,
        bins: RecalibratedBins = 15,
    ) -> RunTemperature:
        """Get the temperature of a run.

        One number that makes the probabilities of all classes together fit better, found on one part of the samples
        and judged on the others. The most probable class of a sample stays the same. Of more than
        8,000,000 probabilities, about 8,000,000 are drawn at random. The run itself stays as it is.
        """
        run = await runs.get_shown(platform, caller, run_id, heeds_weights=True)
        plan = TemperaturePlan(fitted_share, seed, bins)
        found = await temperature.temperature(platform, run, read_conditions(run, slices), plan)
        return RunTemperature.of(run, found, plan)

    @get("/thresholds", operation_id="runs.find_threshold")
    async def threshold(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        class_label: ScoredClass = None,
        slices: Slices = None,
        metric: Annotated[
            TargetMetric | None, QueryParameter(description="Metric to reach or to make as good as can be.")
        ] = None,
        at_least: Annotated[
            float | None, QueryParameter(ge=0, le=1, description="Value that the metric has to reach, 0 to 1.")
        ] = None,
        max_positives: Annotated[
            int | None, QueryParameter(ge=0, le=2**53, description="Most samples that may be predicted positive.")
        ] = None,
        cost_fp: Annotated[
            float | None, QueryParameter(ge=0, le=1e12, description="Cost of a false positive, in any unit.")
        ] = None,
        cost_fn: Annotated[
            float | None, QueryParameter(ge=0, le=1e12, description="Cost of a false negative, in the same unit.")
        ] = None,
    ) -> RunThreshold:
        """Find the best threshold of a run.

        Every score is tried. With `at_least`: for precision and specificity the threshold with the highest recall, for
        recall that with the highest specificity. Without: the one with the best metric, the lowest cost, or the
        highest recall among `max_positives`. Of equally good thresholds the highest is chosen. The default is the
        best F1.
        """
        run = await runs.get_shown(platform, caller, run_id, runs.WITH_SCORES, heeds_weights=True)
        goal = read_goal(metric, at_least, max_positives, cost_fp, cost_fn)
        position = read_class(run, class_label, "class")
        found = await curves.threshold(platform, run, position, read_conditions(run, slices), goal)
        return RunThreshold.of(run, found, goal)
