"""What samples refer to: each made once in a scene, when a sample first asks for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.actors import Client, eventually
from tests.coco_files import encoded, ground_truth
from tests.detection_projects import judge
from tests.files import announce, announcement, content, put_all, upload_file
from tests.pictures import picture
from tests.pipelines import Pipeline, box
from tests.receiver import Receiver

PICTURE = picture()
PREDICTIONS = content(1000, "predictions")
PERSON = box("person", 0.9, (0, 0, 10, 10))
CAR = box("car", 0.8, (20, 0, 20, 10))


@dataclass
class Scene:
    """An account of its own, and what has been made in it."""

    alice: Client
    receiver: Receiver
    made: dict["Make", Any] = field(default_factory=dict)

    @property
    def pipeline(self) -> Pipeline:
        """The operator's."""
        return Pipeline(self.alice.http)

    async def get(self, make: "Make") -> Any:
        """What the function makes: now, unless this scene has it already."""
        if make not in self.made:
            self.made[make] = await make(self)
        return self.made[make]

    async def create(self, path: str, body: Any = None) -> Any:
        """The answer to a POST that must succeed."""
        return _of(await self.alice.post(path, body))


Make = Callable[[Scene], Awaitable[Any]]


async def matrix(scene: Scene) -> Any:
    return await scene.alice.create_matrix()


async def other_matrix(scene: Scene) -> Any:
    return await scene.alice.create_matrix([1, 0, 1, 1, 0], [1, 0, 1, 1, 0])


async def finished_job(scene: Scene) -> Any:
    job = await scene.alice.submit("plot", await scene.get(matrix))
    return (await scene.alice.final(job["id"]))["id"]


async def queued_job(scene: Scene) -> Any:
    return (await scene.alice.submit("report", await scene.get(matrix)))["id"]


async def agreement_job(scene: Scene) -> Any:
    sides = {"reference": reference, "candidate": candidate}
    analyses = {name: {"analysis_id": await scene.get(make)} for name, make in sides.items()}
    job = await scene.create("/v1/jobs", {"kind": "agreement", "image_id": await scene.get(image), **analyses})
    return (await scene.alice.final(job["id"]))["id"]


async def account(scene: Scene) -> Any:
    return (await scene.create("/sign_in/", await credentials(scene)))["id"]


async def credentials(scene: Scene) -> Any:
    return {"email": scene.alice.email, "password": scene.alice.password}


async def password(scene: Scene) -> Any:
    return scene.alice.password


async def new_credentials(scene: Scene) -> Any:
    return {"email": f"new-{scene.alice.email}", "password": "correct horse"}


async def key(scene: Scene) -> Any:
    return (await scene.create("/v1/keys", {"name": "another"}))["id"]


async def invitation(scene: Scene) -> Any:
    answer = await scene.alice.http.post("/v1/admin/invitations", json={}, auth=("root", "root's password"))
    return answer.json()["id"]


async def project(scene: Scene) -> Any:
    return (await scene.alice.create_project())["id"]


async def image(scene: Scene) -> Any:
    return (await scene.alice.add_image(await scene.get(project), PICTURE, metadata='{"camera": "north"}'))["id"]


async def image_with_thumbnail(scene: Scene) -> Any:
    image_id = await scene.get(image)

    async def is_ready() -> bool:
        shown = await scene.alice.get(f"/api/images/{image_id}")
        return bool(shown.json()["thumbnail_status"] == "ready")

    await eventually(is_ready)
    return image_id


async def deleted_image(scene: Scene) -> Any:
    image_id = await scene.get(image)
    reason = {"reason": "out of focus"}
    return _of(await scene.alice.send("DELETE", f"/api/images/{image_id}", params=reason))["id"]


async def uploaded(scene: Scene) -> Any:
    announced = {"filename": "a.png", "content_type": "image/png", "size_bytes": len(PICTURE)}
    upload = await scene.create(f"/api/projects/{await scene.get(project)}/uploads", announced)
    await _put(upload["upload_url"], upload["headers"])
    return upload["id"]


ROWS = b"id,y_true,y_pred,country\n1,cat,cat,DE\n2,dog,cat,FR\n"


# Enough of them to fit a map on one half.
SCORED_ROWS = b"id,y_true,y_pred,prob_1,country\n" + b"".join(
    b"a%d,0,0,0.2,DE\nb%d,1,1,0.7,FR\nc%d,1,0,0.4,FR\nd%d,0,1,0.6,DE\n" % ((number,) * 4) for number in range(10)
)


async def run(scene: Scene) -> Any:
    """A run that is ready."""
    return await _read(scene, ROWS)


async def scored_run(scene: Scene) -> Any:
    """A run that is ready, with scores of a class."""
    return await _read(scene, SCORED_ROWS)


async def _read(scene: Scene, rows: bytes) -> Any:
    files = {"file": ("x.csv", rows, "text/csv")}
    made = _of(await scene.alice.send("POST", "/v1/runs", files=files))
    return (await scene.alice.ready(f"/v1/runs/{made['id']}"))["id"]


async def comparison(scene: Scene) -> Any:
    """A comparison that is ready."""
    made = await scene.create("/v1/comparisons", {"baseline": await scene.get(run), "candidate": await scene.get(run)})
    return (await scene.alice.ready(f"/v1/comparisons/{made['id']}"))["id"]


async def judged_project(scene: Scene) -> Any:
    """A project with ground truth and a model's results."""
    truth = await scene.get(reference)
    changed = await scene.alice.send("PATCH", f"/api/analyses/{truth}", json={"is_ground_truth": True})
    assert changed.status_code == 200, changed.text
    await scene.get(candidate)
    return await scene.get(project)


async def detection_run(scene: Scene) -> Any:
    """A detection run that is ready."""
    return (await judge(scene.alice, await scene.get(judged_project), "resnet50"))["id"]


async def gate(scene: Scene) -> Any:
    return (await scene.create("/v1/gates", {"name": "release", "baseline": {"tag": "main"}}))["id"]


async def gate_check(scene: Scene) -> Any:
    """A check that is ready: of a gate whose baseline is missing."""
    checks = f"/v1/gates/{await scene.get(gate)}/checks"
    made = await scene.create(checks, {"candidate": await scene.get(run)})
    return (await scene.alice.ready(f"/v1/checks/{made['id']}"))["id"]


async def share_link(scene: Scene) -> Any:
    return (await scene.create("/v1/share-links", {"target_type": "matrix", "target_id": await scene.get(matrix)}))[
        "id"
    ]


async def file_upload(scene: Scene) -> Any:
    upload = await announce(scene.alice, PREDICTIONS)
    await put_all(upload["parts"], PREDICTIONS)
    return upload["id"]


async def annotations_upload(scene: Scene) -> Any:
    return (await upload_file(scene.alice, encoded(ground_truth(2)), filename="instances.json"))["id"]


async def truth_file(scene: Scene) -> Any:
    """A complete upload with the actual labels of samples."""
    return (await upload_file(scene.alice, b"sample_id,y_true\n007,cat\n008,dog\n009,cat\n"))["id"]


async def dataset(scene: Scene) -> Any:
    """A dataset that is ready."""
    made = await scene.create("/v1/datasets", {"upload_id": await scene.get(truth_file), "name": "Pets"})
    return (await scene.alice.ready(f"/v1/datasets/{made['id']}"))["id"]


async def known_file(scene: Scene) -> Any:
    await upload_file(scene.alice, PREDICTIONS)
    return announcement(PREDICTIONS)


async def comment(scene: Scene) -> Any:
    return (await scene.create(f"/api/images/{await scene.get(image)}/comments", {"text": "A crossing."}))["id"]


async def analysis(scene: Scene) -> Any:
    return await _analysis(scene, "yolo_v8")


async def reference(scene: Scene) -> Any:
    return await _completed(scene, "yolo_v8", PERSON, CAR)


async def candidate(scene: Scene) -> Any:
    return await _completed(scene, "resnet50", PERSON)


async def analysis_with_file(scene: Scene) -> Any:
    analysis_id = await scene.get(analysis)
    announced = {"artifact_name": "mask.png", "content_type": "image/png"}
    (link,) = _of(await scene.pipeline.presign(analysis_id, announced))["presigned_urls"]
    await _put(link["upload_url"], link["headers"])
    _of(await scene.pipeline.finalize(analysis_id))
    return analysis_id


async def pipeline(scene: Scene) -> Any:
    return (await scene.create("/v1/pipelines", {"name": "detector"}))["id"]


async def endpoint(scene: Scene) -> Any:
    return (await scene.create("/v1/webhooks/endpoints", {"url": scene.receiver.url}))["id"]


async def delivery(scene: Scene) -> Any:
    return (await scene.create(f"/v1/webhooks/endpoints/{await scene.get(endpoint)}/test"))["id"]


async def finished_delivery(scene: Scene) -> Any:
    delivery_id = await scene.get(delivery)

    async def is_finished() -> bool:
        shown = await scene.alice.get(f"/v1/webhooks/deliveries/{delivery_id}")
        return bool(shown.json()["status"] != "pending")

    await eventually(is_finished)
    return delivery_id


async def _analysis(scene: Scene, model: str) -> Any:
    body = {"model_name": model, "model_version": "v1"}
    return (await scene.create(f"/api/images/{await scene.get(image)}/analyses", body))["id"]


async def _completed(scene: Scene, model: str, *annotations: dict[str, Any]) -> Any:
    analysis_id = await _analysis(scene, model)
    _of(await scene.pipeline.annotate(analysis_id, *annotations))
    return _of(await scene.pipeline.finalize(analysis_id))["id"]


async def _put(url: str, headers: dict[str, str]) -> None:
    async with httpx2.AsyncClient() as outside:
        answer = await outside.put(url, content=PICTURE, headers=headers)
    assert answer.is_success, answer.text


def _of(answer: httpx2.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()
