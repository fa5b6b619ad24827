"""The object of a detection run in storage: its scene."""

from uuid import UUID

PREFIX = "detection-runs/"
SCENE = "scene.npz"


def folder_of(detection_run_id: UUID, attempt: int) -> str:
    """The folder of the object that one attempt makes; no two attempts write to the same."""
    return f"{PREFIX}{detection_run_id}/{attempt}/"
