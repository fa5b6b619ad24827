"""Arguments of the kinds of job on one confusion matrix."""

from typing import Annotated

import msgspec
from msgspec import Meta

from shared import matrices
from shared.accounts import Caller
from shared.jobs import Arguments, Reference
from shared.kit.platform import Platform


class MatrixArguments(Arguments, frozen=True, kw_only=True):
    """The arguments of a job that is done on one confusion matrix."""

    cm_uid: Annotated[str, Meta(description="Id of the confusion matrix.")]

    def __post_init__(self) -> None:
        """Spell the uid in one way, so that equal requests are equal."""
        msgspec.structs.force_setattr(self, "cm_uid", self.cm_uid.lower())

    async def references(self, platform: Platform, caller: Caller, /) -> list[Reference]:
        """The one matrix; raises MatrixNotFound."""
        return await matrices.references(platform, caller, [self.cm_uid])
