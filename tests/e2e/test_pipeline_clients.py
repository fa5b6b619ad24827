"""The documented clients of the pipeline API on the real stack: they do the six steps, and every step twice."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import evalserve
import pytest
import requests

from tests.e2e.conftest import Service
from tests.e2e.pipeline_clients.client import MLPipelineClient
from tests.e2e.test_walkthrough import sign_up
from tests.pictures import picture

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="runs the pipeline API's client in Node.js")

PNG = picture()


@pytest.fixture(scope="module")
def key(service: Service) -> str:
    return sign_up(service, "pipelines@example.com")


@pytest.fixture(scope="module")
def secret(service: Service) -> str:
    """What a newcomer reads where the service starts."""
    found = re.search(r"ML_CALLBACK_HMAC_SECRET=([0-9a-f]{64})", service.text)
    assert found, service.text
    return found[1]


@pytest.fixture
def image_id(service: Service, key: str) -> str:
    project = _api(service, key, "POST", "/api/projects", json={"name": "streets"})
    image = _api(service, key, "POST", f"/api/projects/{project['id']}/images", file=("a.png", PNG))
    return str(image["id"])


def _api(service: Service, key: str, method: str, path: str, **how: Any) -> Any:
    with evalserve.Client(service.url, key) as client:
        return client.send(method, path, **how)


def test_the_documented_python_client_works_unchanged(
    service: Service, key: str, secret: str, image_id: str, tmp_path: Path
) -> None:
    client = MLPipelineClient(service.url, secret, key)
    (tmp_path / "detections.png").write_bytes(PNG)
    annotations = [
        {
            "annotation_type": "bounding_box",
            "class_name": "person",
            "confidence": 0.95,
            "data": {"bbox": [100, 150, 50, 100], "format": "xywh"},
        }
    ]

    analysis = client.create_analysis(image_id, "yolo_v8", "v8.0.0", {"confidence_threshold": 0.5})
    analysis_id = analysis["id"]
    assert analysis["status"] == "queued"
    assert [client.update_status(analysis_id, "processing")["status"] for _ in range(2)] == ["processing"] * 2
    for _ in range(2):
        wanted = [{"artifact_name": "detections.png", "content_type": "image/png"}]
        for url_info in client.request_presigned_urls(analysis_id, wanted)["presigned_urls"]:
            client.upload_artifact(url_info["upload_url"], tmp_path / "detections.png", "image/png")
            client.upload_artifact(url_info["upload_url"], tmp_path / "detections.png", "image/png")
    first, second = (client.submit_annotations(analysis_id, annotations) for _ in range(2))
    assert first == second
    ends = [client.finalize_analysis(analysis_id, summary={"total_detections": 1}) for _ in range(2)]
    assert ends[0] == ends[1]

    assert (ends[0]["status"], ends[0]["missing_artifacts"]) == ("completed", [])
    found = _api(service, key, "GET", f"/api/analyses/{analysis_id}/annotations")
    assert found == {"annotations": [{"id": first["annotations"][0]["id"], **annotations[0]}], "total": 1, "next": None}
    assert _api(service, key, "GET", f"/api/analyses/{analysis_id}/artifacts/detections.png/content") == PNG
    assert _api(service, key, "GET", f"/api/analyses/{analysis_id}")["summary"] == {"total_detections": 1}


@needs_node
def test_the_documented_node_client_works_unchanged(service: Service, key: str, secret: str, image_id: str) -> None:
    script = Path(__file__).parent / "pipeline_clients/client.mjs"
    command = [str(shutil.which("node")), str(script), service.url, secret, key, image_id]

    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert finished.returncode == 0, finished.stderr
    said = json.loads(finished.stdout)
    assert (said["status"]["status"], said["upload"]) == ("processing", 200)
    assert said["annotations"]["annotations"][0]["class_name"] == "Straße ☃"
    assert said["finalized"]["status"] == "completed"
    assert [file["status"] for file in said["finalized"]["artifacts"]] == ["stored"]


def test_a_wrong_secret_is_told_apart_from_a_wrong_request(
    service: Service, key: str, secret: str, image_id: str
) -> None:
    analysis_id = MLPipelineClient(service.url, secret, key).create_analysis(image_id, "m", "1")["id"]

    with pytest.raises(requests.HTTPError) as caught:
        MLPipelineClient(service.url, "your-hmac-secret").update_status(analysis_id, "processing")

    assert caught.value.response.status_code == 401
    assert caught.value.response.json()["detail"].startswith("Invalid HMAC signature")
    assert not any(secret in log for log in service.logs().values())
