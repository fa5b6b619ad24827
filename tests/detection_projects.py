"""Projects with ground truth and the results of models, for the tests of detection runs."""

from typing import Any
from uuid import UUID

from shared.kit.platform import Platform
from tests.actors import Client
from tests.pipelines import Pipeline, add_image, add_project, box, create_analysis

PERSON, CAR, BUS = (0, 0, 10, 10), (20, 0, 20, 10), (50, 0, 30, 20)
TRUTH = [box("person", None, PERSON), box("car", None, CAR), box("bus", None, BUS)]
# The person, the car as a bus, and something where nothing is.
FOUND = [box("person", 0.9, PERSON), box("bus", 0.8, CAR), box("car", 0.3, (90, 90, 9, 9))]


async def analysed(
    owner: Client, pipeline: Pipeline, image_id: str, found: list[dict[str, Any]], model: str, *, truth: bool = False
) -> None:
    """Add a completed analysis to an image."""
    analysis_id = await create_analysis(owner, image_id, model)
    if found:
        assert (await pipeline.annotate(analysis_id, *found)).status_code == 201
    assert (await pipeline.finalize(analysis_id)).status_code == 200
    if truth:
        changed = await owner.send("PATCH", f"/api/analyses/{analysis_id}", json={"is_ground_truth": True})
        assert changed.status_code == 200


async def judged_project(
    platform: Platform, owner: Client, models: dict[str, list[list[dict[str, Any]]]], truth: list[list[dict[str, Any]]]
) -> tuple[str, list[str]]:
    """Create a project of one image for each truth, with what models found in it; return the ids of both."""
    pipeline = Pipeline(owner.http)
    project_id = await add_project(platform, owner)
    image_ids = []
    for number, objects in enumerate(truth):
        image_ids.append(await add_image(platform, owner, project_id, filename=f"street-{number}.png"))
        # Equal confidences stand in the order of the images' numbers, as in COCO.
        async with platform.db.connection() as connection:
            await connection.execute("UPDATE image SET number = $2 WHERE id = $1", UUID(image_ids[-1]), number)
        await analysed(owner, pipeline, image_ids[-1], objects, "person", truth=True)
        for model, found in models.items():
            await analysed(owner, pipeline, image_ids[-1], found[number], model)
    return str(project_id), image_ids


async def judge(owner: Client, project_id: str, model: str, *, status: str = "ready", **options: Any) -> Any:
    """Create a detection run, and return it once it is made."""
    body = {"project_id": project_id, "model_name": model, **options}
    answer = await owner.post("/v1/detection-runs", body)
    assert answer.status_code == 202, answer.text
    shown = await owner.ended(answer.headers["location"], deadline_s=120)
    assert shown["status"] == status, shown
    return shown
