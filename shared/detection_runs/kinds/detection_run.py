"""Judging what a model found in the images of a project."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.jobs import Arguments


class DetectionRun(Arguments, frozen=True, kw_only=True, tag="detection_run"):
    """A detection run: a model's objects against a project's ground truth; its route submits it."""

    is_requested: ClassVar[bool] = False

    detection_run_id: Annotated[str, Meta(description="Id of the detection run.")]
