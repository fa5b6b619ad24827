"""The detection of the demo: pages as images of a project, ground truth, and what two models read on them."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import evalserve

from deploy.demo.jobs import wait_for_success
from deploy.demo.pages import Box, Page, detect, write_pages

Say = Callable[[str], None]

_PROJECT, _TRUTH = "Pages with digits", "written digits"
_READERS = ("logistic regression", "support vectors")


class Pipeline:
    """A pipeline of the account, which signs what it sends."""

    def __init__(self, client: evalserve.Client) -> None:
        self._client = client
        found = [entry for entry in client.send("GET", "/v1/pipelines") if entry["name"] == "demo"]
        self._own = found[0] if found else client.send("POST", "/v1/pipelines", json={"name": "demo"})

    def send(self, method: str, path: str, body: dict[str, Any]) -> None:
        """Send a signed request."""
        raw, now = json.dumps(body).encode(), str(int(time.time()))
        digest = hmac.new(self._own["secret"].encode(), f"{now}.".encode() + raw, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-ML-Pipeline": self._own["id"],
            "X-ML-Timestamp": now,
            "X-ML-Signature": f"sha256={digest}",
        }
        self._client.send(method, path, content=raw, headers=headers)


def fill_project(client: evalserve.Client, models: dict[str, Any], say: Say) -> str:
    """Fill the project with pages, ground truth and the annotations of two models, and return its id."""
    projects = client.send("GET", "/api/projects", params={"name": _PROJECT})["items"]
    found = [entry for entry in projects if entry["name"] == _PROJECT]
    described = {"name": _PROJECT, "description": "Handwritten digits on paper, and what two models read there"}
    project: str = (found[0] if found else client.send("POST", "/api/projects", json=described))["id"]
    images = client.send("GET", f"/api/projects/{project}/images", params={"limit": 100})["items"]
    known, pipeline = {image["filename"]: image["id"] for image in images}, Pipeline(client)
    pages = write_pages()
    for page in pages:
        image = known.get(page.name) or _upload(client, project, page)
        finished = _finished(client, image)
        if _TRUTH not in finished:
            truth = _annotate(client, pipeline, image, _TRUTH, page.truth)
            client.send("PATCH", f"/api/analyses/{truth}", json={"is_ground_truth": True})
        for name in _READERS:
            if name not in finished:
                _annotate(client, pipeline, image, name, detect(page, models[name]))
    say(f"Two of them read {len(pages)} pages of {len(pages[0].truth)} digits:")
    for name in _READERS:
        _evaluate(client, project, name, say)
    return project


def _upload(client: evalserve.Client, project: str, page: Page) -> str:
    image = client.send("POST", f"/api/projects/{project}/images", file=(page.name, page.picture))
    return str(image["id"])


def _finished(client: evalserve.Client, image: str) -> set[str]:
    analyses = client.send("GET", f"/api/images/{image}/analyses")["analyses"]
    return {entry["model_name"] for entry in analyses if entry["status"] == "completed"}


def _annotate(client: evalserve.Client, pipeline: Pipeline, image: str, model: str, boxes: Sequence[Box]) -> str:
    described = {"model_name": model, "model_version": "1"}
    analysis: str = client.send("POST", f"/api/images/{image}/analyses", json=described)["id"]
    path = f"/api/analyses/{analysis}"
    pipeline.send("PATCH", f"{path}/status", {"status": "processing"})
    pipeline.send("POST", f"{path}/annotations:bulk", {"annotations": [_annotation(box) for box in boxes]})
    pipeline.send("POST", f"{path}/finalize", {"status": "completed"})
    return analysis


def _annotation(box: Box) -> dict[str, Any]:
    data = {"format": "xywh", "bbox": list(box.rectangle)}
    return {"annotation_type": "bounding_box", "class_name": box.label, "confidence": box.confidence, "data": data}


def _evaluate(client: evalserve.Client, project: str, model: str, say: Say) -> None:
    path = "/v1/detection-runs"
    listed = client.send("GET", path, params={"project_id": project, "limit": 100})["items"]
    found = [run for run in listed if (run["model_name"], run["status"]) == (model, "ready")]
    run = found[0] if found else client.send("POST", path, json={"project_id": project, "model_name": model})
    if not found:
        wait_for_success(client, run["job_id"])
    metrics = client.send("GET", f"{path}/{run['id']}")["result"]["metrics"]
    say(f"  {model:<20} average precision {metrics['map_50']:.3f} at an overlap of a half (IoU)")
