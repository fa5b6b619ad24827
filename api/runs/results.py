"""Routes of a run's results: its matrix, metrics, slices and samples."""

from typing import Annotated

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from api.http.dependencies import Injected
from api.runs.clustered_schemas import ClusteredIntervals
from api.runs.parameters import Actual, ClassLabel, Highest, Lowest, Predicted, ScoredClass, Slices, Threshold
from api.runs.result_schemas import RunMatrix, RunMetrics, SliceOut, SlicePage
from api.runs.sample_schemas import RunSample, RunSamplePage
from api.runs.slice_parameters import (
    MAX_ROW,
    Bins,
    CombinedColumns,
    MinSupport,
    SliceColumn,
    SliceLimit,
    SliceMetric,
)
from shared import receipts, runs
from shared.accounts import Caller
from shared.evaluation.confusion.matrix import ConfusionMatrix
from shared.kit.platform import Platform
from shared.receipts.records import RunReceipt
from shared.runs import answers, cluster_metrics
from shared.runs.label_set_results import metric_named
from shared.runs.records import ReadyRun
from shared.runs.rows.filters import RowFilter, read_class, read_conditions, read_scores
from shared.runs.scores.decisions import decided, decided_position, read_decision, read_predicted
from shared.runs.slicing import read_axes, refuse_without_by

RowCursor = Annotated[int | None, QueryParameter(ge=1, le=MAX_ROW, description="Cursor: `next` of the previous page.")]
RowLimit = Annotated[int, QueryParameter(ge=1, le=1000, description="Most samples of a page, 1 to 1,000.")]


class RunResultController(Controller):
    """What a run says, by name."""

    path = "/v1/runs/{run_id:str}"
    tags = ["runs"]

    @get("/matrix", operation_id="runs.get_matrix")
    async def matrix(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        class_label: ClassLabel = None,
        slices: Slices = None,
        threshold: Threshold = None,
    ) -> RunMatrix:
        """Get the confusion matrix of a run.

        With `slice` only the samples of the slice are counted; with `class` the matrix is of that class against the
        rest. With `threshold` samples are predicted by their score of the class.
        """
        run = await runs.get_ready(platform, caller, run_id, heeds_weights=True)
        run, counted, position = await _counted(platform, run, class_label, slices, threshold)
        return RunMatrix.of(run, counted, position)

    @get("/metrics", operation_id="runs.get_metrics")
    async def metrics(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        class_label: ClassLabel = None,
        slices: Slices = None,
        threshold: Threshold = None,
    ) -> RunMetrics:
        """Get the metrics of a run.

        Undefined metrics are null, with the reason. The ROC AUC is exact, and of all samples. With `threshold` samples
        are predicted by their score of the class, of more than two classes against the rest.
        """
        run = await runs.get_ready(platform, caller, run_id, runs.ANY_TASK, heeds_weights=True)
        if run.summary.is_multilabel:
            return await _of_label_sets(platform, run, class_label, slices, threshold)
        run, counted, position = await _counted(platform, run, class_label, slices, threshold)
        return RunMetrics.of(run, counted, position, is_slice=bool(slices))

    @get("/clustered-intervals", operation_id="runs.get_clustered_intervals")
    async def clustered_intervals(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        group: Annotated[
            str, QueryParameter(min_length=1, description="Column of metadata whose values are the groups.")
        ],
        slices: Slices = None,
    ) -> ClusteredIntervals:
        """Get intervals for samples that come in groups.

        Samples of one patient, user or video are alike, and intervals that take them for independent are too narrow.
        Accuracy, and precision, recall and F1 of each class, with the intervals of 95 % that the groups allow and how
        much wider that makes them.
        """
        run = await runs.get_ready(platform, caller, run_id, heeds_weights=True)
        return ClusteredIntervals.of(
            await cluster_metrics.estimates(platform, run, group, read_conditions(run, slices))
        )

    @get("/receipt", operation_id="runs.get_receipt")
    async def receipt(
        self, platform: Injected[Platform], caller: Injected[Caller], run_id: FromPath[str]
    ) -> RunReceipt:
        """Get the receipt of a run.

        One document with the SHA-256 of the files, what each column was taken for, the matrix and every figure with its
        interval: enough to compute them once more, as `evalserve verify` does.
        """
        return await receipts.of_run(platform, caller, run_id)

    @get("/slices", operation_id="runs.list_slices")
    async def list_slices(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        column: SliceColumn = None,
        metric: SliceMetric = "accuracy",
        by: CombinedColumns = None,
        bins: Bins = None,
        slices: Slices = None,
        class_label: ScoredClass = None,
        threshold: Threshold = None,
        min_support: MinSupport = 1,
        limit: SliceLimit = 100,
    ) -> SlicePage:
        """List the slices of a run, worst first.

        A slice is the samples that have one value in a column of metadata; its support is their number. `by` combines
        the values of two columns, cuts numbers into ranges of about equally many samples, and goes together with
        `slice` and `threshold`.
        """
        run = await runs.get_ready(platform, caller, run_id, runs.ANY_TASK, heeds_weights=True)
        if by is None:
            refuse_without_by(bins=bins, slice=slices, threshold=threshold)
            found = await answers.slices(platform, run, column, metric, min_support)
        else:
            decision = read_decision(run, threshold, read_class(run, class_label, "class"))
            axes, conditions = read_axes(run, by, bins), read_conditions(run, slices)
            found = await answers.slices_by(platform, run, axes, metric, min_support, conditions, decision)
        items = [SliceOut.of(result) for result in found.results[:limit]]
        shown = metric_named(metric).id if run.summary.is_multilabel else metric
        return SlicePage(run.version, shown, found.whole, found.columns, items)

    @get("/samples", operation_id="runs.list_samples")
    async def samples(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        actual: Actual = None,
        predicted: Predicted = None,
        slices: Slices = None,
        min_score: Lowest = None,
        max_score: Highest = None,
        class_label: ScoredClass = None,
        threshold: Threshold = None,
        cursor: RowCursor = None,
        limit: RowLimit = 100,
    ) -> RunSamplePage:
        """List samples of a run.

        Those of a cell, a slice or a range of scores, with everything that their row holds. The most confident
        predictions come first, equal ones in the order of the file. A page of long texts has fewer than `limit`.
        """
        run = await runs.get_shown(platform, caller, run_id, runs.ANY_TASK, heeds_weights=True)
        decision = read_decision(run, threshold, read_class(run, class_label, "class"))
        scores = read_scores(run, min_score, max_score)
        wanted = RowFilter(
            read_class(run, actual, "actual"),
            read_predicted(run, decision, predicted),
            conditions=read_conditions(run, slices),
            lowest_score=scores.lowest,
            highest_score=scores.highest,
        )
        page = await answers.samples(platform, run, wanted, after=cursor, limit=limit, decision=decision)
        return RunSamplePage(run.version, [RunSample.of(run, row) for row in page.rows], page.next)

    @get("/errors", operation_id="runs.list_errors")
    async def errors(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        run_id: FromPath[str],
        *,
        slices: Slices = None,
        class_label: ScoredClass = None,
        threshold: Threshold = None,
        cursor: RowCursor = None,
        limit: RowLimit = 100,
    ) -> RunSamplePage:
        """List the errors of a run.

        All samples that were predicted wrongly, the most confident ones first.
        """
        run = await runs.get_shown(platform, caller, run_id, runs.ANY_TASK, heeds_weights=True)
        decision = read_decision(run, threshold, read_class(run, class_label, "class"))
        wanted = RowFilter(only_errors=True, conditions=read_conditions(run, slices))
        page = await answers.samples(platform, run, wanted, after=cursor, limit=limit, decision=decision)
        return RunSamplePage(run.version, [RunSample.of(run, row) for row in page.rows], page.next)


async def _of_label_sets(
    platform: Platform, run: ReadyRun, label: str | None, slices: list[str] | None, threshold: float | None
) -> RunMetrics:
    position = read_class(run, label, "class")
    read_decision(run, threshold, position)
    counts = await answers.label_counts(platform, run, read_conditions(run, slices))
    return RunMetrics.of_sets(run, counts, position, is_slice=bool(slices))


async def _counted(
    platform: Platform, run: ReadyRun, class_label: str | None, slices: list[str] | None, threshold: float | None
) -> tuple[ReadyRun, ConfusionMatrix, int | None]:
    """The counts, with the run as it is at the threshold, and the position of the class in it."""
    position = read_class(run, class_label, "class")
    decision = read_decision(run, threshold, position)
    counted = await answers.matrix(platform, run, read_conditions(run, slices), decision)
    if decision is None:
        return run, counted, position
    return decided(run, decision), counted, decided_position(run, decision, position)
