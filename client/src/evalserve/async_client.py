"""The client for asynchronous programs."""

import math
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from evalserve.calls import comparisons, exports, gates, imports, runs, uploads, waiting
from evalserve.calls.uploads import Progress
from evalserve.connection import steps
from evalserve.connection.configuration import load
from evalserve.connection.requests import AsyncConnection
from evalserve.inputs.roles import Roles
from evalserve.inputs.tables import as_file
from evalserve.results.check import AsyncCheck
from evalserve.results.comparison import AsyncComparison
from evalserve.results.run import AsyncRun, label, reference_of


class AsyncClient:
    """A client for asynchronous programs, with the methods of `Client`."""

    def __init__(
        self, url: str | None = None, api_key: str | None = None, *, http_client: httpx2.AsyncClient | None = None
    ) -> None:
        self._connection = AsyncConnection(load(url, api_key), http_client)

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
        sample_weight: Any = None,
        slices: Any = None,
        positive: Any = None,
        classes: Sequence[Any] | None = None,
        progress: Progress | None = None,
        **description: Any,
    ) -> AsyncRun:
        """Create a run of predictions and return it when it is ready; as `Client.evaluate`."""
        roles = Roles(y_true, y_pred, y_score, id, sample_weight, slices, label(positive), classes)
        with as_file(data, roles) as table:
            described = {**description, "positive": roles.positive}
            created = await self._connection.hold(
                runs.create(self._connection.configuration.url, table, described, progress)
            )
        return AsyncRun(self._connection, *await self._connection.hold(runs.ready(created)))

    async def list(self, limit: int = 20, *, tag: str | None = None) -> list[dict[str, Any]]:
        """Return the newest runs, those with a tag, as the service answers them, whatever their status."""
        return await self._connection.hold(runs.newest(limit, tag))

    async def get(self, reference: str) -> AsyncRun:
        """Return the run with this id, or the newest of this name, when it is ready."""
        return AsyncRun(self._connection, *await self._connection.hold(runs.get(reference)))

    async def comparison(self, comparison_id: str) -> AsyncComparison:
        """Return a comparison by its id, when it is ready."""
        return AsyncComparison(self._connection, await self._connection.hold(comparisons.get(comparison_id)))

    async def check(self, candidate: AsyncRun | str, gate: str | Mapping[str, Any]) -> AsyncCheck:
        """Check a run, or the one of an id or name, by a gate: its id or name, or a policy with a `name`.

        A policy makes the gate of its name, or a new version of it. Raises InputRefused, and EvalserveError where
        there is no verdict.
        """
        return AsyncCheck(self._connection, await self._connection.hold(gates.check(gate, reference_of(candidate))))

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

    async def export_annotations(
        self,
        project: str | None = None,
        *,
        format: str = "coco_results",
        model: str | None = None,
        version: str | None = None,
        detection_run: str | None = None,
    ) -> exports.AnnotationsFile:
        """Export what a model, or without one the ground truth, says of a project; as `Client.export_annotations`."""
        wanted = exports.AnnotationsExport(project, format, model, version, detection_run)
        return await self._connection.hold(exports.annotations(wanted))

    async def upload(self, file: str | PathLike[str], *, progress: Progress | None = None) -> str:
        """Upload a file, or what has not arrived of it, and return the id of the upload."""
        path = Path(file)
        return await self._connection.hold(uploads.upload(self.url, path, path.name, progress))

    async def wait(self, path: str, *, at_most_s: float = math.inf) -> dict[str, Any]:
        """Return what the service makes at a path, such as `/v1/jobs/ID`, when it is neither queued nor running.

        Of a detection run also when its intervals are there, or cannot be. When the seconds are over it is returned as
        it is then.
        """
        return await self._connection.hold(waiting.ended(path, at_most_s=at_most_s))

    async def send(self, method: str, path: str, **options: Any) -> Any:
        """Send any request of the API and return its answer; as `Client.send`."""
        return steps.parsed(await self._connection.hold(steps.one(steps.requested(method, path, options))))

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        """Send one request as it is, once, and return the answer of httpx2; as `Client.request`."""
        return await self._connection.request(method, path, headers, options)
