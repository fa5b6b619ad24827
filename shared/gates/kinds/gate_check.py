"""Checking a run against a gate."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.jobs import Arguments


class GateCheck(Arguments, frozen=True, kw_only=True, tag="gate_check"):
    """A check of a candidate against the policy of a gate; its route submits it."""

    is_requested: ClassVar[bool] = False

    check_id: Annotated[str, Meta(description="Id of the check.")]
