"""What a job is asked to do, as a value, and what that brings with it."""

from typing import Any, ClassVar

import msgspec

from shared.accounts import Caller
from shared.jobs.references import Reference
from shared.kit.platform import Platform


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The arguments of one job; each kind is a subclass in a folder `kinds`, tagged with its name."""

    # Raised whenever the same arguments give other artifacts, so that older ones are not reused.
    edition: ClassVar[int] = 1

    # What a request holds beside the arguments, for `prepare`.
    body: ClassVar[type[msgspec.Struct] | None] = None

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return str(self.__struct_config__.tag)

    def dump(self) -> dict[str, Any]:
        """What a job's row holds of the arguments."""
        arguments: dict[str, Any] = msgspec.to_builtins(self)
        return arguments

    async def references(self, _platform: Platform, _caller: Caller, /) -> list[Reference]:
        """What the job depends on, of the caller's; raises a DomainError for what is not there."""
        return []

    async def prepare(self, _platform: Platform, _caller: Caller, _body: Any, /) -> bytes | None:
        """The inputs that the job carries, made of the body, None if it needs none; raises a DomainError.

        Equal inputs have equal bytes, and are compressed here.
        """
        return None
