"""The schema that clients are generated from."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from tests.actors import Client
from tests.integration.api.operations.documented import faults, validator

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
PUBLIC = {
    "health.check_liveness",
    "health.check_pipeline_api",
    "health.check_readiness",
    "accounts.sign_up",
    "accounts.sign_in",
}
ADMINISTRATORS_ONLY = {
    "admin.accounts.create_password_reset",
    "admin.accounts.list",
    "admin.matrices.list",
    "admin.accounts.set_plan",
    "admin.accounts.add_credit",
    "admin.audit.list",
    "admin.invitations.create",
    "admin.invitations.list",
    "admin.invitations.revoke",
}
SIGNED = {
    "pipeline_api.update_status",
    "pipeline_api.presign_artifacts",
    "pipeline_api.create_annotations",
    "pipeline_api.finalize_analysis",
}
TAKE_NO_BODY = {
    "account.submit_export",
    "analyses.cancel",
    "pipelines.rotate_secret",
    "jobs.cancel",
    "webhooks.endpoints.disable",
    "webhooks.endpoints.enable",
    "images.uploads.finalize",
    "webhooks.deliveries.replay",
    "images.restore",
    "webhooks.rotate_callback_secret",
    "keys.rotate",
    "webhooks.endpoints.rotate_secret",
    "webhooks.endpoints.test",
}
# An id is the name of a client's method: client.matrices.create(...), client.images.comments.list(...).
WORD = "[a-z]+(?:_[a-z]+)*"
METHOD_OF_A_CLIENT = re.compile(rf"{WORD}\.(?:{WORD}\.)?(?P<verb>[a-z]+)(?:_{WORD})?")
VERBS = {
    "get": {"check", "compare", "compute", "export", "find", "get", "list", "stream"},
    "post": {
        *("add", "cancel", "compare", "compute", "create", "disable", "enable", "evaluate", "finalize", "presign"),
        *("complete", "replay", "restore", "rotate", "sign", "submit", "test", "update"),
    },
    "put": {"set"},
    "patch": {"update"},
    "delete": {"delete", "revoke"},
}
VERBS_OF_SUMMARIES = (
    *("Add", "Cancel", "Check", "Compare", "Compute", "Create", "Delete", "Disable", "Edit", "Enable", "Evaluate"),
    *("Export", "Finalize", "Find", "Get", "List", "Replace", "Replay", "Restore", "Revoke", "Rotate", "Send", "Set"),
    *("Complete", "Sign in to", "Stream", "Submit", "Update", "Upload"),
)
Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture
async def document(http: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await http.get("/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[Operation]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def walk(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(child)


def resolve(document: dict[str, Any], reference: str) -> object:
    """What a local reference points at (RFC 6901); KeyError for one that leads nowhere."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def test_the_document_is_openapi_3_1_with_every_fixed_field_in_place(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"] == "evalserve"
    assert document["info"].keys() >= {"title", "version", "description"}
    assert document.keys() <= {"openapi", "info", "servers", "paths", "components", "security", "tags", "webhooks"}
    for path, item in document["paths"].items():
        assert path.startswith("/")
        assert item.keys() <= METHODS | {"summary", "description", "parameters", "servers"}


def test_every_operation_says_what_it_does_under_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) > 100
    texts = {operation["operationId"]: operation.get("description", "") for _, _, operation in operations(document)}
    assert {name: text for name, text in texts.items() if len(text.split()) < 3 or not text.endswith(".")} == {}
    summaries = [operation["summary"] for _, _, operation in operations(document)]
    assert [summary for summary, count in Counter(summaries).items() if count > 1] == []


def test_every_operation_id_is_a_method_of_a_client_that_begins_with_a_verb(document: dict[str, Any]) -> None:
    for _, method, operation in operations(document):
        match = METHOD_OF_A_CLIENT.fullmatch(operation["operationId"])
        assert match, operation["operationId"]
        assert match["verb"] in VERBS[method], operation["operationId"]


def test_every_summary_is_a_verb_and_its_object_on_one_line(document: dict[str, Any]) -> None:
    summaries = [operation["summary"] for _, _, operation in operations(document)]

    assert {"Create an API key", "List webhook deliveries", "Set a metadata key of an image"} <= set(summaries)
    shape = re.compile(rf"({'|'.join(VERBS_OF_SUMMARIES)}) [\w,: -]+\w")
    assert [summary for summary in summaries if not shape.fullmatch(summary)] == []


def test_every_group_of_operations_is_described_and_none_is_empty(document: dict[str, Any]) -> None:
    used = {tag for _, _, operation in operations(document) for tag in operation["tags"]}

    assert {tag["name"] for tag in document["tags"]} == used
    assert all(tag["description"].endswith(".") for tag in document["tags"])


def test_the_parameters_of_an_address_are_declared(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        declared = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] == "path"]
        assert sorted(re.findall(r"{(\w+)}", path)) == sorted(parameter["name"] for parameter in declared)
        assert all(parameter["required"] is True for parameter in declared)
        for parameter in operation.get("parameters", ()):
            assert parameter["in"] in {"path", "query", "header"}
            Draft202012Validator.check_schema(parameter["schema"])


def test_every_schema_and_every_field_and_parameter_is_described_in_a_sentence(document: dict[str, Any]) -> None:
    texts = {}
    for name, schema in document["components"]["schemas"].items():
        texts[name] = schema.get("description", "")
        for field, described in schema.get("properties", {}).items():
            texts[f"{name}.{field}"] = described.get("description", "")
    for _, _, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            texts[f"{operation['operationId']}({parameter['name']})"] = parameter.get("description", "")

    assert len(texts) > 700
    sentence = re.compile(r"[A-Z\dn`].*\.", re.DOTALL)
    assert {place: text for place, text in texts.items() if not sentence.fullmatch(text)} == {}


def test_every_operation_documents_its_answers_and_its_problems(document: dict[str, Any]) -> None:
    example = {"problem": {"$ref": "#/components/examples/Problem4XX"}}
    schema = {"$ref": "#/components/schemas/Problem"}
    problem = {"application/problem+json": {"schema": schema, "examples": example}}
    for _, _, operation in operations(document):
        responses = operation["responses"]
        assert all(re.fullmatch(r"[1-5](\d\d|XX)", status) for status in responses)
        assert all(response["description"] for response in responses.values())
        assert any(status.startswith("2") for status in responses)
        if operation["tags"] == ["calculators"]:
            # They have an envelope of their own around it.
            assert responses["4XX"]["content"].keys() == problem.keys()
        else:
            assert responses["4XX"]["content"] == problem, operation["operationId"]


def test_every_post_that_takes_a_body_documents_it(document: dict[str, Any]) -> None:
    bodies = {
        operation["operationId"]: operation.get("requestBody")
        for _, method, operation in operations(document)
        if method == "post"
    }
    assert {name for name, body in bodies.items() if body is None} == TAKE_NO_BODY
    for body in filter(None, bodies.values()):
        assert body["required"] is True
        assert body["content"].keys() <= {"application/json", "multipart/form-data"}
        for content in body["content"].values():
            assert content["schema"].keys() & {"$ref", "anyOf", "oneOf", "properties"}


def test_every_pattern_is_read_alike_by_the_regular_expressions_of_all_languages(document: dict[str, Any]) -> None:
    patterns = {value for key, value in _pairs(document) if key == "pattern" and isinstance(value, str)}

    assert [pattern for pattern in patterns if not pattern.isascii() or "\\U" in pattern] == []
    assert "\\S" in patterns, "of names"
    # Longer ones are no help to a reader.
    assert [pattern for pattern in patterns if len(pattern) > 40] == []


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _pairs(child)
    if isinstance(value, dict):
        yield from value.items()


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = [found["$ref"] for found in walk(document) if isinstance(found.get("$ref"), str)]
    mapped = [
        target for found in walk(document) for target in found.get("discriminator", {}).get("mapping", {}).values()
    ]
    assert len(references) > 20
    for reference in {*references, *mapped}:
        assert reference.startswith("#/")
        assert isinstance(resolve(document, reference), dict)


def test_every_schema_is_one_and_is_used(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    used = {found["$ref"].rpartition("/")[2] for found in walk(document) if isinstance(found.get("$ref"), str)}
    assert schemas.keys() - used == set()


def test_every_style_of_key_opens_everything_that_is_neither_public_nor_the_administrators(
    document: dict[str, Any],
) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes == {
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "oanor": {"type": "apiKey", "in": "header", "name": "x-oanor-key"},
        "query": {"type": "apiKey", "in": "query", "name": "api_key"},
        "basic": {"type": "http", "scheme": "basic"},
        "pipeline": {"type": "apiKey", "in": "header", "name": "X-ML-Signature"},
    }
    for _, _, operation in operations(document):
        name, keys = operation["operationId"], {"header", "bearer", "oanor", "query"}
        wanted = set() if name in PUBLIC else {"basic"} if name in ADMINISTRATORS_ONLY else keys
        wanted = {"pipeline"} if name in SIGNED else wanted
        assert {scheme for choice in operation.get("security", []) for scheme in choice} == wanted, name
        assert all(len(choice) == 1 for choice in operation.get("security", [])), "one credential is enough"


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/sign_up", {"json": {"email": 1}}),
    ("POST", "/cm/create", {"json": {"actual_vector": [1], "predicted_vector": [None]}}),
    ("GET", "/users", {}),
    ("GET", "/v1/jobs", {"params": {"limit": "x"}}),
    ("GET", "/v1/confusion", {"params": {"tp": "x"}}),
    ("POST", "/v1/diagnostic", {"json": {}}),
    ("POST", "/v1/keys", {"json": {"name": "", "scopes": []}}),
]


@pytest.mark.parametrize(("method", "path", "sent"), REFUSED)
async def test_what_is_refused_is_answered_as_documented(
    alice: Client, document: dict[str, Any], method: str, path: str, sent: dict[str, Any]
) -> None:
    answer = await alice.send(method, path, **sent)

    assert 400 <= answer.status_code < 500
    assert faults(document, method, path, answer) == []


async def test_an_unready_service_is_documented_too(document: dict[str, Any]) -> None:
    check = {"name": "postgres", "ok": False, "detail": "does not respond"}
    unready = {"ready": False, "checks": [check], "degraded": []}
    answer = httpx2.Response(503, json=unready)
    assert faults(document, "GET", "/readyz", answer) == []


@pytest.mark.parametrize("callback_url", ["https://example.com/hook", None])
@pytest.mark.parametrize("key", ["evs_key", None])
def test_the_bodies_that_are_taken_are_documented_as_valid(
    document: dict[str, Any], callback_url: str | None, key: str | None
) -> None:
    with_key = {"api_key": key} if key else {}
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/sign_up", {"email": "a@example.com", "password": "secret word"}),
        ("/v1/confusion", {"tp": 90, "fp": "10", "fn": 5, "tn": 95, **with_key}),
        ("/v1/fbeta", {"precision": 0.5, "recall": "0.5", "tp": None, **with_key}),
        ("/cm/create", {"actual_vector": [1, "a", 0.5], "predicted_vector": [1, 2, 3], **with_key}),
        ("/v1/jobs", {"kind": "report", "cm_uid": "x", "callback_url": callback_url, **with_key}),
        ("/v1/jobs", {"kind": "plot", "cm_uid": "x", "options": {"dpi": 50, "title": None}, **with_key}),
        ("/v1/webhooks/endpoints", {"url": "https://example.com/hook", "events": ["job.failed"], **with_key}),
    ]
    for path, body in bodies:
        schema = validator(document, "paths", path, "post", "requestBody", "content", "application/json", "schema")
        assert [error.message for error in schema.iter_errors(body)] == [], (path, body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sign_up", {"email": "a@example.com"}),
        ("/cm/create", {"actual_vector": [[1]], "predicted_vector": [1]}),
        ("/cm/create", {"actual_vector": [1]}),
        ("/v1/jobs", {"kind": "nonsense", "cm_uid": "x"}),
        ("/v1/jobs", {"kind": "plot", "cm_uid": "x", "options": {"dpi": 49}}),
        ("/v1/jobs", {"kind": "plot", "cm_uid": "x", "optoins": {}}),
        ("/v1/webhooks/endpoints", {"url": "https://example.com", "events": ["job.nonsense"]}),
    ],
)
def test_the_bodies_that_are_refused_are_documented_as_invalid(
    document: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    schema = validator(document, "paths", path, "post", "requestBody", "content", "application/json", "schema")
    assert not schema.is_valid(body)
