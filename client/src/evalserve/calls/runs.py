"""Conversations about runs: sent, waited for, mapped, found and deleted."""

import json
from collections.abc import Mapping
from typing import Any

from evalserve.calls import results, uploads
from evalserve.calls.uploads import Progress
from evalserve.calls.waiting import WAITING, ended
from evalserve.connection.steps import Request, Steps, post
from evalserve.errors import EvalserveError, InputRefused, NeedsMapping, message_of
from evalserve.inputs.tables import TableFile

# One request takes less time than announcing an upload; beyond it, parts can be sent again one by one.
MAX_FORM_BYTES = 8 * 2**20

_MAX_LISTED = 100

# Samples with any number of labels, or of which is known only whether they are right, have no confusion matrix.
_WITHOUT_MATRIX = {"multilabel", "correctness"}

# A run, its metrics and its matrix, as the service answers them.
Parts = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


def create(
    url: str, table: TableFile, description: Mapping[str, Any], progress: Progress | None = None
) -> Steps[dict[str, Any]]:
    """Create a run of a file; returns it as the service answers it."""
    stated = {name: value for name, value in description.items() if value}
    if isinstance(stated.get("tags"), str):
        stated["tags"] = [stated["tags"]]
    columns = {**table.columns, **stated.pop("columns", {})}
    if table.path.stat().st_size <= MAX_FORM_BYTES:
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in stated.items()}
        form["columns"] = json.dumps(columns)
        request = post("/v1/runs", file=(table.filename, table.path), form=form, headers=WAITING)
    else:
        upload_id = yield from uploads.upload(url, table.path, table.filename, progress)
        body = {**stated, "columns": columns, "upload_id": upload_id}
        request = post("/v1/runs", json=body, headers=WAITING)
    run: dict[str, Any] = (yield request).json()
    return run


def wait(run: dict[str, Any]) -> Steps[dict[str, Any]]:
    """Return the run once its file has been read; raises NeedsMapping, InputRefused and EvalserveError."""
    run = yield from ended(f"/v1/runs/{run['id']}", run)
    if run["status"] == "needs_mapping":
        raise NeedsMapping(run["id"], run["questions"])
    if run["status"] == "failed":
        raise InputRefused(message_of(run["error"] or {}) or "The file could not be read.", run["error"])
    if run["status"] != "ready":
        raise EvalserveError(f"The run has the status {run['status']}.")
    return run


def ready(run: dict[str, Any]) -> Steps[Parts]:
    """Return a run with its metrics and its matrix once it is ready; raises what `wait` raises."""
    run = yield from wait(run)
    metrics = yield from results.read(run["id"], "metrics")
    if run["task"] in _WITHOUT_MATRIX:
        matrix: dict[str, Any] = {"classes": [row["label"] for row in metrics["classes"]], "confusion_matrix": []}
    else:
        matrix = yield from results.read(run["id"], "matrix")
    return run, metrics, matrix


def get(reference: str) -> Steps[Parts]:
    """Return the run with this id, or the newest of this name, once it is ready; raises what `wait` raises."""
    return (yield from ready((yield from find(reference))))


def newest(limit: int, tag: str | None = None) -> Steps[list[dict[str, Any]]]:
    """Return the newest runs, whatever their status."""
    page = (yield Request("GET", "/v1/runs", params={"limit": limit, "tag": tag})).json()
    items: list[dict[str, Any]] = page["items"]
    return items


def find(reference: str, other_than: str | None = None) -> Steps[dict[str, Any]]:
    """Return the run with this id, or the newest of this name, other than the run of an id; raises InputRefused."""
    page: dict[str, Any] = {"items": [], "next": None}
    while True:
        page = (yield Request("GET", "/v1/runs", params={"limit": _MAX_LISTED, "cursor": page["next"]})).json()
        for run in page["items"]:
            if reference in (run["id"], run["name"]) and run["id"] != other_than:
                return (yield Request("GET", f"/v1/runs/{run['id']}")).json()  # type: ignore[no-any-return]
        if page["next"] is None:
            other = "" if other_than is None else "other "
            raise InputRefused(f"There is no {other}run with the id or name {reference!r}.")
