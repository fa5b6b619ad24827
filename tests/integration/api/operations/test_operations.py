"""Every operation succeeds as the OpenAPI document says."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.actors import Team
from tests.integration.api.operations.documented import faults
from tests.integration.api.operations.requests import perform
from tests.integration.api.operations.samples import OTHERS, SAMPLES, Sample
from tests.integration.api.operations.things import Scene

FOLLOWED = {("GET", "/api/analyses/{analysis_id}/artifacts/{artifact_name}/content", 200)}


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
    answer = await perform(scene, document, sample, method, path)

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
        await perform(scene, document, SAMPLES[method, path], method, path)
    answer = await perform(scene, document, sample, method, path)

    assert faults(document, method, path, answer) == []
    assert answer.status_code == status


def _set_to_work(team: Team, sample: Sample) -> None:
    if sample.is_idle:
        for name in ("worker", "thumbnailer"):
            team[name].kill()
    else:
        team.start()


def _successes(document: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            statuses = [int(status) for status in operation["responses"] if status.isdigit()]
            yield from ((method.upper(), path, status) for status in statuses if status < 400)


def _usual(document: dict[str, Any], method: str, path: str) -> int:
    """The status that a sample is answered with."""
    known = [status for *operation, status in _successes(document) if operation == [method, path]]
    return SAMPLES[method, path].status or min(known)
