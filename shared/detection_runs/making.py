"""Verbs of the jobs that make detection runs."""

from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared import jobs
from shared.analyses.agreement import pairs
from shared.analyses.annotations import queries as annotation_queries
from shared.detection_runs import (
    class_expansion,
    comparing,
    differences,
    get,
    get_ready,
    judging,
    levels,
    objects,
    objects_of_images,
    queries,
    scenes,
)
from shared.detection_runs.errors import DetectionRunChanged
from shared.detection_runs.ground_truth_labels import NOTHING_VERIFIED
from shared.detection_runs.objects_of_images import ImageSides
from shared.detection_runs.records import DetectionRunRecord
from shared.detection_runs.results import DetectionFigures
from shared.detection_runs.scenes import StoredScene
from shared.evaluation.detection.lvis import Frequency
from shared.evaluation.detection.profiles import PROFILES
from shared.jobs import JobRecord
from shared.kit.counted import counted, form
from shared.kit.db import Connection
from shared.kit.downloads import download
from shared.kit.files import FileOnDisk
from shared.kit.platform import Platform


class BaselineFile(NamedTuple):
    """A baseline, and its scene on disk."""

    run: DetectionRunRecord
    path: Path


class DetectionInputs(NamedTuple):
    """What is asked for, the annotations of both sides, and a baseline if one was named."""

    run: DetectionRunRecord
    sides: ImageSides
    frequencies: dict[str, Frequency]
    baseline: BaselineFile | None


async def fetch(platform: Platform, job: JobRecord, detection_run_id: str, folder: Path) -> DetectionInputs:
    """Read the annotations that were chosen when the run was submitted, and write a baseline's scene into a folder.

    Raises DetectionRunNotFound, AnalysisNotFound, TooManyToCompare, and what a baseline that is gone raises.
    """
    run = await get(platform, job.owner, detection_run_id)
    pairing = pairs.read(await jobs.read_inputs(platform, job))
    ids = [analysis_id for pair in pairing.pairs for analysis_id in (pair.reference, pair.candidate)]
    types = objects_of_images.TYPES[run.asked.subject]
    annotations = await annotation_queries.of_analyses(platform.db, ids, types)
    parameters, frequencies = dict[UUID, dict[str, Any]](), dict[str, Frequency]()
    if PROFILES[run.asked.profile].has_labels:
        async with platform.db.connection() as connection:
            parameters = await queries.parameters_of(connection, [pair.reference for pair in pairing.pairs])
            frequencies = await queries.frequencies_of(connection, run.project_id)
    sides = ImageSides(pairing, annotations, parameters)
    return DetectionInputs(run, sides, frequencies, await _baseline(platform, job, run, folder))


def perform(inputs: DetectionInputs, folder: Path) -> tuple[DetectionFigures, FileOnDisk]:
    """Judge the model, compare it with the baseline, and write the scene into the folder."""
    options = inputs.run.asked
    sides = class_expansion.expanded(inputs.sides, options)
    classes = objects_of_images.class_names(sides)
    stored = judging.classified(objects_of_images.scene_of(sides, options, classes), options)
    notices = _notices(inputs, stored)
    frequencies = [inputs.frequencies.get(name) for name in classes]
    figures = judging.figures_of(stored, inputs.sides.pairing, options, classes, frequencies, notices=notices)
    summaries = differences.summarize(stored, options, classes, options.profiles)
    figures = msgspec.structs.replace(figures, differences=summaries)
    if inputs.baseline is not None:
        with inputs.baseline.path.open("rb") as file:
            baseline = scenes.read(file)
        comparison = comparing.compare(inputs.baseline.run, baseline, stored, figures.ap)
        figures = msgspec.structs.replace(figures, comparison=comparison)
    path = folder / objects.SCENE
    scenes.write(path, stored, levels.tabulate(stored.scene, options))
    return figures, FileOnDisk(objects.SCENE, "application/zip", path)


async def conclude(
    connection: Connection,
    job: JobRecord,
    detection_run_id: UUID,
    figures: DetectionFigures,
    folder: str,
    scene_bytes: int,
) -> None:
    """Store the figures, in the transaction that ends the job; raises DetectionRunChanged, which undoes both."""
    if not await queries.conclude(connection, detection_run_id, job.id, figures, folder, scene_bytes):
        raise DetectionRunChanged


async def _baseline(platform: Platform, job: JobRecord, run: DetectionRunRecord, folder: Path) -> BaselineFile | None:
    baseline_id = run.asked.baseline_id
    if baseline_id is None:
        return None
    baseline = await get_ready(platform, job.owner, baseline_id)
    path = folder / "baseline.npz"
    await download(platform.storage, f"{baseline.folder}{objects.SCENE}", path)
    return BaselineFile(baseline, path)


def _notices(inputs: DetectionInputs, stored: StoredScene) -> list[str]:
    sides, notices = inputs.sides, class_expansion.notices_of(inputs.sides, inputs.run.asked)
    records = [record for pair in sides.pairing.pairs for record in sides.of(pair)[1]]
    if uncertain := sum(record.confidence is None for record in records):
        of_all = f"{uncertain:,} of {counted(len(records), 'candidate')}"
        said = form(uncertain, "states no confidence and counts", "state no confidence and count")
        notices.append(f"{of_all} {said} as certain.")
    profile = PROFILES[inputs.run.asked.profile]
    if profile.has_labels and not len(stored.scene.labels.verified):
        notices.append(NOTHING_VERIFIED)
    if profile.name == "lvis" and not inputs.frequencies:
        notices.append("No category of the project says how frequent it is, so these three figures are null.")
    return notices
