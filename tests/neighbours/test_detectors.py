"""Files that are imported here have the figures that the evaluators of detectors themselves say of them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.analyses.agreement.pairs import ImagePair, Pairing
from shared.analyses.records import AnnotationRecord
from shared.detection_runs.figures import judging
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.results import DetectionFigures
from shared.detection_runs.scenes import objects_of_images
from shared.detection_runs.scenes.objects_of_images import ImageSides
from shared.detection_runs.scenes.scene_file import StoredScene
from shared.evaluation.detection.error_analysis import confusion
from shared.evaluation.detection.error_analysis.foreign_matrices import DEFAULTS, judge_as
from shared.evaluation.detection.rules.profiles import DetectionSubject, ProfileName
from shared.imports.planning import ImportPlan
from shared.imports.reading.objects import Known
from tests.actors import ROOT
from tests.annotation_columns import sides_of
from tests.neighbours import drawn_objects
from tests.neighbours.drawn_objects import NAMES, SIDE, Drawn
from tests.neighbours.interpreters import installed, with_neighbours
from tests.unit.shared.imports.test_formats import planned

PEERS = {"pycocotools": "2.0.11", "faster-coco-eval": "1.8.0", "hotcoco": "1.3.0", "lvis": "0.5.3", "tidecv": "1.0.1"}
OTHERS = {"supervision": "0.31.2", "numpy": "2.4.6"}
SEED = 7

DRAWN: dict[str, Callable[[], Drawn]] = {
    "boxes": lambda: drawn_objects.boxes(SEED),
    "masks": lambda: drawn_objects.masks(SEED),
    "keypoints": lambda: drawn_objects.keypoints(SEED),
    "lvis": lambda: drawn_objects.federated(SEED),
    "tide": lambda: drawn_objects.plain_boxes(SEED),
}
SHORT = {"Cls": "class", "Loc": "location", "Both": "both", "Dupe": "duplicate", "Bkg": "background", "Miss": "missed"}


@pytest.fixture(scope="module")
def documents() -> dict[str, Drawn]:
    return {kind: draw() for kind, draw in DRAWN.items()}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, documents: dict[str, Drawn]) -> dict[str, Any]:
    """What the evaluators say of the same files, in an interpreter of their own."""
    folder = tmp_path_factory.mktemp("detectors")
    for kind, drawn in documents.items():
        (folder / f"{kind}_truth.json").write_text(json.dumps(drawn.truth))
        (folder / f"{kind}_results.json").write_text(json.dumps(drawn.results))
    needed = [f"{name}=={version}" for name, version in {**PEERS, **OTHERS}.items()]
    with installed(tmp_path_factory.mktemp("evaluators"), needed) as python:
        command = [str(python), str(ROOT / "tests/neighbours/detection_peers.py"), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def imported(folder: Path, drawn: Drawn) -> ImageSides:
    """Both files as an import reads them."""
    truth = planned(folder, drawn.truth, known=Known([], []))
    images = [image._replace(has_truth=True) for image in truth.new_images]
    found = planned(folder, drawn.results, role="predictions", known=Known(images, truth.categories))
    references, candidates = ({each.image_id: each for each in side.analyses} for side in (truth, found))
    assert references.keys() == candidates.keys()
    pairs = [ImagePair(each.id, references[each.id].id, candidates[each.id].id, SIDE, SIDE) for each in images]
    parameters: dict[UUID, dict[str, Any]] = {each.id: dict(each.labels) for each in truth.analyses}
    return sides_of(Pairing(pairs, 0, 0, reference_is_truth=True), records(truth) | records(found), parameters)


def records(made: ImportPlan) -> dict[UUID, list[AnnotationRecord]]:
    return {
        analysis.id: [
            AnnotationRecord(n, each.id, each.annotation_type, each.class_name, each.confidence, each.data)
            for n, each in enumerate(analysis.annotations)
        ]
        for analysis in made.analyses
    }


def judged(
    folder: Path, drawn: Drawn, subject: DetectionSubject = "boxes", profile: ProfileName = "coco"
) -> tuple[StoredScene, DetectionFigures]:
    options = DetectionOptions(subject=subject, profile=profile)
    sides = imported(folder, drawn)
    stored = judging.classified(objects_of_images.scene_of(sides, options, NAMES), options)
    frequencies: list[Any] = ["rare", "common", "frequent"]
    return stored, judging.figures_of(stored, sides.pairing, options, NAMES, frequencies, notices=[])


# Installing takes as long as the network does.
@pytest.mark.timeout(600)
@with_neighbours
@pytest.mark.parametrize("peer", ["pycocotools", "faster-coco-eval", "hotcoco"])
@pytest.mark.parametrize("subject", ["boxes", "masks", "keypoints"])
def test_every_figure_of_coco_is_that_of_the_evaluator(
    said: dict[str, Any], documents: dict[str, Drawn], tmp_path: Path, subject: DetectionSubject, peer: str
) -> None:
    _, figures = judged(tmp_path, documents[subject], subject)

    assert list(figures.metrics.values()) == [pytest.approx(value, abs=1e-9) for value in said[subject][peer]]
    assert figures.ap is not None
    assert 0 < figures.ap < 1
    assert (figures.left_out > 0, figures.ignored_objects > 0) == (True, True)


@with_neighbours
def test_every_figure_of_lvis_is_that_of_the_lvis_package(
    said: dict[str, Any], documents: dict[str, Drawn], tmp_path: Path
) -> None:
    _, figures = judged(tmp_path, documents["lvis"], profile="lvis")

    assert list(figures.metrics.values()) == [pytest.approx(value, abs=1e-9) for value in said["lvis"].values()]
    assert figures.left_out > 0


@with_neighbours
def test_errors_are_counted_as_tidecv_counts_them(
    said: dict[str, Any], documents: dict[str, Drawn], tmp_path: Path
) -> None:
    _, figures = judged(tmp_path, documents["tide"])

    expected = said["tide"]
    assert {each.type: each.count for each in figures.errors} == {
        name: expected["counts"][short] for short, name in SHORT.items()
    }
    assert all(each.count for each in figures.errors)
    # It counts in hundredths.
    assert {each.type: each.cost for each in figures.errors} == {
        name: pytest.approx(expected["costs"][short] / 100, abs=1e-9) for short, name in SHORT.items()
    }


@with_neighbours
def test_the_matrix_is_that_of_supervision(said: dict[str, Any], documents: dict[str, Drawn], tmp_path: Path) -> None:
    stored, _ = judged(tmp_path, documents["boxes"])

    _, cells = judge_as("supervision-matrix", stored.scene, *DEFAULTS["supervision-matrix"])

    assert confusion.matrix(stored.scene, cells).tolist() == said["supervision"]
