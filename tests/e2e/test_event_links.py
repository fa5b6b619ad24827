"""The links in events lead to the host that the service is published on, and need nothing but themselves."""

import hashlib
from typing import Any

import evalserve
import requests

from deploy.demo.receiver import receiver
from tests.e2e.conftest import Service
from tests.pictures import picture

WAIT_S = 100


def _fetched(service: Service, url: str) -> bytes:
    assert url.startswith(f"{service.url}/files/"), url
    answer = requests.get(url, timeout=WAIT_S)
    assert answer.status_code == 200, answer.text
    return answer.content


def test_whoever_gets_an_event_fetches_its_files_from_the_service_itself(service: Service) -> None:
    key = evalserve.sign_up(service.url, "told@example.com", "secure_password")
    image = picture()
    with evalserve.Client(service.url, key) as client, receiver() as told:

        def happened(event_type: str) -> dict[str, Any]:
            event = told.next(WAIT_S).event()
            assert event["type"] == event_type
            data: dict[str, Any] = event["data"]
            return data

        client.send("POST", "/v1/webhooks/endpoints", json={"url": told.url})
        labels = {"actual_vector": [0, 1, 1], "predicted_vector": [0, 1, 0]}
        matrix = client.send("POST", "/v1/matrices", json=labels)["uid"]
        client.send("POST", "/v1/jobs", json={"kind": "report", "cm_uid": matrix})
        (report,) = (file for file in happened("job.succeeded")["artifacts"] if file["name"] == "report.html")
        project = client.send("POST", "/api/projects", json={"name": "Street"})["id"]
        sent = requests.post(
            f"{service.url}/api/projects/{project}/images",
            files={"file": ("a.png", image, "image/png")},
            headers={"X-API-Key": key},
            timeout=WAIT_S,
        ).json()
        client.send("POST", f"/api/images/{sent['id']}/analyses", json={"model_name": "m", "model_version": "1"})
        queued = happened("analysis.queued")["image"]

    assert hashlib.sha256(_fetched(service, report["url"])).hexdigest() == report["sha256"]
    assert _fetched(service, queued["url"]) == image
