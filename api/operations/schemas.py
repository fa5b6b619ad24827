"""Response bodies of the readiness check."""

from typing import Annotated

import msgspec
from msgspec import Meta


class CheckOut(msgspec.Struct):
    """A part that the service works with."""

    name: Annotated[str, Meta(description="Name of the part.")]
    ok: Annotated[bool, Meta(description="Whether it responds.")]
    detail: Annotated[str, Meta(description="What it says, or what is wrong.")]


class Readiness(msgspec.Struct):
    """The readiness of the service."""

    ready: Annotated[bool, Meta(description="Whether requests should be sent here.")]
    checks: Annotated[list[CheckOut], Meta(description="One check for each part.")]
    degraded: Annotated[
        list[str], Meta(description="Names of the parts that do not respond, and without which most requests work.")
    ]
