"""Unknown query parameters of /v1 routes, which are refused, because they are probably typing mistakes."""

from difflib import get_close_matches
from functools import cache
from typing import Any

from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from shared.kit.errors import Fault, InvalidInput

OURS = "/v1/"

# Option of a controller: clients of the inherited API that it serves send further parameters.
TAKES_MORE = "query_takes_more"

NAMELESS = "a parameter with an empty name"

# A client with more unknown parameters has not mistyped them.
_MAX_FAULTS = 10


def refuse_unknown(request: Request[Any, Any, Any]) -> None:
    """Refuse query parameters that a /v1 route does not have; raises InvalidInput."""
    if not request.scope["path"].startswith(OURS):
        return
    handler = request.route_handler
    if TAKES_MORE in handler.opt or handler.include_in_schema is False:
        return
    names = _parameter_names(handler)
    if unknown := [name for name in dict.fromkeys(request.query_params) if name not in names and name != "api_key"]:
        raise InvalidInput(
            *(Fault(f"/{name}", f"{name or NAMELESS}: {_advice(name, names)}") for name in unknown[:_MAX_FAULTS])
        )


@cache
def _parameter_names(handler: HTTPRouteHandler) -> tuple[str, ...]:
    fields = handler.parsed_fn_signature.parameters.items()
    definitions = [(name, field.kwarg_definition) for name, field in fields]
    return tuple(definition.name or name for name, definition in definitions if isinstance(definition, QueryParameter))


def _advice(name: str, names: tuple[str, ...]) -> str:
    if matches := get_close_matches(name, names, n=1):
        return f"not a parameter of this route; did you mean {matches[0]}?"
    if names:
        return f"not a parameter of this route; use one of {', '.join(names)}."
    return "not a parameter; this route has none."
