"""The examples of the document: answers fit their schemas, requests succeed as they are offered on /docs."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

import httpx2
import pytest
from litestar import Litestar

from api.examples import examples
from api.openapi import document
from tests.actors import Client
from tests.coco_files import encoded, ground_truth
from tests.detection_projects import judge
from tests.files import announce, put_all, upload_announced, upload_file
from tests.integration.api.operations.documented import validator
from tests.integration.api.test_agreements import FOUND, TRUTH, analysed
from tests.integration.api.test_openapi import Operation, operations
from tests.pictures import picture
from tests.pipelines import Pipeline, create_analysis

# The file whose SHA-256 and ETag the examples hold.
PREDICTIONS = b"id,truth,prediction\n1,cat,cat\n2,dog,cat\n"

ADMINISTRATOR = ("root", "root's password")

Make = Callable[[], Awaitable[Any]]


class Example(NamedTuple):
    """One request of one operation."""

    path: str
    method: str
    operation: dict[str, Any]
    name: str
    body: Any

    @property
    def operation_id(self) -> str:
        return str(self.operation["operationId"])


def requests(published: dict[str, Any]) -> Iterator[Example]:
    for path, method, operation in operations(published):
        contents = operation.get("requestBody", {}).get("content", {})
        # Of a body that may also come as a form, the examples are the JSON.
        for content in [contents["application/json"]] if "application/json" in contents else contents.values():
            named = content.get("examples") or {"": {"value": content["example"]}}
            for name, example in named.items():
                yield Example(path, method, operation, name, example["value"])


class World:
    """What examples refer to, made for one account when it is asked for."""

    def __init__(self, owner: Client) -> None:
        self.owner = owner
        self.pipeline = Pipeline(owner.http)
        self.of_parameter: dict[str, Make] = {
            "account_id": self.account,
            "analysis_id": self.analysis,
            "cm_uid": self.matrix,
            "comment_id": self.comment,
            "comparison_id": self.comparison,
            "dataset_id": self.dataset,
            "detection_run_id": self.detection_run,
            "endpoint_id": self.endpoint,
            "gate_id": self.gate,
            "image_id": self.image,
            "job_id": self.agreement_job,
            "pipeline_id": self.registered_pipeline,
            "project_id": self.project,
            "run_id": self.run,
            "uid": self.matrix,
            "upload_id": self.upload,
        }
        # The placeholders in bodies, all of them.
        self.of_placeholder: dict[str, Make] = {
            "019ac8f0-0000-7000-8000-000000000001": self.matrix,
            "019ac8f0-0000-7000-8000-000000000002": self.matrix,
            "019ac8f0-0000-7000-8000-000000000003": self.analysed_project,
            "019ac8f0-0000-7000-8000-000000000020": self.truth_file,
            "019ac8f0-0000-7000-8000-000000000004": self.annotations,
            "019ac8f0-0000-7000-8000-000000000021": self.ready_run,
            # Schemathesis signs up with the example's address, in the same database and before, if it comes first.
            "ada@example.com": self.address,
        }

    async def create(self, path: str, body: Any) -> str:
        """The id of something new."""
        answer = await self.owner.post(path, body)
        assert answer.status_code in {201, 202}, answer.text
        return str(answer.json()["id"])

    async def address(self) -> str:
        return f"ada-{self.owner.email}"

    async def account(self) -> int:
        answer = await self.owner.post("/sign_in/", {"email": self.owner.email, "password": self.owner.password})
        return int(answer.json()["id"])

    async def matrix(self) -> str:
        return await self.owner.create_matrix()

    async def comparison(self) -> str:
        sides = {"baseline": await self.matrix(), "candidate": await self.matrix()}
        comparison_id = await self.create("/v1/comparisons", sides)
        return str((await self.owner.ready(f"/v1/comparisons/{comparison_id}"))["id"])

    async def detection_run(self) -> str:
        return str((await judge(self.owner, await self.analysed_project(), "yolo_v8"))["id"])

    async def project(self) -> str:
        return str((await self.owner.create_project())["id"])

    async def image(self) -> str:
        return str((await self.owner.add_image(await self.project(), picture()))["id"])

    async def comment(self) -> str:
        return await self.create(f"/api/images/{await self.image()}/comments", {"text": "A comment"})

    async def analysis(self) -> str:
        return await create_analysis(self.owner, await self.image())

    async def analysed_project(self) -> str:
        project_id = await self.project()
        image_id = (await self.owner.add_image(project_id, picture()))["id"]
        await analysed(self.owner, self.pipeline, image_id, TRUTH, "resnet50", is_ground_truth=True)
        await analysed(self.owner, self.pipeline, image_id, FOUND)
        return project_id

    async def agreement_job(self) -> str:
        sides = {"reference": {"ground_truth": True}, "candidate": {"model_name": "yolo_v8"}}
        body = {"kind": "agreement", "project_id": await self.analysed_project(), **sides}
        job = await self.owner.final(await self.create("/v1/jobs", body))
        assert job["status"] == "succeeded", job
        return str(job["id"])

    async def registered_pipeline(self) -> str:
        return await self.create("/v1/pipelines", {"name": "detector"})

    async def run(self) -> str:
        rows = [{"sample_id": "1", "y_true": "ham", "y_pred": "ham", "prob_spam": 0.1, "country": "DE"}]
        return await self.create("/v1/runs", {"records": rows})

    async def truth_file(self) -> str:
        return str((await upload_file(self.owner, b"id,label\n007,cat\n008,dog\n"))["id"])

    async def dataset(self) -> str:
        return await self.create("/v1/datasets", {"upload_id": await self.truth_file(), "name": "Pets"})

    async def ready_run(self) -> str:
        run_id = await self.create("/v1/runs", {"data": {"y_true": ["ham", "spam"], "y_pred": ["ham", "ham"]}})
        return str((await self.owner.ready(f"/v1/runs/{run_id}"))["id"])

    async def gate(self) -> str:
        return await self.create("/v1/gates", {"name": "release", "baseline": {"tag": "main"}})

    async def upload(self) -> str:
        # Without its SHA-256: content that is stored already would not be sent again.
        upload = await announce(self.owner, PREDICTIONS, sha256=None)
        await put_all(upload["parts"], PREDICTIONS)
        return str(upload["id"])

    async def annotations(self) -> str:
        return str((await upload_announced(self.owner, encoded(ground_truth(2)), sha256=None))["id"])

    async def endpoint(self) -> str:
        return await self.create("/v1/webhooks/endpoints", {"url": "https://example.com/hook"})

    async def filled(self, value: Any) -> Any:
        """An example with ids in the place of its placeholders."""
        if isinstance(value, dict):
            return {name: await self.filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [await self.filled(item) for item in value]
        return await self.of_placeholder[value]() if value in self.of_placeholder else value

    async def perform(self, example: Example) -> httpx2.Response:
        """Send an example, with its key or signature, and with ids in the path and the query."""
        parameters = example.operation.get("parameters", ())
        ids = [one for one in parameters if one["in"] == "path" or (one["in"] == "query" and one.get("required"))]
        made = {one["name"]: await self.of_parameter[one["name"]]() for one in ids}
        path = example.path.format(**made)
        query = {one["name"]: made[one["name"]] for one in ids if one["in"] == "query"}
        body = await self.filled(example.body)
        if example.operation["security"] == [{"pipeline": []}]:
            return await self.pipeline.call(example.method.upper(), path, body)
        if example.operation["requestBody"]["content"].keys() == {"multipart/form-data"}:
            # A file is nothing that an example could hold.
            how: dict[str, Any] = {"files": {"file": ("a.png", picture(), "image/png")}, "data": body}
        else:
            how = {"json": body}
        if example.operation["security"] == [{"basic": []}]:
            return await self.owner.http.request(example.method.upper(), path, params=query, auth=ADMINISTRATOR, **how)
        return await self.owner.send(example.method.upper(), path, params=query, **how)


@pytest.fixture
def published(app: Litestar) -> dict[str, Any]:
    return document(app)


def test_every_operation_with_a_body_has_an_example_that_its_schema_allows(published: dict[str, Any]) -> None:
    for path, method, operation in operations(published):
        contents = operation.get("requestBody", {}).get("content", {})
        for media_type, content in contents.items():
            if media_type == "multipart/form-data" and "application/json" in contents:
                continue
            bodies = [one["value"] for one in content.get("examples", {}).values()] or [content["example"]]
            for body in bodies:
                # A file is chosen by hand.
                whole = body if media_type == "application/json" else {"file": "", **body}
                place = ("requestBody", "content", media_type, "schema")
                assert _faults(published, (path, method, operation), place, whole) == []


def test_every_json_answer_has_an_example_that_its_schema_allows(published: dict[str, Any]) -> None:
    for path, method, operation in operations(published):
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                if media_type != "application/json":
                    continue
                assert "example" in content, (operation["operationId"], status)
                place = ("responses", status, "content", media_type, "schema")
                assert _faults(published, (path, method, operation), place, content["example"]) == []


def test_every_example_of_a_problem_is_one(published: dict[str, Any]) -> None:
    kept = published["components"]["examples"]

    assert kept.keys() == {"Problem4XX", "Problem5XX", "EnvelopedProblem4XX", "EnvelopedProblem5XX"}
    for name, example in kept.items():
        schema = validator(published, "components", "schemas", name[:-3])
        assert [error.message for error in schema.iter_errors(example["value"])] == []


def test_every_example_belongs_to_an_operation(published: dict[str, Any]) -> None:
    assert set(examples()) <= {operation["operationId"] for _, _, operation in operations(published)}


# What begins comes first, and what ends the account last, by the password that was set before.
TURNS = {"accounts.sign_up": 0, "account.update_password": 2, "account.submit_deletion": 3}


@pytest.mark.usefixtures("workers")
async def test_every_example_of_a_request_succeeds_as_it_is_offered(alice: Client, published: dict[str, Any]) -> None:
    # A worker that is still starting lets those that wait for it answer 202.
    await alice.final((await alice.submit())["id"])
    world = World(alice)
    offered = sorted(requests(published), key=lambda example: TURNS.get(example.operation_id, 1))
    answered = {}
    for example in offered:
        answer = await world.perform(example)
        success = next(status for status in example.operation["responses"] if status.startswith("2"))
        if str(answer.status_code) != success:
            answered[f"{example.operation_id} {example.name}"] = f"{answer.status_code} {answer.text}"

    assert len(offered) > 35
    assert answered == {}


def _faults(published: dict[str, Any], operation: Operation, place: tuple[str, ...], value: object) -> list[str]:
    path, method, described = operation
    steps = ("paths", path, method, *place)
    errors = validator(published, *steps).iter_errors(value)
    return [f"{described['operationId']}: {error.json_path}: {error.message}" for error in errors]
