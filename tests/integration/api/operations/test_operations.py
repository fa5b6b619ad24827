"""Every operation succeeds as the OpenAPI document says."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.actors import Client, Team
from tests.integration.api.operations.documented import faults, validator
from tests.integration.api.operations.samples import ADMIN, BY_NAME, OTHERS, PIPELINE, SAMPLES, Sample
from tests.integration.api.operations.things import Scene
from tests.receiver import Receiver

FOLLOWED = {("GET", "/api/analyses/{analysis_id}/artifacts/{artifact_name}/content", 200)}


@pytest.fixture
async def document(http: httpx2.AsyncClient) -> Any:
    return (await http.get("/openapi.json")).json()


@pytest.fixture
def scene(alice: Client, receiver: Receiver) -> Scene:
    return Scene(alice, receiver)


def test_every_operation_has_a_sample(document: dict[str, Any]) -> None:
    documented = {(method.upper(), path) for path, item in document["paths"].items() for method in item}

    assert SAMPLES.keys() == documented


def test_every_other_success_has_a_sample(document: dict[str, Any]) -> None:
    documented = set(_successes(document))
    usual = {(*operation, _usual(document, *operation)) for operation in SAMPLES}

    assert OTHERS.keys() == documented - usual - FOLLOWED


JOB = httpx2.Response(200, json={"id": 1})
HTML = httpx2.Response(200, html="<p>")


@pytest.mark.parametrize(
    ("method", "path", "answer", "fault"),
    [
        ("GET", "/v1/jobs/{job_id}", httpx2.Response(206), "status 206: "),
        ("GET", "/v1/jobs/{job_id}", JOB, "$.id: 1 is not of type 'string'"),
        ("GET", "/v1/jobs/{job_id}", HTML, "text/html for 200"),
        ("GET", "/cm/report", httpx2.Response(200, headers={"content-type": "text/html"}), "no body"),
        ("DELETE", "/v1/keys/{key_id}", httpx2.Response(204, json=1), "a body where none is documented"),
    ],
)
def test_what_the_document_does_not_say_is_noticed(
    document: dict[str, Any], method: str, path: str, answer: httpx2.Response, fault: str
) -> None:
    assert fault in faults(document, method, path, answer)


@pytest.mark.parametrize(("method", "path"), SAMPLES)
async def test_an_operation_succeeds_as_documented(
    scene: Scene, team: Team, document: dict[str, Any], method: str, path: str
) -> None:
    sample = SAMPLES[method, path]
    _set_to_work(team, sample)
    answer = await _perform(scene, document, sample, method, path)

    assert faults(document, method, path, answer) == []
    assert answer.status_code == _usual(document, method, path)


@pytest.mark.parametrize(("method", "path", "status"), OTHERS)
async def test_what_is_not_there_yet_or_known_already_is_answered_as_documented(
    scene: Scene, team: Team, document: dict[str, Any], method: str, path: str, status: int
) -> None:
    sample = OTHERS[method, path, status]
    _set_to_work(team, sample)
    if status == 304:
        # What is made at the first call is there at the second.
        await _perform(scene, document, SAMPLES[method, path], method, path)
    answer = await _perform(scene, document, sample, method, path)

    assert faults(document, method, path, answer) == []
    assert answer.status_code == status


def _set_to_work(team: Team, sample: Sample) -> None:
    if sample.is_idle:
        team["worker"].kill()
    else:
        team.start()


async def _perform(scene: Scene, document: dict[str, Any], sample: Sample, method: str, path: str) -> httpx2.Response:
    for make in sample.after:
        await scene.get(make)
    names = [name.partition("}")[0] for name in path.split("{")[1:]]
    values = {name: await _made(scene, sample.path.get(name, BY_NAME[name])) for name in names}
    body, query = await _made(scene, sample.json), await _made(scene, sample.query)
    operation = document["paths"][path][method.lower()]
    assert (sample.json is not None or sample.form is not None) == ("requestBody" in operation)
    assert query.keys() <= {known["name"] for known in operation.get("parameters", []) if known["in"] == "query"}
    if body is not None:
        place = ("paths", path, method.lower(), "requestBody", "content", "application/json", "schema")
        assert [error.message for error in validator(document, *place).iter_errors(body)] == []
    return await _send(scene, sample, method, path.format(**values), body=body, query=query)


async def _send(scene: Scene, sample: Sample, method: str, path: str, *, body: Any, query: Any) -> httpx2.Response:
    if sample.sender == PIPELINE:
        return await scene.pipeline.call(method, path, body)
    how = {"json": body, "files": sample.form, "params": query, "headers": sample.headers}
    if sample.sender == ADMIN:
        return await scene.alice.http.request(method, path, auth=("root", "root's password"), **how)
    return await scene.alice.send(method, path, **how)


async def _made(scene: Scene, value: Any) -> Any:
    """The value with everything made that it refers to."""
    if callable(value):
        return await scene.get(value)
    if isinstance(value, dict):
        return {name: await _made(scene, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [await _made(scene, inner) for inner in value]
    return value


def _successes(document: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            statuses = [int(status) for status in operation["responses"] if status.isdigit()]
            yield from ((method.upper(), path, status) for status in statuses if status < 400)


def _usual(document: dict[str, Any], method: str, path: str) -> int:
    """The status that a sample is answered with."""
    known = [status for *operation, status in _successes(document) if operation == [method, path]]
    return SAMPLES[method, path].status or min(known)
