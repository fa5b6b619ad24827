"""Conversations about runs."""

import json
from collections.abc import Mapping
from typing import Any

from evalserve import uploads
from evalserve.errors import EvalserveError, InputRefused, NeedsMapping, message_of
from evalserve.steps import Request, Steps, post
from evalserve.tables import TableFile
from evalserve.uploads import Progress

# One request takes less time than announcing an upload; beyond it, parts can be sent again one by one.
MAX_FORM_BYTES = 8 * 2**20

# The longest that the service waits for a job in one answer.
WAIT_S = 20

_UNFINISHED = {"queued", "running"}
_MAX_LISTED = 100


def create(
    url: str, table: TableFile, description: Mapping[str, Any], progress: Progress | None = None
) -> Steps[dict[str, Any]]:
    """Create a run of a file; returns it as the service answers it."""
    headers = {"Prefer": f"wait={WAIT_S}"}
    stated = {name: value for name, value in description.items() if value}
    if table.path.stat().st_size <= MAX_FORM_BYTES:
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in stated.items()}
        form["columns"] = json.dumps(table.columns)
        request = post("/v1/runs", file=(table.filename, table.path), form=form, headers=headers)
    else:
        upload_id = yield from uploads.upload(url, table.path, table.filename, progress)
        body = {**stated, "columns": table.columns, "upload_id": upload_id}
        request = post("/v1/runs", json=body, headers=headers)
    run: dict[str, Any] = (yield request).json()
    return run


def wait(run: dict[str, Any]) -> Steps[dict[str, Any]]:
    """Return the run once its file has been read; raises NeedsMapping, InputRefused and EvalserveError."""
    while run["status"] in _UNFINISHED:
        run = (yield Request("GET", f"/v1/runs/{run['id']}", headers={"Prefer": f"wait={WAIT_S}"})).json()
    if run["status"] == "needs_mapping":
        raise NeedsMapping(run["id"], run["questions"])
    if run["status"] == "failed":
        raise InputRefused(message_of(run["error"] or {}) or "The file could not be read.", run["error"])
    if run["status"] != "ready":
        raise EvalserveError(f"The run has the status {run['status']}.")
    return run


def newest(limit: int, tag: str | None = None) -> Steps[list[dict[str, Any]]]:
    """Return the newest runs, whatever their status."""
    page = (yield Request("GET", "/v1/runs", params={"limit": limit, "tag": tag})).json()
    items: list[dict[str, Any]] = page["items"]
    return items


def find(reference: str) -> Steps[dict[str, Any]]:
    """Return the run with this id, or the newest of this name; raises InputRefused."""
    page: dict[str, Any] = {"items": [], "next": None}
    while True:
        page = (yield Request("GET", "/v1/runs", params={"limit": _MAX_LISTED, "cursor": page["next"]})).json()
        for run in page["items"]:
            if reference in (run["id"], run["name"]):
                return (yield Request("GET", f"/v1/runs/{run['id']}")).json()  # type: ignore[no-any-return]
        if page["next"] is None:
            raise InputRefused(f"There is no run with the id or name {reference!r}.")
