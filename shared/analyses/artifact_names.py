"""Names of artifacts: one segment of a path, in characters that no file system or URL treats specially."""

import re
from typing import Any, NamedTuple
from uuid import UUID

from shared.kit.ids import parse_uuid

# A leading dot hides a file, or leads to the folder above.
PATTERN = r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}"

_NAME = re.compile(PATTERN, re.ASCII)
_PATH = re.compile(r"ml_outputs/([^/]+)/([^/]+)")


class ArtifactReference(NamedTuple):
    """The name of an artifact, and the analysis that its path names; None where only the name was sent."""

    name: str
    analysis_id: UUID | None = None


def is_artifact_name(value: Any) -> bool:
    """Return whether the value is a valid name of an artifact."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None and ".." not in value


def storage_path(analysis_id: UUID, name: str) -> str:
    """Return the public path by which annotations and people refer to a file; it is not the key in storage."""
    return f"ml_outputs/{analysis_id}/{name}"


def reference_of(data: dict[str, Any]) -> ArtifactReference | None:
    """Return the artifact that a heat map names by `artifact_name` or `storage_path`; None if it names none rightly."""
    if data.get("artifact_name") is not None:
        return ArtifactReference(data["artifact_name"]) if is_artifact_name(data["artifact_name"]) else None
    match = _PATH.fullmatch(str(data.get("storage_path")))
    analysis_id = parse_uuid(match[1]) if match else None
    if match is None or analysis_id is None or not is_artifact_name(match[2]):
        return None
    return ArtifactReference(match[2], analysis_id)
