"""What is sent and answered about jobs."""

from typing import Annotated, Any

import msgspec
from litestar import Request
from msgspec import Meta

from api import bodies
from shared.jobs import JobOut, Work, kinds


class Submission(msgspec.Struct):
    """What to do, and where to call back when it is done."""

    work: Work
    callback_url: Annotated[str, Meta(max_length=2048)] | None = None


class JobPage(msgspec.Struct):
    """Some jobs, newest first; `next` is the cursor of the page after."""

    items: list[JobOut]
    next: str | None


async def read_submission(request: Request[Any, Any, Any]) -> Submission:
    """A submission: the arguments of a job kind, with `callback_url` and the caller's key beside them."""
    members = await bodies.fields(request)
    work = {name: raw for name, raw in members.items() if name not in {"api_key", "callback_url"}}
    callback_url = bodies.pick(members, "callback_url", str | None) if "callback_url" in members else None  # type: ignore[arg-type] # a union is a type to the decoder
    return Submission(bodies.decode(msgspec.json.encode(work), kinds.AnyWork), callback_url)
