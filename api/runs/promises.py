"""Routes of what a run's scores promise: thresholds with a confidence, and net benefit."""

from typing import Annotated

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from api.http.dependencies import Injected
from api.runs.parameters import ScoredClass, Slices
from api.runs.promise_schemas import RunDecisionCurve, RunPromisedThreshold
from shared import runs
from shared.accounts import Caller
from shared.evaluation.thresholds.promises import Promise, PromisedMetric
from shared.kit.platform import Platform
from shared.runs.rows.filters import read_class, read_conditions
from shared.runs.scores import promises


class RunPromiseController(Controller):
    """What the scores of a run promise."""

    path = "/v1/runs/{run_id:str}"
    tags = ["runs"]

    @get("/promised-threshold", operation_id="runs.get_promised_threshold")
    async def threshold(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        at_least: Annotated[float, QueryParameter(ge=0.01, le=0.9999, description="Value to promise, 0.01 to 0.9999.")],
        metric: Annotated[PromisedMetric, QueryParameter(description="Metric to promise.")] = "precision",
        confidence: Annotated[
            float, QueryParameter(ge=0.5, le=0.999, description="Confidence of the promise, 0.5 to 0.999.")
        ] = 0.9,
        class_label: ScoredClass = None,
        slices: Slices = None,
    ) -> RunPromisedThreshold:
        """Find a threshold that keeps a promise.

        The metric reaches the value not only in these samples, but among all that they are drawn from: of all such
        sets of samples, at most a share of 1 - confidence would lead to a threshold that breaks it. For precision and
        specificity the lowest threshold is chosen, for recall the highest. Every score is tried.
        """
        run = await runs.get_shown(platform, caller, run_id, heeds_weights=True)
        promise, position = Promise(metric, at_least, confidence), read_class(run, class_label, "class")
        found = await promises.promised_threshold(platform, run, position, read_conditions(run, slices), promise)
        return RunPromisedThreshold.of(run, found, promise)

    @get("/decision-curve", operation_id="runs.get_decision_curve")
    async def decision_curve(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        class_label: ScoredClass = None,
        slices: Slices = None,
        points: Annotated[int, QueryParameter(ge=1, le=999, description="Number of thresholds, 1 to 999.")] = 99,
    ) -> RunDecisionCurve:
        """Get the decision curve of a run.

        The net benefit of acting on the probabilities of a class at evenly spaced threshold probabilities, beside that
        of acting on all samples and on none.
        """
        run = await runs.get_shown(platform, caller, run_id, heeds_weights=True)
        position = read_class(run, class_label, "class")
        return RunDecisionCurve.of(
            run, await promises.net_benefit(platform, run, position, read_conditions(run, slices), points)
        )
