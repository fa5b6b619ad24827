"""The OpenAPI document: Litestar's, with the parts that Litestar cannot know.

The signature of a handler has the type of its body (`api.http.routes`) and, for a handler that makes its `Response`
itself, the answers (`api.http.answers.responses`). Every error is problem+json, and every key style is a security
scheme.
"""

from collections.abc import Iterator
from copy import copy
from functools import lru_cache
from inspect import cleandoc
from typing import Any

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler

from api import examples
from api.http import idempotency
from api.http.answers.problems import MEDIA_TYPE
from api.http.answers.responses import successes
from api.http.routes import body_of
from api.openapi_texts import EVALUATION, EXTRAS, KIND, PATH_PARAMETERS, PROBLEMS, RESPONSES, TAGS
from api.security import scope_of
from shared.kit.errors import Problem
from shared.kit.names import VISIBLE, VISIBLE_PUBLISHED

SCHEMAS = "#/components/schemas/"
REF = SCHEMAS + "{name}"

KEY_STYLES: dict[str, dict[str, str]] = {
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "oanor": {"type": "apiKey", "in": "header", "name": "x-oanor-key"},
    "query": {"type": "apiKey", "in": "query", "name": "api_key"},
}

ADMINISTRATOR = {"basic": {"type": "http", "scheme": "basic"}}

PIPELINE = {"pipeline": {"type": "apiKey", "in": "header", "name": "X-ML-Signature"}}


@lru_cache(maxsize=4)
def document(app: Litestar) -> dict[str, Any]:
    """Return the document of an application, as JSON values."""
    schema: dict[str, Any] = app.openapi_schema.to_schema()
    schema["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    handlers = {handler.operation_id: handler for handler in _handlers(app)}
    components = schema.setdefault("components", {})
    components["securitySchemes"] = KEY_STYLES | ADMINISTRATOR | PIPELINE
    components["examples"] = {
        f"{name}{status}": {"value": value} for name, kinds in PROBLEMS.items() for status, value in kinds.items()
    }
    schemas: dict[str, Any] = {}
    litestar_parts: list[Any] = []
    for path in schema["paths"].values():
        for method, operation in path.items():
            handler = handlers[operation["operationId"]]
            litestar_parts += [
                operation.get("parameters"),
                None if successes(handler) else copy(operation["responses"]),
            ]
            _complete(operation, handler, schemas)
            # Litestar's summary is the name of the function, its description the whole docstring.
            summary, _, description = operation["description"].partition("\n\n")
            operation["summary"], operation["description"] = summary.removesuffix("."), description
            operation["security"] = _security(handler, method)
            if method == "post" and _needs_key(handler):
                operation.setdefault("parameters", []).append(idempotency.PARAMETER)
            examples.attach(operation)
    # The framework's schemas name the format of times; ours cover the bodies and answers that it does not know.
    litestar_schemas = _used(litestar_parts, components.get("schemas", {}))
    for handler in handlers.values():
        if not successes(handler):
            _describe(handler, litestar_schemas)
    components["schemas"] = _used(schema["paths"], schemas | litestar_schemas)
    for name, descriptions in EVALUATION.items():
        for field, description in descriptions.items():
            components["schemas"][name]["properties"][field]["description"] = description
    cleaned: dict[str, Any] = _clean(schema)
    return cleaned


def _used(value: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas that the value refers to, directly or through other schemas."""
    used: dict[str, Any] = {}
    names = [*_names(value)]
    while names:
        if (name := names.pop()) not in used:
            used[name] = schemas[name]
            names += _names(schemas[name])
    return dict(sorted(used.items()))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str) and reference.startswith(SCHEMAS):
            yield reference.rpartition("/")[2]
        yield from (name for child in value.values() for name in _names(child))
    elif isinstance(value, list):
        yield from (name for child in value for name in _names(child))


def _clean(schema: Any) -> Any:
    # Litestar writes `oneOf` for unions; a whole number matches both integer and number, which `oneOf` would refuse.
    if isinstance(schema, dict):
        return {"anyOf" if key == "oneOf" else key: _clean(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_clean(value) for value in schema]
    if isinstance(schema, str):
        # Docstrings have the indentation of the code.
        return VISIBLE_PUBLISHED if schema == VISIBLE else cleandoc(schema)
    return schema


def _handlers(app: Litestar) -> list[HTTPRouteHandler]:
    return [handler for route in app.routes for handler in getattr(route, "route_handlers", ())]


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler, schemas: dict[str, Any]) -> None:
    if (body := body_of(handler)) is not None:
        extras = {"api_key": str} if _needs_key(handler) else {}
        kinds = [body] if body.other is None else [body, body.other]
        content = {kind.media_type: {"schema": _schema(kind.kind, schemas, extras)} for kind in kinds}
        operation["requestBody"] = {"required": True, "content": content}
    operation.setdefault("parameters", []).extend(handler.opt.get("parameters", ()))
    for parameter in operation["parameters"]:
        if "description" not in parameter:
            parameter["description"] = PATH_PARAMETERS[parameter["name"]]
    operation["responses"].pop("400", None)
    _state_answers(operation["responses"], handler, schemas)
    problem = handler.opt.get("problem", Problem)
    for status in PROBLEMS[problem.__name__]:
        example = {"$ref": f"#/components/examples/{problem.__name__}{status}"}
        content = {"schema": _schema(problem, schemas, {}), "examples": {"problem": example}}
        operation["responses"][status] = {"content": {MEDIA_TYPE: content}}
    for status, response in operation["responses"].items():
        response["description"] = RESPONSES[status]


def _state_answers(responses: dict[str, Any], handler: HTTPRouteHandler, schemas: dict[str, Any]) -> None:
    contents: dict[str, dict[str, Any]] = {}
    for success in successes(handler):
        status = str(int(success.status or handler.status_code))
        responses.setdefault(status, {})
        content = contents.setdefault(status, {})
        if success.has_body:
            content[success.media_type] = {"schema": _schema(success.kind, schemas, {})}
    for status, content in contents.items():
        responses[status].pop("content", None)
        responses[status] |= {"content": content} if content else {}


def _describe(handler: HTTPRouteHandler, schemas: dict[str, Any]) -> None:
    # Litestar leaves out the docstrings, and gives a Struct the description of the first field that refers to it.
    for name, component in msgspec.json.schema_components([_answer(handler)], ref_template=REF)[1].items():
        schemas[name]["description"] = component["description"]
        for field, schema in component.get("properties", {}).items():
            if "description" in schema:
                schemas[name]["properties"][field]["description"] = schema["description"]


def _answer(handler: HTTPRouteHandler) -> Any:
    # By the signature, inside a response if there is one; bytes and streams may be anything.
    kind = handler.parsed_fn_signature.return_type
    if kind.is_subclass_of(Response):
        return kind.inner_types[0].annotation if kind.inner_types else Any
    return kind.annotation


def _needs_key(handler: HTTPRouteHandler) -> bool:
    return "caller" in handler.parsed_fn_signature.parameters


def _security(handler: HTTPRouteHandler, method: str) -> list[dict[str, list[str]]]:
    if _needs_key(handler):
        # The scope that the key needs; OpenAPI allows one beside the name of any scheme.
        return [{style: [scope_of(handler.opt, method.upper())]} for style in KEY_STYLES]
    return [{handler.opt["security"]: []}] if "security" in handler.opt else []


def _schema(kind: Any, schemas: dict[str, Any], extras: dict[str, Any]) -> dict[str, Any]:
    (schema,), components = msgspec.json.schema_components([kind], ref_template=REF)
    tag = schema.get("discriminator", {}).get("propertyName")
    for name, component in components.items():
        if tag in component.get("properties", {}):
            component["properties"][tag]["description"] = KIND
        for extra, extra_kind in extras.items():
            if name in _members(schema):
                component["properties"][extra] = msgspec.json.schema(extra_kind) | {"description": EXTRAS[extra]}
        schemas.setdefault(name, component)
    return schema


def _members(schema: dict[str, Any]) -> set[str]:
    references = [schema, *schema.get("anyOf", ())]
    return {reference["$ref"].rpartition("/")[2] for reference in references if "$ref" in reference}
