"""An answer beside what the OpenAPI document says of it."""

from typing import Any

import httpx2
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCUMENT = "urn:openapi"


def validator(document: dict[str, Any], *steps: str) -> Draft202012Validator:
    """A validator of the schema at that place."""
    registry: Registry[Any] = Registry().with_resource(DOCUMENT, DRAFT202012.create_resource(document))
    pointer = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)
    return Draft202012Validator({"$ref": f"{DOCUMENT}#{pointer}"}, registry=registry)


def faults(document: dict[str, Any], method: str, path: str, answer: httpx2.Response) -> list[str]:
    """What an answer does that the document does not say."""
    responses = document["paths"][path][method.lower()]["responses"]
    status = str(answer.status_code)
    name = status if status in responses else f"{status[0]}XX"
    if name not in responses:
        return [f"status {status}: {answer.text}"]
    content = responses[name].get("content", {})
    if not content:
        return ["a body where none is documented"] if answer.content else []
    kind = answer.headers.get("content-type", "").partition(";")[0]
    documented = next((media_type for media_type in content if _covers(media_type, kind)), None)
    if documented is None:
        return [f"{kind} for {status}"]
    if not kind.endswith("json"):
        return [] if answer.content else ["no body"]
    schema = validator(document, "paths", path, method.lower(), "responses", name, "content", documented, "schema")
    return [f"{error.json_path}: {error.message}" for error in schema.iter_errors(answer.json())]


def _covers(media_range: str, kind: str) -> bool:
    """Whether a media range (RFC 9110, 12.5.1) holds a media type."""
    wide, _, narrow = media_range.partition("/")
    main, _, sub = kind.partition("/")
    return bool(sub) and wide in {"*", main} and narrow in {"*", sub}
