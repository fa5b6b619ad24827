"""Jobs of the demo, and the files that they make."""

import hashlib
from typing import Any

import evalserve

from deploy.demo.errors import DemoFailed

PATIENCE_S = 90.0


def wait_for_success(client: evalserve.Client, job_id: str, seconds: float = PATIENCE_S) -> dict[str, Any]:
    """Return the job once it has succeeded; raises DemoFailed if it ends otherwise or not in time."""
    job = client.wait(f"/v1/jobs/{job_id}", at_most_s=seconds)
    if job["status"] != "succeeded":
        raise DemoFailed(f"the {job['kind']} is {job['status']} after {seconds:.0f} s at most: {job['error']}")
    return job


def download(client: evalserve.Client, artifact: dict[str, Any]) -> Any:
    """Download an artifact by its presigned link; raises DemoFailed where it does not lead to what is announced."""
    content = client.send("GET", artifact["url"])
    if isinstance(content, bytes) and hashlib.sha256(content).hexdigest() != artifact["sha256"]:
        raise DemoFailed(f"the link to {artifact['name']} leads to something else")
    return content
