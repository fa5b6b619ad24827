"""The client that blocks."""

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
from evalserve.connection.requests import Connection
from evalserve.inputs.roles import Roles
from evalserve.inputs.tables import as_file
from evalserve.results.check import Check
from evalserve.results.comparison import Comparison
from evalserve.results.run import Run, label, reference_of


class Client:
    """A client that blocks until the service has answered.

    The address and the API key come from the arguments, from EVALSERVE_URL and EVALSERVE_API_KEY, or from
    `evalserve login`. `http_client` is a session of httpx2 of your own, such as one with a certificate; it stays
    open. Raises NotConfigured.
    """

    def __init__(
        self, url: str | None = None, api_key: str | None = None, *, http_client: httpx2.Client | None = None
    ) -> None:
        self._connection = Connection(load(url, api_key), http_client)

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
        sample_weight: Any = None,
        slices: Any = None,
        positive: Any = None,
        classes: Sequence[Any] | None = None,
        progress: Progress | None = None,
        **description: Any,
    ) -> Run:
        """Create a run of predictions and return it when it is ready.

        `data` is a DataFrame of pandas or polars, an Arrow table, a dictionary of columns, or the path or address of a
        file; then the others name its columns. Without it they are the vectors themselves. `description` has `name`,
        `model_name`, `model_version`, `tags` and `notes`, and `columns`: what else the API takes of columns, such as
        `{"header": True}` or `{"correct": "is_right"}`. Raises InputRefused, NeedsMapping, NotPermitted and
        ServiceUnavailable.
        """
        roles = Roles(y_true, y_pred, y_score, id, sample_weight, slices, label(positive), classes)
        with as_file(data, roles) as table:
            described = {**description, "positive": roles.positive}
            created = self._connection.hold(runs.create(self._connection.configuration.url, table, described, progress))
        return Run(self._connection, *self._connection.hold(runs.ready(created)))

    def list(self, limit: int = 20, *, tag: str | None = None) -> list[dict[str, Any]]:
        """Return the newest runs, those with a tag, as the service answers them, whatever their status."""
        return self._connection.hold(runs.newest(limit, tag))

    def get(self, reference: str) -> Run:
        """Return the run with this id, or the newest of this name, when it is ready."""
        return Run(self._connection, *self._connection.hold(runs.get(reference)))

    def comparison(self, comparison_id: str) -> Comparison:
        """Return a comparison by its id, when it is ready."""
        return Comparison(self._connection, self._connection.hold(comparisons.get(comparison_id)))

    def check(self, candidate: Run | str, gate: str | Mapping[str, Any]) -> Check:
        """Check a run, or the one of an id or name, by a gate: its id or name, or a policy with a `name`.

        A policy makes the gate of its name, or a new version of it. Raises InputRefused, and EvalserveError where
        there is no verdict.
        """
        return Check(self._connection, self._connection.hold(gates.check(gate, reference_of(candidate))))

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

    def export_annotations(
        self,
        project: str | None = None,
        *,
        format: str = "coco_results",
        model: str | None = None,
        version: str | None = None,
        detection_run: str | None = None,
    ) -> exports.AnnotationsFile:
        """Export what a model, or without one the ground truth, says of the images of a project, by its id or name.

        `format` is one of the API: `coco_results`, `coco`, `voc`, `yolo`, `yolo_obb` or `dota`. With the id of a
        detection run it is what that run judged, of its own project and model. Raises InputRefused.
        """
        wanted = exports.AnnotationsExport(project, format, model, version, detection_run)
        return self._connection.hold(exports.annotations(wanted))

    def upload(self, file: str | PathLike[str], *, progress: Progress | None = None) -> str:
        """Upload a file, or what has not arrived of it, and return the id of the upload."""
        path = Path(file)
        return self._connection.hold(uploads.upload(self.url, path, path.name, progress))

    def wait(self, path: str, *, at_most_s: float = math.inf) -> dict[str, Any]:
        """Return what the service makes at a path, such as `/v1/jobs/ID`, when it is neither queued nor running.

        Of a detection run also when its intervals are there, or cannot be. When the seconds are over it is returned as
        it is then.
        """
        return self._connection.hold(waiting.ended(path, at_most_s=at_most_s))

    def send(self, method: str, path: str, **options: Any) -> Any:
        """Send any request of the API and return its answer: parsed if it is JSON, otherwise bytes.

        `json`, `params`, `headers`, `content` as bytes, `form` and `file`, a name and bytes or a path, are what is
        sent. `path` may be a link from an answer, which is followed without the key where it leads elsewhere. A
        request is sent again where an answer is lost; a POST is still performed once. Raises InputRefused,
        NotPermitted and ServiceUnavailable.
        """
        return steps.parsed(self._connection.hold(steps.one(steps.requested(method, path, options))))

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        """Send one request as it is, once, and return the answer of httpx2 whatever its status, with its headers.

        `options` are those of `httpx2.Client.request`. Raises what httpx2 raises.
        """
        return self._connection.request(method, path, headers, options)


def evaluate(data: Any = None, *, url: str | None = None, api_key: str | None = None, **options: Any) -> Run:
    """Create a run of predictions and return it when it is ready; the options are those of `Client.evaluate`."""
    return Client(url, api_key).evaluate(data, **options)
