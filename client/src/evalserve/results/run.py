"""A run that is ready: what one model said of a test set, and what that is worth."""

from collections.abc import Sequence
from typing import Any

from evalserve.calls import results
from evalserve.calls.comparisons import compare
from evalserve.calls.results import Rows
from evalserve.connection.requests import AsyncConnection, Connection
from evalserve.connection.steps import content
from evalserve.results import texts
from evalserve.results.comparison import AsyncComparison, Comparison
from evalserve.results.drawings import Calibration, Curve
from evalserve.results.metric_ids import by_id


class _Run:
    """What is known of a run without asking again."""

    def __init__(self, url: str, run: dict[str, Any], metrics: dict[str, Any], matrix: dict[str, Any]) -> None:
        self._url = url
        self.data = run
        task = str(run["task"])
        self.metrics: dict[str, float | None] = by_id(metrics["overall"], task)
        self.classes: list[dict[str, Any]] = metrics["classes"]
        self.estimates: dict[str, dict[str, Any]] = by_id(metrics["estimates"], task)
        self.undefined: dict[str, Any] = by_id(metrics["undefined"], task)
        self.labels: list[Any] = matrix["classes"]
        # The service lists the cells of more than 1,000 classes instead.
        self.matrix: list[list[float]] | None = matrix["confusion_matrix"]

    @property
    def id(self) -> str:
        """Id of the run."""
        return str(self.data["id"])

    @property
    def name(self) -> str | None:
        """Name of the run."""
        return None if self.data["name"] is None else str(self.data["name"])

    @property
    def rows(self) -> int:
        """Number of samples."""
        return int(self.data["rows"])

    @property
    def weighted_by(self) -> str | None:
        """Column of the weights by which every figure is weighted; None where each sample counts once."""
        column = self.data.get("weighted_by")
        return None if column is None else str(column)

    @property
    def notices(self) -> list[str]:
        """What had to be assumed, or looks wrong."""
        return list(self.data["notices"])

    @property
    def url(self) -> str:
        """Address of the page of the run."""
        return f"{self._url}/app/runs/{self.id}"

    def __repr__(self) -> str:
        return texts.of_run(self)

    def _repr_html_(self) -> str:
        return texts.html_of_run(self)


class Run(_Run):
    """A run of a synchronous client; `metrics` has the metrics of all classes, `classes` those of each."""

    def __init__(self, connection: Connection, *parts: dict[str, Any]) -> None:
        super().__init__(connection.configuration.url, *parts)
        self._connection = connection

    def slices(self, column: str | None = None, *, metric: str = "accuracy", min_support: int = 1) -> Rows:
        """Return the values of a column, or of all, from the worst metric to the best."""
        return self._connection.hold(results.slices(self.id, column, metric, min_support))

    def errors(self, *, slice: str | Sequence[str] | None = None, at_most: int | None = None) -> Rows:
        """Return the samples that were predicted wrongly, the most confident first."""
        return self._connection.hold(results.samples(self.id, "errors", at_most, slice=results.conditions(slice)))

    def samples(
        self,
        *,
        actual: str | None = None,
        predicted: str | None = None,
        slice: str | Sequence[str] | None = None,
        at_most: int | None = 1000,
    ) -> Rows:
        """Return samples of a cell or a slice, the most confident first."""
        filters = {"actual": actual, "predicted": predicted, "slice": results.conditions(slice)}
        return self._connection.hold(results.samples(self.id, "samples", at_most, **filters))

    def compare(
        self,
        baseline: "Run | str",
        *,
        metrics: str | Sequence[str] | None = None,
        margin: float | None = None,
        alpha: float | None = None,
        slices: Sequence[str] = (),
        group: str | None = None,
    ) -> Comparison:
        """Compare this run with a baseline, a run or its id or name, on the same samples; raises InputRefused.

        The verdict is that of the first metric; `margin` is the difference that does not matter,
        and `group` the column of metadata whose values share samples, as patients do, so that tests are of groups.
        """
        options = _options(metrics, margin, alpha, slices) | {"group": group}
        return Comparison(self._connection, self._connection.hold(compare(self.id, reference_of(baseline), options)))

    def report(self) -> bytes:
        """Return the run as one HTML file, which loads nothing and runs no script."""
        return self._connection.hold(content(f"/v1/runs/{self.id}/report"))

    def receipt(self) -> dict[str, Any]:
        """Return what it takes to compute the figures of this run once more, as `evalserve.verify` does."""
        return self._connection.hold(results.read(self.id, "receipt"))

    def flips(self, baseline: "Run | str", kind: str = "broken", *, at_most: int | None = None) -> Rows:
        """Return the samples that this run fixed or broke against a baseline."""
        return self.compare(baseline).flips(kind, at_most=at_most)

    def curve(
        self,
        kind: str = "roc",
        *,
        label: str | None = None,
        slice: str | Sequence[str] | None = None,
        points: int | None = None,
    ) -> Curve:
        """Return the curve of a class, the positive one by default: `roc`, or `pr` for precision and recall."""
        return Curve(kind, self._connection.hold(results.scored(self.id, "curves", label, slice, points=points)))

    def calibration(
        self, *, label: str | None = None, slice: str | Sequence[str] | None = None, **options: Any
    ) -> Calibration:
        """Return how far the probabilities of a class are from what happened, by `bins`, `binning` and `of`."""
        return Calibration(self._connection.hold(results.scored(self.id, "calibration", label, slice, **options)))

    def thresholds(
        self, *, label: str | None = None, slice: str | Sequence[str] | None = None, **goal: Any
    ) -> dict[str, Any]:
        """Return the best threshold for a goal: `metric`, `at_least`, `max_positives`, `cost_fp`, `cost_fn`."""
        found: dict[str, Any] = self._connection.hold(results.scored(self.id, "thresholds", label, slice, **goal))
        return found


class AsyncRun(_Run):
    """A run of an asynchronous client; `metrics` has the metrics of all classes, `classes` those of each."""

    def __init__(self, connection: AsyncConnection, *parts: dict[str, Any]) -> None:
        super().__init__(connection.configuration.url, *parts)
        self._connection = connection

    async def slices(self, column: str | None = None, *, metric: str = "accuracy", min_support: int = 1) -> Rows:
        """Return the values of a column, or of all, from the worst metric to the best."""
        return await self._connection.hold(results.slices(self.id, column, metric, min_support))

    async def errors(self, *, slice: str | Sequence[str] | None = None, at_most: int | None = None) -> Rows:
        """Return the samples that were predicted wrongly, the most confident first."""
        return await self._connection.hold(results.samples(self.id, "errors", at_most, slice=results.conditions(slice)))

    async def samples(
        self,
        *,
        actual: str | None = None,
        predicted: str | None = None,
        slice: str | Sequence[str] | None = None,
        at_most: int | None = 1000,
    ) -> Rows:
        """Return samples of a cell or a slice, the most confident first."""
        filters = {"actual": actual, "predicted": predicted, "slice": results.conditions(slice)}
        return await self._connection.hold(results.samples(self.id, "samples", at_most, **filters))

    async def compare(
        self,
        baseline: "AsyncRun | str",
        *,
        metrics: str | Sequence[str] | None = None,
        margin: float | None = None,
        alpha: float | None = None,
        slices: Sequence[str] = (),
        group: str | None = None,
    ) -> AsyncComparison:
        """Compare this run with a baseline, a run or its id or name, on the same samples; raises InputRefused.

        The verdict is that of the first metric; `margin` is the difference that does not matter,
        and `group` the column of metadata whose values share samples, as patients do, so that tests are of groups.
        """
        options = _options(metrics, margin, alpha, slices) | {"group": group}
        return AsyncComparison(
            self._connection, await self._connection.hold(compare(self.id, reference_of(baseline), options))
        )

    async def report(self) -> bytes:
        """Return the run as one HTML file, which loads nothing and runs no script."""
        return await self._connection.hold(content(f"/v1/runs/{self.id}/report"))

    async def receipt(self) -> dict[str, Any]:
        """Return what it takes to compute the figures of this run once more, as `evalserve.verify` does."""
        return await self._connection.hold(results.read(self.id, "receipt"))

    async def flips(self, baseline: "AsyncRun | str", kind: str = "broken", *, at_most: int | None = None) -> Rows:
        """Return the samples that this run fixed or broke against a baseline."""
        return await (await self.compare(baseline)).flips(kind, at_most=at_most)

    async def curve(
        self,
        kind: str = "roc",
        *,
        label: str | None = None,
        slice: str | Sequence[str] | None = None,
        points: int | None = None,
    ) -> Curve:
        """Return the curve of a class, the positive one by default: `roc`, or `pr` for precision and recall."""
        return Curve(kind, await self._connection.hold(results.scored(self.id, "curves", label, slice, points=points)))

    async def calibration(
        self, *, label: str | None = None, slice: str | Sequence[str] | None = None, **options: Any
    ) -> Calibration:
        """Return how far the probabilities of a class are from what happened, by `bins`, `binning` and `of`."""
        return Calibration(await self._connection.hold(results.scored(self.id, "calibration", label, slice, **options)))

    async def thresholds(
        self, *, label: str | None = None, slice: str | Sequence[str] | None = None, **goal: Any
    ) -> dict[str, Any]:
        """Return the best threshold for a goal: `metric`, `at_least`, `max_positives`, `cost_fp`, `cost_fn`."""
        found: dict[str, Any] = await self._connection.hold(results.scored(self.id, "thresholds", label, slice, **goal))
        return found


def reference_of(run: "_Run | str") -> str:
    """Return the id of a run, or the reference to one as it is."""
    return run if isinstance(run, str) else run.id


def label(positive: Any) -> str | None:
    """Return the positive class as the service takes it."""
    return None if positive is None else str(positive)


def _options(
    metrics: str | Sequence[str] | None, margin: float | None, alpha: float | None, slices: Sequence[str]
) -> dict[str, Any]:
    named = [metrics] if isinstance(metrics, str) else list(metrics or [])
    return {"metrics": named, "margin": margin, "alpha": alpha, "slices": list(slices)}
