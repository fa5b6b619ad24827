"""Verbs of the jobs that make detection runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from shared import jobs
from shared.analyses.agreement import pairs
from shared.analyses.annotations import column_queries
from shared.detection_runs import get, get_ready, objects, queries, result_queries
from shared.detection_runs.errors import DetectionRunChanged
from shared.detection_runs.figures import comparing, differences, judging, levels
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.records import DetectionRunRecord
from shared.detection_runs.results import DetectionFigures, unpacked
from shared.detection_runs.scenes import class_expansion, objects_of_images, scene_file
from shared.detection_runs.scenes.ground_truth_labels import NOTHING_VERIFIED
from shared.detection_runs.scenes.objects_of_images import ImageSides
from shared.detection_runs.scenes.scene_file import StoredScene
from shared.evaluation.detection.rules.lvis import Frequency
from shared.evaluation.detection.rules.profiles import PROFILES
from shared.jobs import JobRecord
from shared.kit.database.transactions import Connection
from shared.kit.platform import Platform
from shared.kit.plurals import counted, form
from shared.kit.storage.downloads import download
from shared.kit.storage.files import FileOnDisk


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


class MadeScene(NamedTuple):
    """The scene of both sides, the names of its classes, and a baseline's of the same images and objects."""

    stored: StoredScene
    classes: list[str]
    baseline: "ReadBaseline | None"


class KeptInputs(NamedTuple):
    """What an earlier attempt has kept: figures without intervals, and their scene on disk; and a baseline."""

    run: DetectionRunRecord
    figures: DetectionFigures
    path: Path
    baseline: BaselineFile | None


class JudgedModel(NamedTuple):
    """Figures without intervals, with what those are computed of."""

    run: DetectionRunRecord
    figures: DetectionFigures
    stored: StoredScene
    baseline: "ReadBaseline | None"


class ReadBaseline(NamedTuple):
    """A baseline, and its scene, which has the images and the objects of the model's."""

    run: DetectionRunRecord
    stored: StoredScene


async def fetch(
    platform: Platform, job: JobRecord, detection_run_id: str, folder: Path
) -> DetectionInputs | KeptInputs:
    """Read the annotations that were chosen when the run was submitted, or what an earlier attempt has kept.

    Scenes are written into the folder. Raises DetectionRunNotFound, AnalysisNotFound, TooManyToCompare, and what a
    baseline that is gone raises.
    """
    run = await get(platform, job.owner, detection_run_id)
    if run.result is not None:
        path = folder / objects.SCENE
        await download(platform.storage, f"{run.folder}{objects.SCENE}", path)
        return KeptInputs(run, unpacked(run.result), path, await _baseline(platform, job, run, folder))
    pairing = pairs.read(await jobs.read_inputs(platform, job))
    ids = [pair.reference for pair in pairing.pairs], [pair.candidate for pair in pairing.pairs]
    sides = await column_queries.of_sides(platform.db, *ids, objects_of_images.TYPES[run.asked.subject])
    parameters, frequencies = dict[UUID, dict[str, Any]](), dict[str, Frequency]()
    if PROFILES[run.asked.profile].has_labels:
        async with platform.db.connection() as connection:
            parameters = await queries.parameters_of(connection, [pair.reference for pair in pairing.pairs])
            frequencies = await queries.frequencies_of(connection, run.project_id)
    return DetectionInputs(
        run, ImageSides(pairing, *sides, parameters), frequencies, await _baseline(platform, job, run, folder)
    )


def make_scene(inputs: DetectionInputs) -> MadeScene:
    """Make the scene of both sides; raises BaselineNotComparable."""
    options = inputs.run.asked
    sides = class_expansion.expanded(inputs.sides, options)
    classes = objects_of_images.class_names(sides)
    stored = judging.classified(objects_of_images.scene_of(sides, options, classes), options)
    return MadeScene(stored, classes, _read(inputs.baseline, stored))


def write_scene(scene: MadeScene, options: DetectionOptions, folder: Path) -> FileOnDisk:
    """Write a scene into the folder, with the table of its counts."""
    path = folder / objects.SCENE
    scene_file.write(path, scene.stored, levels.tabulate(scene.stored.scene, options))
    return FileOnDisk(objects.SCENE, "application/zip", path)


def judge(inputs: DetectionInputs, scene: MadeScene) -> JudgedModel:
    """Compute all figures of a scene but those of images that are drawn again."""
    options, stored, classes = inputs.run.asked, scene.stored, scene.classes
    notices = _notices(inputs, stored)
    frequencies = [inputs.frequencies.get(name) for name in classes]
    figures = judging.figures_of(stored, inputs.sides.pairing, options, classes, frequencies, notices=notices)
    summaries = differences.summarize(stored, options, classes, options.profiles)
    figures = msgspec.structs.replace(figures, differences=summaries)
    return JudgedModel(inputs.run, figures, stored, scene.baseline)


def read_kept(inputs: KeptInputs) -> JudgedModel:
    """Read what an earlier attempt has kept."""
    with inputs.path.open("rb") as file:
        stored = scene_file.read(file)
    return JudgedModel(inputs.run, inputs.figures, stored, _read(inputs.baseline, stored))


def draw(model: JudgedModel) -> DetectionFigures:
    """Draw the images again: return the figures with their intervals and the comparison with the baseline."""
    figures = judging.with_intervals(model.figures, model.stored, model.run.asked)
    if model.baseline is None:
        return figures
    comparison = comparing.compare(model.baseline.run, model.baseline.stored, model.stored, figures.ap)
    return msgspec.structs.replace(figures, comparison=comparison)


async def keep(
    connection: Connection,
    job: JobRecord,
    detection_run_id: UUID,
    figures: DetectionFigures,
    folder: str,
    scene_bytes: int,
) -> None:
    """Store the figures before their intervals; raises DetectionRunChanged, which undoes it."""
    if not await result_queries.keep_figures(connection, detection_run_id, job.id, figures, folder, scene_bytes):
        raise DetectionRunChanged


async def conclude(connection: Connection, job: JobRecord, detection_run_id: UUID, figures: DetectionFigures) -> None:
    """Store all figures, in the transaction that ends the job; raises DetectionRunChanged, which undoes both."""
    if not await result_queries.conclude(connection, detection_run_id, job.id, figures):
        raise DetectionRunChanged


def _read(baseline: BaselineFile | None, stored: StoredScene) -> ReadBaseline | None:
    if baseline is None:
        return None
    with baseline.path.open("rb") as file:
        found = scene_file.read(file)
    comparing.check_same_objects(found, stored)
    return ReadBaseline(baseline.run, found)


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
    if uncertain := sides.candidates.uncertain:
        of_all = f"{uncertain:,} of {counted(len(sides.candidates), 'candidate')}"
        said = form(uncertain, "states no confidence and counts", "state no confidence and count")
        notices.append(f"{of_all} {said} as certain.")
    notices += _of_other_types(sides, inputs.run.asked)
    profile = PROFILES[inputs.run.asked.profile]
    if profile.has_labels and not len(stored.scene.labels.verified):
        notices.append(NOTHING_VERIFIED)
    if profile.name == "lvis" and not inputs.frequencies:
        notices.append("No category of the project says how frequent it is, so these three figures are null.")
    return notices


def _of_other_types(sides: ImageSides, options: DetectionOptions) -> Iterator[str]:
    """Say how many objects of each side have another shape than what is compared."""
    subject = options.subject.replace("_", " ")
    for side, name in ((sides.references, "the ground truth"), (sides.candidates, "the model")):
        if count := side.others:
            are, do = form(count, "is", "are"), form(count, "does", "do")
            yield f"{counted(count, 'annotation')} of {name} {are} of another type than {subject}, and {do} not count."
