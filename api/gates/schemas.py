"""Bodies and answers of the routes of gates."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.gates.policy import GatePolicy
from shared.gates.records import CheckSummary, GateRecord
from shared.kit.names import Name

GateName = Annotated[Name, Meta(max_length=200)]
# Ids are of 36 characters.
CandidateId = Annotated[str, Meta(min_length=1, max_length=100)]


class GateIn(GatePolicy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gate to create, or what takes the place of one."""

    name: Annotated[GateName, Meta(description="Name of the gate; 1 to 200 characters.")]

    @property
    def policy(self) -> GatePolicy:
        """The rules, without the name."""
        return GatePolicy(**{name: getattr(self, name) for name in GatePolicy.__struct_fields__})


class CheckIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check to make."""

    candidate: Annotated[
        CandidateId,
        Meta(description="Id of the run, or of the detection run, that is to take the place of the baseline."),
    ]


class GateOut(msgspec.Struct):
    """A gate with its policy."""

    id: Annotated[UUID, Meta(description="Id of the gate.")]
    name: Annotated[str, Meta(description="Name of the gate.")]
    version: Annotated[int, Meta(description="Version of the policy: 1 at first, one more whenever it is replaced.")]
    policy: Annotated[GatePolicy, Meta(description="The rules.")]
    is_of_detectors: Annotated[bool, Meta(description="Whether candidates are detection runs.")]
    created_at: Annotated[datetime, Meta(description="When the gate was created, in UTC.")]
    updated_at: Annotated[datetime, Meta(description="When the policy was last replaced, in UTC.")]

    @classmethod
    def of(cls, gate: GateRecord) -> "GateOut":
        """Present a gate."""
        rules = gate.rules
        values = (gate.id, gate.name, gate.version, rules, rules.is_of_detectors, gate.created_at, gate.updated_at)
        return cls(*values)


class GatePage(msgspec.Struct):
    """A page of gates, newest first."""

    items: Annotated[list[GateOut], Meta(description="The gates of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]


class CheckPage(msgspec.Struct):
    """A page of checks, newest first."""

    items: Annotated[list[CheckSummary], Meta(description="The checks of this page.")]
    next: Annotated[str | None, Meta(description="Cursor of the next page; null on the last one.")]
