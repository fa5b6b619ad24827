"""The clients: one that blocks, and one for asynchronous programs."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from evalserve import comparisons, gates, imports, results, runs
from evalserve.comparison import AsyncComparison, Comparison
from evalserve.configuration import load
from evalserve.connection import AsyncConnection, Connection
from evalserve.gate import AsyncCheck, Check
from evalserve.run import AsyncRun, Run
from evalserve.steps import Request, Steps, one, post
from evalserve.tables import Roles, as_file
from evalserve.uploads import Progress

Parts = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


class Client:
    """A client that blocks until the service has answered.

    The address and the API key come from the arguments, from EVALSERVE_URL and EVALSERVE_API_KEY, or from
    `evalserve login`. Raises NotConfigured.
    """

    def __init__(self, url: str | None = None, api_key: str | None = None) -> None:
        self._connection = Connection(load(url, api_key))

    @property
    def url(self) -> str:
        """Address of the service."""
        return self._connection.configuration.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def evaluate(
        self,
        data: Any = None,
        *,
        y_true: Any = None,
        y_pred: Any = None,
        y_score: Any = None,
        id: Any = None,
        slices: Any = None,
        positive: Any = None,
        classes: Sequence[Any] | None = None,
        progress: Progress | None = None,
        **description: Any,
    ) -> Run:
        """Create a run of predictions and return it when it is ready.

        `data` is a DataFrame of pandas or polars, an Arrow table, a dictionary of columns, or the path or address of a
        file; then the others name its columns. Without it they are the vectors themselves. `description` has `name`,
        `model_name`, `model_version`, `tags` and `notes`. Raises InputRefused, NeedsMapping, NotPermitted and
        ServiceUnavailable.
        """
        roles = Roles(y_true, y_pred, y_score, id, slices, _label(positive), classes)
        with as_file(data, roles) as table:
            described = {**description, "positive": roles.positive}
            created = self._connection.hold(runs.create(self._connection.configuration.url, table, described, progress))
        return Run(self._connection, *self._connection.hold(_ready(created)))

    def list(self, limit: int = 20, *, tag: str | None = None) -> list[dict[str, Any]]:
        """Return the newest runs, those with a tag, as the service answers them, whatever their status."""
        return self._connection.hold(runs.newest(limit, tag))

    def get(self, reference: str) -> Run:
        """Return the run with this id, or the newest of this name, when it is ready."""
        return Run(self._connection, *self._connection.hold(_found(reference)))

    def comparison(self, comparison_id: str) -> Comparison:
        """Return a comparison by its id, when it is ready."""
        return Comparison(self._connection, self._connection.hold(comparisons.get(comparison_id)))

    def check(self, candidate: Run | str, gate: str | Mapping[str, Any]) -> Check:
        """Check a run, or the one of an id or name, by a gate: its id or name, or a policy with a `name`.

        A policy makes the gate of its name, or a new version of it. Raises InputRefused, and EvalserveError where
        there is no verdict.
        """
        return Check(self._connection, self._connection.hold(gates.check(gate, _reference(candidate))))

    def import_annotations(
        self,
        path: str | PathLike[str],
        project: str,
        *,
        role: str,
        create: bool = False,
        progress: Progress | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Import a file of annotations into a project, by its id or name, and return the report of what was imported.

        `role` is `ground_truth`, or `predictions` with a `model` (`{"name": ..., "version": ...}`); `format` and
        `categories` are those of the API. Raises InputRefused with the faults of the file.
        """
        url, wanted = self._connection.configuration.url, {"role": role, **options}
        return self._connection.hold(
            imports.annotations(url, Path(path), project, wanted, create=create, progress=progress)
        )

    def send(self, method: str, path: str, **options: Any) -> Any:
        """Send any request of the API and return its answer: parsed if it is JSON, otherwise bytes.

        `json`, `params`, `headers`, `content` as bytes, `form` and `file`, a name and bytes or a path, are what is
        sent. `path` may be a link from an answer, which is followed without the key where it leads elsewhere. A
        request is sent again where an answer is lost; a POST is still performed once. Raises InputRefused,
        NotPermitted and ServiceUnavailable.
        """
        return _content(self._connection.hold(one(_request(method, path, options))))


class AsyncClient:
    """A client for asynchronous programs, with the methods of `Client`."""

    def __init__(self, url: str | None = None, api_key: str | None = None) -> None:
        self._connection = AsyncConnection(load(url, api_key))

    @property
    def url(self) -> str:
        """Address of the service."""
        return self._connection.configuration.url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def evaluate(
        self,
        data: Any = None,
        *,
        y_true: Any = None,
        y_pred: Any = None,
        y_score: Any = None,
        id: Any = None,
        slices: Any = None,
        positive: Any = None,
        classes: Sequence[Any] | None = None,
        progress: Progress | None = None,
        **description: Any,
    ) -> AsyncRun:
        """Create a run of predictions and return it when it is ready; as `Client.evaluate`."""
        roles = Roles(y_true, y_pred, y_score, id, slices, _label(positive), classes)
        with as_file(data, roles) as table:
            described = {**description, "positive": roles.positive}
            created = await self._connection.hold(
                runs.create(self._connection.configuration.url, table, described, progress)
            )
        return AsyncRun(self._connection, *await self._connection.hold(_ready(created)))

    async def list(self, limit: int = 20, *, tag: str | None = None) -> list[dict[str, Any]]:
        """Return the newest runs, those with a tag, as the service answers them, whatever their status."""
        return await self._connection.hold(runs.newest(limit, tag))

    async def get(self, reference: str) -> AsyncRun:
        """Return the run with this id, or the newest of this name, when it is ready."""
        return AsyncRun(self._connection, *await self._connection.hold(_found(reference)))

    async def comparison(self, comparison_id: str) -> AsyncComparison:
        """Return a comparison by its id, when it is ready."""
        return AsyncComparison(self._connection, await self._connection.hold(comparisons.get(comparison_id)))

    async def check(self, candidate: AsyncRun | str, gate: str | Mapping[str, Any]) -> AsyncCheck:
        """Check a run, or the one of an id or name, by a gate: its id or name, or a policy with a `name`.

        A policy makes the gate of its name, or a new version of it. Raises InputRefused, and EvalserveError where
        there is no verdict.
        """
        return AsyncCheck(self._connection, await self._connection.hold(gates.check(gate, _reference(candidate))))

    async def import_annotations(
        self,
        path: str | PathLike[str],
        project: str,
        *,
        role: str,
        create: bool = False,
        progress: Progress | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Import a file of annotations into a project, by its id or name, and return the report of what was imported.

        `role` is `ground_truth`, or `predictions` with a `model` (`{"name": ..., "version": ...}`); `format` and
        `categories` are those of the API. Raises InputRefused with the faults of the file.
        """
        url, wanted = self._connection.configuration.url, {"role": role, **options}
        return await self._connection.hold(
            imports.annotations(url, Path(path), project, wanted, create=create, progress=progress)
        )

    async def send(self, method: str, path: str, **options: Any) -> Any:
        """Send any request of the API and return its answer; as `Client.send`."""
        return _content(await self._connection.hold(one(_request(method, path, options))))


def evaluate(data: Any = None, *, url: str | None = None, api_key: str | None = None, **options: Any) -> Run:
    """Create a run of predictions and return it when it is ready; the options are those of `Client.evaluate`."""
    return Client(url, api_key).evaluate(data, **options)


def _found(reference: str) -> Steps[Parts]:
    return (yield from _ready((yield from runs.find(reference))))


def _ready(run: dict[str, Any]) -> Steps[Parts]:
    run = yield from runs.wait(run)
    metrics = yield from results.read(run["id"], "metrics")
    matrix = yield from results.read(run["id"], "matrix")
    return run, metrics, matrix


def _request(method: str, path: str, options: dict[str, Any]) -> Request:
    return post(path, **options) if method == "POST" else Request(method, path, **options)


def _content(answer: httpx2.Response) -> Any:
    return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content


def _reference(run: Run | AsyncRun | str) -> str:
    return run if isinstance(run, str) else run.id


def _label(positive: Any) -> str | None:
    return None if positive is None else str(positive)
