"""100,000 annotations of one analysis, in and out over HTTP: `python -m benchmarks.service.annotations [--url URL]`.

Without a URL it starts a service of its own. The times are those of a pipeline: signing, sending, checking, writing
and answering, one request after the other over one connection.
"""

import argparse
import hashlib
import hmac
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import requests
from PIL import Image

from deploy.demo.service import service

COUNT = 100_000
LARGE, SMALL = 10_000, 1_000
PAGE = 1_000
EDGE_PAGES = 10
TIMEOUT_S = 120


class Pipeline:
    """An account with a pipeline of its own and one image."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = requests.Session()
        credentials = {"email": f"bench-{time.time_ns()}@example.com", "password": "benchmark"}
        self._http.headers["X-API-Key"] = self._post("/sign_up/", credentials)["api_key"]
        self._pipeline = self._post("/v1/pipelines", {"name": "bench"})
        project = self._post("/api/projects", {"name": "bench"})
        picture = io.BytesIO()
        Image.new("RGB", (64, 48)).save(picture, "PNG")
        files = {"file": ("a.png", picture.getvalue())}
        path = f"{url}/api/projects/{project['id']}/images"
        self._image_id = _body_of(self._http.post(path, files=files, timeout=TIMEOUT_S))["id"]

    def fill(self, batch_size: int) -> tuple[str, float]:
        """Create an analysis with all annotations and return its id, and the seconds that they took."""
        analysis = self._post(f"/api/images/{self._image_id}/analyses", {"model_name": "m", "model_version": "1"})
        bodies = list(_bodies(batch_size))
        began = time.perf_counter()
        for body in bodies:
            self._send_signed(f"/api/analyses/{analysis['id']}/annotations:bulk", body)
        return analysis["id"], time.perf_counter() - began

    def read(self, analysis_id: str) -> list[float]:
        """Read all pages and return the seconds of each."""
        times, cursor, received_count = [], 0, 0
        while cursor is not None:
            began = time.perf_counter()
            path = f"{self._url}/api/analyses/{analysis_id}/annotations?limit={PAGE}&cursor={cursor}"
            page = _body_of(self._http.get(path, timeout=TIMEOUT_S))
            times.append(time.perf_counter() - began)
            cursor, received_count = page["next"], received_count + len(page["annotations"])
        assert received_count == COUNT, received_count
        return times

    def _post(self, path: str, body: Any) -> Any:
        return _body_of(self._http.post(self._url + path, json=body, timeout=TIMEOUT_S))

    def _send_signed(self, path: str, body: bytes) -> None:
        now = str(int(time.time()))
        mac = hmac.new(self._pipeline["secret"].encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-ML-Pipeline": self._pipeline["id"],
            "X-ML-Signature": f"sha256={mac}",
            "X-ML-Timestamp": now,
        }
        _body_of(self._http.post(self._url + path, data=body, headers=headers, timeout=TIMEOUT_S))


def _bodies(batch_size: int) -> Iterator[bytes]:
    rng = np.random.default_rng(1)
    for _ in range(COUNT // batch_size):
        boxes = rng.uniform(0, 500, (batch_size, 4)).round(1).tolist()
        annotations = [
            {
                "annotation_type": "bounding_box",
                "class_name": "person",
                "confidence": 0.9,
                "data": {"bbox": box, "format": "xywh"},
            }
            for box in boxes
        ]
        yield json.dumps({"annotations": annotations}).encode()


def _body_of(answer: requests.Response) -> Any:
    assert answer.ok, answer.text
    return answer.json()


def main() -> None:
    """Print the rates and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running service")
    with service(parser.parse_args().url) as instance:
        pipeline = Pipeline(instance.url)
        analysis_id, large = pipeline.fill(LARGE)
        _, small = pipeline.fill(SMALL)
        times = pipeline.read(analysis_id)
    print(f"{COUNT:,} boxes in batches of {LARGE:,}: {COUNT / large:,.0f} annotations/s ({large:.2f} s)")
    print(
        f"{COUNT:,} boxes in batches of {SMALL:,}: {COUNT / small:,.0f} annotations/s ({small / large:.1f}x the time)"
    )
    first, last = sum(times[:EDGE_PAGES]), sum(times[-EDGE_PAGES:])
    print(
        f"pages of {PAGE:,}: {COUNT / sum(times):,.0f} annotations/s; the last ten take {last / first:.2f}x the first"
    )


if __name__ == "__main__":
    main()
