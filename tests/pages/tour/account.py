"""An account with content: matrices, curves, and an image of a street with the annotations of two models."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2
import numpy as np

from tests.actors import Client
from tests.detection_projects import judge
from tests.pages.tour.runs import compare_last, furnish_runs
from tests.pages.tour.scene import CARS, DOG, PEOPLE, ROOF, SIZE, heat, street
from tests.pipelines import Pipeline, box

ANIMALS = ["bird", "cat", "deer", "dog", "fox", "frog", "horse", "sheep"]


@dataclass
class Account:
    """The ids of the content."""

    matrices: list[str]
    curve: str
    project: str
    image: str
    analyses: list[str]
    detection_run: str
    runs: list[str]
    comparison: str


async def furnish(client: Client) -> Account:
    """Create the content."""
    matrices = [await _matrix(client, seed, skill) for seed, skill in ((1, 0.74), (2, 0.86), (3, 0.91))]
    curve = await _curve(client)
    project = await client.create_project(name="Street scenes", description="Frames of the camera at the crossing")
    frames = [
        (await client.add_image(project["id"], street(), name=f"frame-00{number}.png"))["id"] for number in range(1, 4)
    ]
    metadata = {"camera": "crossing north", "split": "validation", "exposure_ms": 8}
    image = (await client.add_image(project["id"], street(), name="frame-004.png", metadata=json.dumps(metadata)))["id"]
    await client.post(f"/api/images/{image}/comments", {"text": "The second model takes the dog for a cat. Again."})
    pipeline = await Pipeline.of(client, name="street models")
    analyses = [await _detector(client, pipeline, image), await _transformer(client, pipeline, image)]
    detection_run = await _judged(client, pipeline, project["id"], frames)
    runs = await furnish_runs(client)
    comparison = await compare_last(client, runs)
    return Account(matrices, curve, project["id"], image, analyses, detection_run, runs, comparison)


async def _matrix(client: Client, seed: int, skill: float) -> str:
    random = np.random.default_rng(seed)
    actual = random.choice(ANIMALS, 1200, p=[0.2, 0.15, 0.05, 0.2, 0.05, 0.1, 0.15, 0.1])
    confused_with = {"cat": "dog", "dog": "fox", "fox": "dog", "horse": "deer", "deer": "horse", "sheep": "dog"}
    guessed = [
        confused_with.get(label, "bird") if random.random() < 0.7 else random.choice(ANIMALS) for label in actual
    ]
    predicted = np.where(random.random(1200) < skill, actual, guessed)
    names = {1: ("Baseline", "small"), 2: ("With augmentation", "small"), 3: ("Larger model", "large")}
    body = {
        "actual_vector": actual.tolist(),
        "predicted_vector": predicted.tolist(),
        "name": names[seed][0],
        "model_name": "animals-" + names[seed][1],
        "data_set": "validation, June",
        "tags": ["animals", names[seed][1]],
    }
    answer = await client.post("/v1/matrices", body)
    assert answer.status_code == 201, answer.text
    uid: str = answer.json()["uid"]
    return uid


async def _curve(client: Client) -> str:
    random = np.random.default_rng(7)
    actual = random.integers(0, 3, 600)
    scores = random.random((600, 3)) + 0.55 * np.eye(3)[actual]
    scores /= scores.sum(axis=1, keepdims=True)
    names = ["cat", "dog", "fox"]
    body = {
        "kind": "curve",
        "actual_vector": [names[code] for code in actual],
        "probability_vector": scores.round(4).tolist(),
        "classes": names,
        "options": {"title": "Cats, dogs and foxes"},
    }
    job: str = (await client.final((await client.post("/v1/jobs", body)).json()["id"]))["id"]
    return job


async def _analysis(client: Client, image: str, pipeline: Pipeline, model: str) -> str:
    answer = await client.post(f"/api/images/{image}/analyses", {"model_name": model, "model_version": "1.2"})
    assert answer.status_code == 201, answer.text
    analysis: str = answer.json()["id"]
    await pipeline.status(analysis, "processing")
    return analysis


async def _detector(client: Client, pipeline: Pipeline, image: str) -> str:
    analysis = await _analysis(client, image, pipeline, "yolo_v8")
    await _send_heat(pipeline, analysis)
    annotations = [
        box("car", 0.97, CARS["blue"]),
        box("car", 0.93, CARS["red"]),
        box("person", 0.95, PEOPLE["left"]),
        box("person", 0.88, PEOPLE["right"]),
        box("dog", 0.71, DOG),
        box("truck", 0.31, (560, 190, 230, 205)),
        _outline("roof", 0.64, ROOF),
        _mask("road", 0.9, 470),
        *(_joints(*rectangle) for rectangle in PEOPLE.values()),
        _scores("street", {"street": 0.86, "car park": 0.09, "bridge": 0.03, "harbour": 0.02}),
        {"annotation_type": "heatmap", "class_name": "person", "data": {"artifact_name": "attention.png"}},
    ]
    await _done(pipeline, analysis, annotations)
    return analysis


async def _transformer(client: Client, pipeline: Pipeline, image: str) -> str:
    analysis = await _analysis(client, image, pipeline, "resnet50")
    annotations = [
        box("car", 0.91, _moved(CARS["blue"], 9)),
        box("car", 0.9, _moved(CARS["red"], -8)),
        box("person", 0.92, _moved(PEOPLE["left"], 4)),
        box("cat", 0.55, _moved(DOG, 3)),
        _outline("roof", 0.7, [(x + 4, y + 2) for x, y in ROOF]),
        _mask("pavement", 0.9, 480),
        _scores("street", {"street": 0.61, "car park": 0.33, "bridge": 0.04, "harbour": 0.02}),
    ]
    await _done(pipeline, analysis, annotations)
    return analysis


async def _judged(client: Client, pipeline: Pipeline, project: str, frames: list[str]) -> str:
    """Two models on the frames, and the second of them judged against the first; its detection run."""
    truth = [box("car", None, car) for car in CARS.values()] + [box("person", None, one) for one in PEOPLE.values()]
    for number, frame in enumerate(frames):
        truth_id = await _analysis(client, frame, pipeline, "annotators")
        await _done(pipeline, truth_id, [*truth, box("dog", None, DOG)])
        marked = await client.send("PATCH", f"/api/analyses/{truth_id}", json={"is_ground_truth": True})
        assert marked.status_code == 200, marked.text
        weak = [
            box("car", 0.9 - number / 10, _moved(CARS["blue"], 20 + 30 * number)),
            box("cat", 0.8, _moved(DOG, 4)),
            box("person", 0.4, (560, 190, 60, 120)),
        ]
        strong = [
            *(box("car", 0.95, _moved(car, 3 + 5 * number)) for car in CARS.values()),
            *(box("person", 0.9, _moved(one, 2)) for one in PEOPLE.values()),
            box("cat" if number else "dog", 0.7, _moved(DOG, 4)),
            box("truck", 0.35, (560, 190, 230, 205)),
        ]
        for model, found in (("small detector", weak), ("large detector", strong)):
            await _done(pipeline, await _analysis(client, frame, pipeline, model), found)
    runs = list[str]()
    for model in ("small detector", "large detector"):
        runs.append((await judge(client, project, model, baseline_id=runs[0] if runs else None))["id"])
    return runs[-1]


async def _send_heat(pipeline: Pipeline, analysis: str) -> None:
    answer = await pipeline.presign(analysis, {"artifact_name": "attention.png", "content_type": "image/png"})
    assert answer.status_code == 200, answer.text
    (rectangle,) = answer.json()["presigned_urls"]
    async with httpx2.AsyncClient() as anybody:
        upload = await anybody.put(rectangle["upload_url"], content=heat(), headers={"Content-Type": "image/png"})
    assert upload.status_code == 200, upload.text


async def _done(pipeline: Pipeline, analysis: str, annotations: list[dict[str, Any]]) -> None:
    answer = await pipeline.annotate(analysis, *annotations)
    assert answer.status_code == 201, answer.text
    answer = await pipeline.finalize(analysis)
    assert answer.status_code == 200, answer.text


def _moved(rectangle: tuple[int, int, int, int], by: int) -> tuple[int, int, int, int]:
    x, y, width, height = rectangle
    return x + by, y + by // 2, width, height


def _outline(name: str, confidence: float, points: list[tuple[int, int]]) -> dict[str, Any]:
    data = {"format": "polygon", "points": [list(point) for point in points]}
    return {"annotation_type": "segmentation", "class_name": name, "confidence": confidence, "data": data}


def _mask(name: str, confidence: float, top: int) -> dict[str, Any]:
    width, height = SIZE
    counts = [top] + [height - top, top] * (width - 1) + [height - top]
    data = {"format": "rle", "rle": {"counts": counts, "size": [height, width]}}
    return {"annotation_type": "segmentation", "class_name": name, "confidence": confidence, "data": data}


def _joints(x: int, y: int, width: int, height: int) -> dict[str, Any]:
    places = {"head": (0.5, 0.1), "left hand": (0.0, 0.55), "right hand": (1.0, 0.55), "left foot": (0.34, 0.98),
              "right foot": (0.66, 0.98)}  # fmt: skip
    points = [{"name": name, "x": x + width * a, "y": y + height * b} for name, (a, b) in places.items()]
    return {"annotation_type": "keypoint", "class_name": "person", "confidence": 0.8, "data": {"keypoints": points}}


def _scores(name: str, scores: dict[str, float]) -> dict[str, Any]:
    data = {"scores": scores}
    return {"annotation_type": "classification", "class_name": name, "confidence": scores[name], "data": data}
