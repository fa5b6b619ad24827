"""An account on a service, and inputs of any size, for benchmarks."""

import json
import re
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import requests

TIMEOUT_S = 600


@dataclass
class Account:
    """An account on a service, and the requests of the operations."""

    url: str
    key: str
    http: requests.Session
    email: str

    @classmethod
    def of(cls, url: str) -> "Account":
        """Sign up."""
        http = requests.Session()
        email = f"bench-{time.time_ns()}@example.com"
        answer = http.post(f"{url}/sign_up/", json={"email": email, "password": "benchmark"}, timeout=TIMEOUT_S)
        key = answer.json()["api_key"]
        http.headers["X-API-Key"] = key
        return cls(url, key, http, email)

    def get(self, path: str) -> requests.Response:
        """Send a GET that has to succeed."""
        return _checked(self.http.get(self.url + path, timeout=TIMEOUT_S))

    def delete(self, path: str) -> None:
        """Send a DELETE that has to succeed."""
        _checked(self.http.delete(self.url + path, timeout=TIMEOUT_S))

    def post(self, path: str, body: bytes, **headers: str) -> Any:
        """Send a body that has to be taken."""
        stated = {"Content-Type": "application/json", **headers}
        return _checked(self.http.post(self.url + path, data=body, headers=stated, timeout=TIMEOUT_S)).json()

    def create(self, actual: list[str], predicted: list[str]) -> tuple[str, int]:
        """Create a matrix; returns its id and the bytes of the body."""
        body = json.dumps({"actual_vector": actual, "predicted_vector": predicted}).encode()
        return self.post("/v1/matrices", body)["uid"], len(body)

    def job(self, **request: Any) -> int:
        """Run a job to its end; returns the bytes of its request."""
        body = json.dumps(request).encode()
        job = self.post("/v1/jobs", body, Prefer="wait=20")
        while job["status"] in {"queued", "running"}:
            job = self.http.get(f"{self.url}/v1/jobs/{job['id']}", headers={"Prefer": "wait=20"}).json()
        assert job["status"] == "succeeded", job
        return len(body)

    def curve(self, rows: int) -> int:
        """The curves of two columns of probabilities; returns the bytes of the body."""
        random = np.random.default_rng(rows)
        actual = random.integers(0, 2, rows)
        actual[:2] = 0, 1
        scores = random.random(rows).round(4)
        vector = np.column_stack([scores, (1 - scores).round(4)]).tolist()
        return self.job(
            kind="curve", type="ROC", actual_vector=actual.tolist(), probability_vector=vector, options={"plot": False}
        )

    def export(self) -> int:
        """Export the account by the form of its page; returns the bytes of the archives."""
        browser = requests.Session()
        page = browser.get(f"{self.url}/app/sign-in", timeout=TIMEOUT_S).text
        form = {"email": self.email, "password": "benchmark", "form_token": _token(page)}
        browser.post(f"{self.url}/app/sign-in", data=form, timeout=TIMEOUT_S)
        page = browser.get(f"{self.url}/app/account/security", timeout=TIMEOUT_S).text
        answer = browser.post(f"{self.url}/app/account/exports", data={"form_token": _token(page)}, timeout=TIMEOUT_S)
        job: dict[str, Any] = {"status": "queued"}
        while job["status"] in {"queued", "running"}:
            path = f"{self.url}/v1/jobs/{answer.url.rpartition('/')[2]}"
            job = self.http.get(path, headers={"Prefer": "wait=20"}, timeout=TIMEOUT_S).json()
        return sum(len(requests.get(file["url"], timeout=TIMEOUT_S).content) for file in job["artifacts"])


class Receiver(BaseHTTPRequestHandler):
    """A receiver of webhooks on loopback, which counts what it is sent."""

    protocol_version = "HTTP/1.1"
    received = threading.Semaphore(0)

    def do_POST(self) -> None:
        """Take a delivery."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.send_header("content-length", "0")
        self.end_headers()
        self.received.release()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    @classmethod
    def start(cls) -> str:
        """Listen, and return the address."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), cls)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/"

    @classmethod
    def wait(cls, count: int) -> None:
        """Return once so many more have come."""
        for _ in range(count):
            assert cls.received.acquire(timeout=TIMEOUT_S), "a delivery is missing"


def labels_of(count: int, classes: int) -> tuple[list[str], list[str]]:
    """Labels of which 70 % are right, and the others among the classes that follow."""
    random = np.random.default_rng(1)
    actual = random.integers(0, classes, count)
    wrong = random.random(count) >= 0.7
    predicted = np.where(wrong, (actual + random.geometric(0.2, count)) % classes, actual)
    texts = [f"class{code:04}" for code in range(classes)]
    return [texts[code] for code in actual], [texts[code] for code in predicted]


def coco_document(count: int, *, has_scores: bool) -> dict[str, Any]:
    """Images with five boxes of each, as ground truth or, with scores, as predictions."""
    random = np.random.default_rng(1)
    boxes = random.uniform(0, 80, (5 * count, 4)).round(1).tolist()
    objects = [
        {
            "id": at + 1,
            "image_id": at % count + 1,
            "category_id": at % 9 + 1,
            "bbox": [x, y, w + 1, h + 1],
            "iscrowd": 0,
        }
        | ({"score": 0.5} if has_scores else {})
        for at, (x, y, w, h) in enumerate(boxes)
    ]
    images = [{"id": at + 1, "file_name": f"{at}.png", "width": 200, "height": 200} for at in range(count)]
    return {
        "images": images,
        "annotations": objects,
        "categories": [{"id": at, "name": f"c{at}"} for at in range(1, 10)],
    }


def _checked(answer: requests.Response) -> requests.Response:
    assert answer.ok, (answer.status_code, answer.text[:300])
    return answer


def _token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None, "the page has no form"
    return found[1]
