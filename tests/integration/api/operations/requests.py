"""Sending samples."""

from typing import Any

import httpx2

from tests.integration.api.operations.documented import validator
from tests.integration.api.operations.samples import ADMIN, BY_NAME, PIPELINE, Sample
from tests.integration.api.operations.things import Scene


async def perform(
    scene: Scene, document: dict[str, Any], sample: Sample, method: str, path: str, **query: Any
) -> httpx2.Response:
    """The answer to a sample, which has to be a request as the document describes it."""
    for make in sample.after:
        await scene.get(make)
    names = [name.partition("}")[0] for name in path.split("{")[1:]]
    values = {name: await _made(scene, sample.path.get(name, BY_NAME[name])) for name in names}
    body, query = await _made(scene, sample.json), await _made(scene, sample.query | query)
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
