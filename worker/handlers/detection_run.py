"""The handler of detection runs: the annotations of a model and of the ground truth in, figures and a scene out."""

from functools import partial
from uuid import UUID

from shared.detection_runs import making, objects
from shared.detection_runs.kinds.detection_run import DetectionRun
from shared.detection_runs.making import DetectionInputs
from shared.kit.platform import Platform
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt


async def load(platform: Platform, attempt: JobAttempt[DetectionRun]) -> DetectionInputs:
    """Read the annotations of both sides, and write a baseline's scene into the scratch folder."""
    return await making.fetch(platform, attempt.job, attempt.arguments.detection_run_id, attempt.scratch.folder)


def perform(inputs: DetectionInputs, attempt: JobAttempt[DetectionRun]) -> Conclusion:
    """Judge the model and write the scene."""
    attempt.progress(0.3)
    figures, file = making.perform(inputs, attempt.scratch.folder)
    detection_run_id = UUID(attempt.arguments.detection_run_id)
    prefix = objects.folder_of(detection_run_id, attempt.job.attempt)
    write = partial(
        making.conclude,
        job=attempt.job,
        detection_run_id=detection_run_id,
        figures=figures,
        folder=prefix,
        scene_bytes=file.size_bytes,
    )
    return Conclusion(prefix, [file], write)
