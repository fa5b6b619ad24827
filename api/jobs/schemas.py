"""What is sent and answered about jobs."""

from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Request
from msgspec import Meta

from api.http import bodies
from shared.jobs import Arguments, JobOut
from shared.kinds import KINDS, AnyArguments

CallbackUrl = Annotated[str, Meta(max_length=2048)] | None

BODIES = [kind.body for kind in KINDS.values() if kind.body is not None]


class Submission(NamedTuple):
    """What to do, what the kind makes the job's inputs of, and where to call back when it is done."""

    arguments: Arguments
    body: msgspec.Struct | None
    callback_url: str | None


class Callback(msgspec.Struct):
    """What any job may bring along."""

    callback_url: CallbackUrl = None


class JobPage(msgspec.Struct):
    """Some jobs, newest first; `next` is the cursor of the page after."""

    items: list[JobOut]
    next: str | None


async def read_submission(request: Request[Any, Any, Any]) -> Submission:
    """A submission: the arguments of a job kind, with its body, `callback_url` and the caller's key beside them."""
    members = await bodies.fields(request, Callback, *BODIES, *KINDS.values())
    return await bodies.by_size(bodies.size(members), _submission, members)


def _submission(members: bodies.Fields) -> Submission:
    callback_url = bodies.pick_known(members, Callback).callback_url
    kind = KINDS.get(bodies.pick(members, "kind", str))
    body = kind.body if kind else None
    beside = {"api_key", "callback_url"} | ({field.name for field in msgspec.structs.fields(body)} if body else set())
    arguments = {name: raw for name, raw in members.items() if name not in beside}
    # A kind that there is none of is refused here, with the names of those that there are.
    decoded = bodies.decode(msgspec.json.encode(arguments), AnyArguments)
    return Submission(decoded, bodies.pick_known(members, body) if body else None, callback_url)
