"""Conversations about exports of annotations, which a job writes as files of other programs."""

from dataclasses import dataclass, field
from typing import Any

from evalserve.calls import imports, jobs
from evalserve.calls.waiting import WAITING
from evalserve.errors import InputRefused
from evalserve.steps import Request, Steps, post


@dataclass(frozen=True)
class Wanted:
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


def annotations(wanted: Wanted) -> Steps[AnnotationsFile]:
    """Return one side of a project as a file of another program; raises InputRefused."""
    body: dict[str, Any] = {"kind": "export_annotations", "format": wanted.format}
    if wanted.detection_run is not None:
        body |= yield from _of_detection_run(wanted)
    elif wanted.project is None:
        raise InputRefused("What is exported is missing: a project, or the id of a detection run.")
    else:
        found = yield from imports.project(wanted.project, create=False)
        body |= {"project_id": found["id"], "side": _side(wanted.model, wanted.version)}
    job = (yield post("/v1/jobs", json=body, headers=WAITING)).json()
    job = yield from jobs.succeeded(job, "The annotations could not be exported.")
    files: dict[str, str] = {artifact["name"]: artifact["url"] for artifact in job["artifacts"]}
    report = (yield Request("GET", files.pop("report.json"))).json()
    ((name, link),) = files.items()
    return AnnotationsFile(name, (yield Request("GET", link)).content, report)


def _of_detection_run(wanted: Wanted) -> Steps[dict[str, Any]]:
    if (wanted.project, wanted.model, wanted.version) != (None, None, None):
        raise InputRefused("A detection run has its own project and model: leave project, model and version out.")
    run = (yield Request("GET", f"/v1/detection-runs/{wanted.detection_run}")).json()
    side = _side(run["model_name"], run["model_version"])
    return {"project_id": run["project_id"], "side": side, "detection_run_id": run["id"]}


def _side(model: str | None, version: str | None) -> dict[str, Any]:
    if model is None and version is not None:
        raise InputRefused("A version needs the name of its model.")
    return {"ground_truth": True} if model is None else {"model_name": model, "model_version": version}
