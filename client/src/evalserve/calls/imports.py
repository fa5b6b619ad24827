"""Conversations about files of annotations, which a job reads into a project."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evalserve.calls import jobs, uploads
from evalserve.calls.uploads import Progress
from evalserve.calls.waiting import WAITING
from evalserve.connection.steps import Request, Steps, post
from evalserve.errors import InputRefused

_MAX_LISTED = 100


def project(reference: str, *, create: bool) -> Steps[dict[str, Any]]:
    """Return the project with this id or name, a new one of this name if there is none and that is asked for."""
    page: dict[str, Any] = {"items": [], "next": None}
    while True:
        page = (yield Request("GET", "/api/projects", params={"limit": _MAX_LISTED, "cursor": page["next"]})).json()
        for one in page["items"]:
            if reference in (one["id"], one["name"]):
                return dict(one)
        if page["next"] is None:
            break
    if not create:
        raise InputRefused(f"There is no project with the id or name {reference!r}.")
    made: dict[str, Any] = (yield post("/api/projects", json={"name": reference})).json()
    return made


def annotations(
    url: str, path: Path, into: str, options: Mapping[str, Any], *, create: bool, progress: Progress | None = None
) -> Steps[dict[str, Any]]:
    """Import a file into a project and return the report of what was imported; raises InputRefused with the faults."""
    if not path.is_file():
        # Before a project is made for it.
        raise InputRefused(f"There is no file {path}.")
    found = yield from project(into, create=create)
    upload_id = yield from uploads.upload(url, path, path.name, progress)
    stated = {name: value for name, value in options.items() if value}
    request = post(f"/v1/projects/{found['id']}/imports", json={"upload_id": upload_id, **stated}, headers=WAITING)
    job = yield from jobs.succeeded((yield request).json(), "The file could not be imported.")
    (link,) = [artifact["url"] for artifact in job["artifacts"] if artifact["name"] == "report.json"]
    report: dict[str, Any] = (yield Request("GET", link)).json()
    return {"project_id": found["id"], **report}
