"""Conversations about exports of annotations, which a job writes as files of other programs."""

from dataclasses import dataclass, field
from typing import Any

from evalserve.calls import imports, jobs
from evalserve.calls.waiting import WAITING
from evalserve.connection.steps import Request, Steps, post
from evalserve.errors import InputRefused


@dataclass(frozen=True)
class AnnotationsExport:
    """What is exported: a side of a project, or what a detection run judged."""

    project: str | None
    format: str
    model: str | None
    version: str | None
    detection_run: str | None


@dataclass(frozen=True)
class AnnotationsFile:
    """An exported file, its name, and the report of the service: counts, and notices of what the format cannot say."""

    name: str
    content: bytes = field(repr=False)
    report: dict[str, Any]


def annotations(export: AnnotationsExport) -> Steps[AnnotationsFile]:
    """Return one side of a project as a file of another program; raises InputRefused."""
    body: dict[str, Any] = {"kind": "export_annotations", "format": export.format}
    if export.detection_run is not None:
        body |= yield from _of_detection_run(export)
    elif export.project is None:
        raise InputRefused("What is exported is missing: a project, or the id of a detection run.")
    else:
        found = yield from imports.project(export.project, create=False)
        body |= {"project_id": found["id"], "side": _side(export.model, export.version)}
    job = (yield post("/v1/jobs", json=body, headers=WAITING)).json()
    job = yield from jobs.succeeded(job, "The annotations could not be exported.")
    files: dict[str, str] = {artifact["name"]: artifact["url"] for artifact in job["artifacts"]}
    report = (yield Request("GET", files.pop("report.json"))).json()
    ((name, link),) = files.items()
    return AnnotationsFile(name, (yield Request("GET", link)).content, report)


def _of_detection_run(export: AnnotationsExport) -> Steps[dict[str, Any]]:
    if (export.project, export.model, export.version) != (None, None, None):
        raise InputRefused("A detection run has its own project and model: leave project, model and version out.")
    run = (yield Request("GET", f"/v1/detection-runs/{export.detection_run}")).json()
    side = _side(run["model_name"], run["model_version"])
    return {"project_id": run["project_id"], "side": side, "detection_run_id": run["id"]}


def _side(model: str | None, version: str | None) -> dict[str, Any]:
    if model is None and version is not None:
        raise InputRefused("A version needs the name of its model.")
    return {"ground_truth": True} if model is None else {"model_name": model, "model_version": version}
