"""The handler of detection runs: the annotations of a model and of the ground truth in, figures and a scene out.

Figures are kept as soon as they are there; what takes as long again follows: images that are drawn again. An attempt
after one that has kept figures goes on from there.
"""

from functools import partial

from shared.detection_runs import making, objects
from shared.detection_runs.kinds.detection_run import DetectionRun
from shared.detection_runs.making import DetectionInputs, JudgedModel, KeptInputs
from shared.kit.platform import Platform
from worker.conclusion import Conclusion
from worker.job_attempt import JobAttempt

# The shares of the work that reading, and all figures without intervals, are.
_READING, _JUDGING = 0.3, 0.6


async def load(platform: Platform, attempt: JobAttempt[DetectionRun]) -> DetectionInputs | KeptInputs:
    """Read the annotations of both sides or what is kept, and write scenes into the scratch folder."""
    return await making.fetch(platform, attempt.job, attempt.arguments.detection_run_id, attempt.scratch.folder)


def perform(inputs: DetectionInputs | KeptInputs, attempt: JobAttempt[DetectionRun]) -> Conclusion:
    """Judge the model and keep its figures with their scene; then draw images again."""
    attempt.progress(_READING)
    model = making.read_kept(inputs) if isinstance(inputs, KeptInputs) else _judged(inputs, attempt)
    attempt.progress(_JUDGING)
    write = partial(making.conclude, job=attempt.job, detection_run_id=model.run.id, figures=making.draw(model))
    return Conclusion("", [], write)


def _judged(inputs: DetectionInputs, attempt: JobAttempt[DetectionRun]) -> JudgedModel:
    scene, folder = making.make_scene(inputs), objects.folder_of(inputs.run.id, attempt.job.attempt)
    made = partial(making.write_scene, scene, inputs.run.asked, attempt.scratch.folder)
    with attempt.storing(folder, made) as stored:
        model = making.judge(inputs, scene)
    write = partial(
        making.keep,
        job=attempt.job,
        detection_run_id=inputs.run.id,
        figures=model.figures,
        folder=folder,
        scene_bytes=stored.result().size_bytes,
    )
    attempt.keep(Conclusion(folder, [], write))
    return model
