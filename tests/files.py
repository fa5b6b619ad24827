"""Files as tests upload them: by the Python client, and part by part where a test is about the parts."""

import base64
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2

from shared.uploads.files import PART_BYTES
from tests.actors import Client


def content(size: int, seed: str) -> bytes:
    """Bytes of a size that no other seed has."""
    return hashlib.shake_256(seed.encode()).digest(size)


def sha256(body: bytes) -> str:
    """The SHA-256 of a file, as the API writes it."""
    return hashlib.sha256(body).hexdigest()


def part_sha256(body: bytes) -> str:
    """The SHA-256 of a part, as the header of its PUT carries it."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def parts(body: bytes) -> list[bytes]:
    """The parts of a file."""
    return [body[start : start + PART_BYTES] for start in range(0, len(body), PART_BYTES)]


def announcement(body: bytes, filename: str = "predictions.csv", **other: Any) -> dict[str, Any]:
    """The body of a request that announces a file with everything that is known of it."""
    checksums = [part_sha256(part) for part in parts(body)]
    return {
        "filename": filename,
        "size_bytes": len(body),
        "sha256": sha256(body),
        "part_sha256": checksums,
        "content_type": "text/csv",
    } | other


async def announce(client: Client, body: bytes, **other: Any) -> dict[str, Any]:
    """A new upload for a file."""
    answer = await client.post("/v1/uploads", announcement(body, **other))
    assert answer.status_code == 201, answer.text
    upload: dict[str, Any] = answer.json()
    return upload


async def put(link: dict[str, Any], part: bytes, **headers: str) -> httpx2.Response:
    """Send a part with nothing but its link."""
    async with httpx2.AsyncClient(timeout=60) as anybody:
        return await anybody.put(link["url"], content=part, headers=link["headers"] | headers)


async def put_all(links: Sequence[dict[str, Any]], body: bytes) -> None:
    """Send all parts of a file."""
    for link, part in zip(links, parts(body), strict=True):
        answer = await put(link, part)
        assert answer.status_code == 200, answer.text


async def upload_file(client: Client, body: bytes, filename: str = "predictions.csv") -> dict[str, Any]:
    """A complete upload of a file, by the Python client."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / filename
        path.write_bytes(body)
        upload_id = await client.api.upload(path)
    completed: dict[str, Any] = await client.api.send("GET", f"/v1/uploads/{upload_id}")
    return completed


async def upload_announced(client: Client, body: bytes, **other: Any) -> dict[str, Any]:
    """A complete upload of a file that was announced with other fields than its own."""
    upload = await announce(client, body, **other)
    await put_all(upload["parts"], body)
    answer = await client.post(upload["complete_url"], {})
    assert answer.status_code == 200, answer.text
    completed: dict[str, Any] = answer.json()
    return completed
