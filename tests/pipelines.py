"""Pipelines as their authors write them, and images and analyses for them."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx2

from shared.kit.platform import Platform
from tests.actors import Client

OPERATOR_SECRET = "the operator's secret"


@dataclass(frozen=True)
class Pipeline:
    """Signs with the scheme that binds the time, with the operator's secret unless it has one of its own."""

    http: httpx2.AsyncClient
    secret: str = OPERATOR_SECRET
    id: str | None = None

    @classmethod
    async def of(cls, owner: Client, **fields: Any) -> "Pipeline":
        """Create a pipeline of an account."""
        answer = await owner.post("/v1/pipelines", {"name": "detector", **fields})
        assert answer.status_code == 201, answer.text
        return cls(owner.http, answer.json()["secret"], answer.json()["id"])

    async def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Send a signed request."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = {"Content-Type": "application/json", **self.headers(raw), **(headers or {})}
        return await self.http.request(method, path, content=raw, headers=signed)

    def headers(self, raw: bytes, timestamp: int | None = None) -> dict[str, str]:
        """Make the headers that sign a body."""
        now = str(timestamp or int(time.time()))
        signature = "sha256=" + hmac_of(f"{now}.".encode() + raw, self.secret)
        pipeline_header = {"X-ML-Pipeline": self.id} if self.id else {}
        return {"X-ML-Signature": signature, "X-ML-Timestamp": now, **pipeline_header}

    async def status(self, analysis_id: str, status: str) -> httpx2.Response:
        """Set the status (step 2)."""
        return await self.call("PATCH", f"/api/analyses/{analysis_id}/status", {"status": status})

    async def presign(self, analysis_id: str, *artifacts: dict[str, Any]) -> httpx2.Response:
        """Request upload links for artifacts (step 3)."""
        return await self.call("POST", f"/api/analyses/{analysis_id}/artifacts/presign", {"artifacts": artifacts})

    async def annotate(self, analysis_id: str, *annotations: Any) -> httpx2.Response:
        """Send annotations (step 5)."""
        return await self.call("POST", f"/api/analyses/{analysis_id}/annotations:bulk", {"annotations": annotations})

    async def finalize(self, analysis_id: str, **fields: Any) -> httpx2.Response:
        """Finalize the analysis (step 6)."""
        return await self.call("POST", f"/api/analyses/{analysis_id}/finalize", {"status": "completed", **fields})


def hmac_of(message: bytes, secret: str) -> str:
    """Return the HMAC of the message in hexadecimal."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def box(class_name: str = "person", confidence: float | None = 0.9, bbox: Any = (10, 20, 30, 40)) -> dict[str, Any]:
    """Make a bounding box as an annotation."""
    data = {"bbox": list(bbox), "format": "xywh"}
    return {"annotation_type": "bounding_box", "class_name": class_name, "confidence": confidence, "data": data}


async def add_image(platform: Platform, owner: Client, project_id: UUID | None = None, **fields: Any) -> str:
    """Insert the row of an image; it has no pixels."""
    values = {"width": 640, "height": 480, "filename": "street.png", **fields}
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT id FROM account WHERE email = $1", owner.email)
        image_id = uuid4()
        project_id = project_id or await add_project(platform, owner)
        await connection.execute(
            """INSERT INTO image (id, account_id, project_id, filename, content_type, size_bytes, sha256,
                                  width, height, orientation, object_key)
               VALUES ($1, $2, $3, $4, 'image/png', 1, '', $5, $6, 1, $7)""",
            image_id,
            account_id,
            project_id,
            values["filename"],
            values["width"],
            values["height"],
            f"images/{image_id}",
        )
        await connection.execute("INSERT INTO thumbnail (image_id, status, attempt) VALUES ($1, 'failed', 0)", image_id)
    return str(image_id)


async def add_project(platform: Platform, owner: Client) -> UUID:
    """Insert a project of an account."""
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT id FROM account WHERE email = $1", owner.email)
        project_id = uuid4()
        await connection.execute(
            "INSERT INTO project (id, account_id, name) VALUES ($1, $2, 'streets')", project_id, account_id
        )
    return project_id


async def create_analysis(owner: Client, image_id: str, model: str = "yolo_v8", **fields: Any) -> str:
    """Create an analysis, which is queued, and return its id."""
    body = {"model_name": model, "model_version": "v8.0.0", **fields}
    answer = await owner.post(f"/api/images/{image_id}/analyses", body)
    assert answer.status_code == 201, answer.text
    analysis_id: str = answer.json()["id"]
    return analysis_id
