"""What is sent and answered about jobs."""

from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Request
from msgspec import Meta

from api.compat.pycm_rest.curves.schemas import ProbabilitiesIn, read_inputs
from api.http import bodies
from shared.jobs import JobOut, Work, kinds
from shared.jobs.kinds.curve import Curve
from shared.kit.settings import Settings

CallbackUrl = Annotated[str, Meta(max_length=2048)] | None


class Submission(NamedTuple):
    """What to do, on what, and where to call back when it is done."""

    work: Work
    inputs: bytes | None
    callback_url: str | None


class Callback(msgspec.Struct):
    """What any job may bring along."""

    callback_url: CallbackUrl = None


class JobPage(msgspec.Struct):
    """Some jobs, newest first; `next` is the cursor of the page after."""

    items: list[JobOut]
    next: str | None


async def read_submission(request: Request[Any, Any, Any], settings: Settings) -> Submission:
    """A submission: the arguments of a job kind, with its inputs, `callback_url` and the caller's key beside them."""
    members = await bodies.fields(request, Callback, ProbabilitiesIn, *kinds.KINDS.values())
    return await bodies.by_size(bodies.size(members), _submission, members, settings)


def _submission(members: bodies.Fields, settings: Settings) -> Submission:
    beside = {"api_key", "callback_url"}
    if _is_curve(members):
        beside |= {field.name for field in msgspec.structs.fields(ProbabilitiesIn)}
    work = {name: raw for name, raw in members.items() if name not in beside}
    callback_url = bodies.pick_known(members, Callback).callback_url
    asked = bodies.decode(msgspec.json.encode(work), kinds.AnyWork)
    inputs = read_inputs(members, settings) if isinstance(asked, Curve) else None
    return Submission(asked, inputs, callback_url)


def _is_curve(members: bodies.Fields) -> bool:
    return bytes(members.get("kind", b"")).strip() == b'"curve"'
