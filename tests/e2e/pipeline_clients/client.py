"""The documented Python client of the pipeline API: signs sorted compact JSON, and lets requests serialise the body."""

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import requests

TIMEOUT_S = 60


class MLPipelineClient:
    """The six steps."""

    def __init__(self, api_url: str, hmac_secret: str, api_key: str | None = None) -> None:
        self.api_url = api_url.rstrip("/")
        self.hmac_secret = hmac_secret
        self.api_key = api_key

    def create_analysis(
        self, image_id: str, model_name: str, model_version: str, parameters: dict[str, Any] | None = None
    ) -> Any:
        """Step 1, with the user's key."""
        payload = {"model_name": model_name, "model_version": model_version, "parameters": parameters or {}}
        url = f"{self.api_url}/api/images/{image_id}/analyses"
        headers = {"X-API-Key": self.api_key} if self.api_key else {}
        return self._checked(requests.post(url, json=payload, headers=headers, timeout=TIMEOUT_S))

    def update_status(self, analysis_id: str, status: str) -> Any:
        """Step 2."""
        return self._signed("PATCH", f"{analysis_id}/status", {"status": status})

    def request_presigned_urls(self, analysis_id: str, artifacts: list[dict[str, str]]) -> Any:
        """Step 3."""
        return self._signed("POST", f"{analysis_id}/artifacts/presign", {"artifacts": artifacts})

    def upload_artifact(self, presigned_url: str, file_path: Path, content_type: str) -> None:
        """Step 4: nothing but the content type is said."""
        with file_path.open("rb") as file:
            answer = requests.put(presigned_url, data=file, headers={"Content-Type": content_type}, timeout=TIMEOUT_S)
        answer.raise_for_status()

    def submit_annotations(self, analysis_id: str, annotations: list[dict[str, Any]]) -> Any:
        """Step 5."""
        return self._signed("POST", f"{analysis_id}/annotations:bulk", {"annotations": annotations})

    def finalize_analysis(
        self, analysis_id: str, status: str = "completed", summary: dict[str, Any] | None = None
    ) -> Any:
        """Step 6."""
        return self._signed("POST", f"{analysis_id}/finalize", {"status": status, "summary": summary or {}})

    def _signed(self, method: str, path: str, payload: dict[str, Any]) -> Any:
        message = json.dumps(payload, separators=(",", ":"), sort_keys=True)
        headers = {
            "Content-Type": "application/json",
            "X-ML-Signature": hmac.new(self.hmac_secret.encode(), message.encode(), hashlib.sha256).hexdigest(),
            "X-ML-Timestamp": str(int(time.time())),
        }
        url = f"{self.api_url}/api/analyses/{path}"
        return self._checked(requests.request(method, url, json=payload, headers=headers, timeout=TIMEOUT_S))

    @staticmethod
    def _checked(answer: requests.Response) -> Any:
        answer.raise_for_status()
        return answer.json()
