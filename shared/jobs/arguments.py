"""The arguments of a job, and the dependencies and inputs that follow from them."""

from typing import Any, ClassVar

import msgspec

from shared.accounts import Caller
from shared.jobs.references import Reference
from shared.kit.platform import Platform


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The arguments of one job; each kind is a subclass in a folder `kinds`, tagged with its name."""

    # Raised whenever the same arguments give other artifacts, so that older ones are not reused.
    edition: ClassVar[int] = 1

    # False for a kind that is part of something else, whose route submits it; POST /v1/jobs does not take it.
    is_requested: ClassVar[bool] = True

    # The fields of a request beside the arguments, for `prepare`.
    body: ClassVar[type[msgspec.Struct] | None] = None

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return str(self.__struct_config__.tag)

    def dump(self) -> dict[str, Any]:
        """Return the arguments as they are stored in a job's row."""
        arguments: dict[str, Any] = msgspec.to_builtins(self)
        return arguments

    async def references(self, _platform: Platform, _caller: Caller, /) -> list[Reference]:
        """Return what the job depends on, all of it the caller's; raises a DomainError if any of it is missing."""
        return []

    async def prepare(self, _platform: Platform, _caller: Caller, _body: Any, /) -> bytes | None:
        """Return the inputs of the job, made of the body, or None if it needs none; raises a DomainError.

        Equal inputs have equal bytes, and are compressed here.
        """
        return None
