"""The query of a route of ours: a parameter that the route does not have is a typing mistake, and is told as one."""

from difflib import get_close_matches
from functools import cache
from typing import Any

from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from shared.kit.errors import Fault, InvalidInput

OURS = "/v1/"

# As an option of a controller: clients of the inherited API that it keeps send more than it names.
TAKES_MORE = "query_takes_more"

NAMELESS = "a parameter with an empty name"

# Whoever sends more has not mistyped them.
_MAX_TOLD = 10


def refuse_unknown(request: Request[Any, Any, Any]) -> None:
    """Refuse parameters that a route of ours does not have; raises InvalidInput."""
    if not request.scope["path"].startswith(OURS):
        return
    handler = request.route_handler
    if TAKES_MORE in handler.opt or handler.include_in_schema is False:
        return
    known = _known(handler)
    if unknown := [name for name in dict.fromkeys(request.query_params) if name not in known and name != "api_key"]:
        raise InvalidInput(
            *(Fault(f"/{name}", f"{name or NAMELESS}: {_advice(name, known)}") for name in unknown[:_MAX_TOLD])
        )


@cache
def _known(handler: HTTPRouteHandler) -> tuple[str, ...]:
    fields = handler.parsed_fn_signature.parameters.items()
    definitions = [(name, field.kwarg_definition) for name, field in fields]
    return tuple(one.name or name for name, one in definitions if isinstance(one, QueryParameter))


def _advice(name: str, known: tuple[str, ...]) -> str:
    if near := get_close_matches(name, known, n=1):
        return f"not a parameter of this route; did you mean {near[0]}?"
    if known:
        return f"not a parameter of this route; use one of {', '.join(known)}."
    return "not a parameter; this route has none."
