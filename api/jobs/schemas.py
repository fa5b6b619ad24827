"""Bodies of requests and answers about jobs."""

from typing import Annotated, Any, NamedTuple, TypeAlias, Union

import msgspec
from msgspec import Meta

from api.http.bodies import json_bodies
from api.http.bodies.decoding import decode
from api.http.runtime_types import RuntimeType
from shared.jobs import Arguments, JobOut
from shared.kinds import REQUESTED, RequestedArguments


class Submission(NamedTuple):
    """A submission: the arguments, the body that the inputs are made of, and the callback URL."""

    arguments: Arguments
    body: msgspec.Struct | None
    callback_url: str | None


class Callback(msgspec.Struct):
    """The callback URL, which a job of any kind may have."""

    callback_url: Annotated[
        Annotated[str, Meta(max_length=2048)] | None,
        Meta(description="Address that is called when the job ends; up to 2,048 characters, null for none."),
    ] = None


def _submission_of(kind: type[Arguments]) -> type[msgspec.Struct]:
    extra_fields = [field for struct in (kind.body, Callback) if struct for field in msgspec.structs.fields(struct)]
    fields = [(field.name, field.type, _defaults(field)) for field in extra_fields]
    return msgspec.defstruct(kind.__name__, fields, bases=(kind,), namespace={"__doc__": kind.__doc__}, kw_only=True)


def _defaults(field: msgspec.structs.FieldInfo) -> Any:
    defaults = {"default": field.default, "default_factory": field.default_factory}
    return msgspec.field(**{name: value for name, value in defaults.items() if value is not msgspec.NODEFAULT})


# A job of any kind, with the fields of its body and the callback URL.
SubmissionIn: TypeAlias = Annotated[
    Any, RuntimeType(Union[tuple(_submission_of(kind) for kind in REQUESTED.values())])  # noqa: UP007 -- made of a list that is only known at run time
]


class JobPage(msgspec.Struct):
    """A page of jobs, newest first."""

    items: Annotated[list[JobOut], Meta(description="The jobs of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


async def read_submission(members: json_bodies.Fields) -> Submission:
    """Read the arguments of a job kind, with its body, `callback_url` and the caller's key beside them."""
    return await json_bodies.by_size(json_bodies.size(members), _submission, members)


def _submission(members: json_bodies.Fields) -> Submission:
    callback_url = json_bodies.pick_known(members, Callback).callback_url
    kind = REQUESTED.get(json_bodies.pick(members, "kind", str))
    body = kind.body if kind else None
    extra_names = {"api_key", "callback_url", *(json_bodies.names_of(body) if body else ())}
    arguments = {name: raw for name, raw in members.items() if name not in extra_names}
    # An unknown kind is refused here, with the names of the existing ones.
    decoded = decode(msgspec.json.encode(arguments), RequestedArguments)
    return Submission(decoded, json_bodies.pick_known(members, body) if body else None, callback_url)
