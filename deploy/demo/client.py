"""The calls of the demo, as any client of the service would make them."""

import hashlib
import secrets
import time
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx2

from deploy.demo.errors import DemoFailed
from deploy.demo.service import Service

_TIMEOUT_S = 40.0
_ENDED = {"succeeded", "failed", "cancelled"}


class Client:
    """A new account at the service."""

    def __init__(self, service: Service) -> None:
        # A proxy for other hosts must not come between the demo and a service on this machine.
        self._http = httpx2.Client(base_url=service.url, timeout=_TIMEOUT_S, trust_env=service.process is None)
        self.email = f"demo-{secrets.token_hex(4)}@example.com"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def sign_up(self) -> None:
        """Open the account; every later call carries its API key."""
        account = self._post("/sign_up/", {"email": self.email, "password": secrets.token_urlsafe(12)})
        self._http.headers["X-API-Key"] = account["api_key"]

    def create_matrix(self, actual: list[int], predicted: list[int]) -> str:
        """Create a matrix and return its uid."""
        uid: str = self._post("/cm/create", {"actual_vector": actual, "predicted_vector": predicted})["uid"]
        return uid

    def metrics(self, uid: str) -> dict[str, Any]:
        """Return the counts and main metrics of a matrix."""
        metrics: dict[str, Any] = _body_of(self._http.get("/cm/", params={"cm_uid": uid}))
        return metrics

    def submit(self, kind: str, uid: str, *, title: str, callback_url: str) -> str:
        """Submit a job for a report or a plot and return its id."""
        body = {"kind": kind, "cm_uid": uid, "options": {"title": title}, "callback_url": callback_url}
        job_id: str = self._post("/v1/jobs", body)["id"]
        return job_id

    def callback_secret(self) -> str:
        """Return the secret that signs the account's callbacks."""
        secret: str = _body_of(self._http.get("/v1/webhooks/secret"))["secret"]
        return secret

    def wait_for_success(self, job_id: str, seconds: float) -> dict[str, Any]:
        """Return the job once it has succeeded; raises DemoFailed if it ends otherwise or not in time."""
        deadline = time.monotonic() + seconds
        while True:
            job: dict[str, Any] = _body_of(self._http.get(f"/v1/jobs/{job_id}", headers={"Prefer": "wait=10"}))
            if job["status"] in _ENDED or time.monotonic() > deadline:
                break
        if job["status"] != "succeeded":
            raise DemoFailed(f"the {job['kind']} is {job['status']} after {seconds:.0f} s at most: {job['error']}")
        return job

    def download(self, artifact: dict[str, Any]) -> bytes:
        """Download an artifact by its presigned link; raises DemoFailed unless status and digest are right."""
        answer = httpx2.get(artifact["url"], timeout=_TIMEOUT_S, trust_env=self._http.trust_env)
        if answer.status_code != HTTPStatus.OK or hashlib.sha256(answer.content).hexdigest() != artifact["sha256"]:
            raise DemoFailed(f"the link to {artifact['name']} does not lead to it ({answer.status_code})")
        return answer.content

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return _body_of(self._http.post(path, json=body))


def _body_of(answer: httpx2.Response) -> Any:
    if not answer.is_success:
        raise DemoFailed(f"{answer.request.method} {answer.request.url.path} was answered {answer.text}")
    return answer.json()
