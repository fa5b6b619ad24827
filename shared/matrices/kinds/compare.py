"""The comparison of several confusion matrices."""

from typing import Annotated

from msgspec import Meta, Struct, structs

from shared import matrices
from shared.accounts import Caller
from shared.jobs import Arguments, Reference
from shared.kit.platform import Platform

# A table of more columns is not read by anybody.
Uids = Annotated[list[str], Meta(min_length=1, max_length=50)]
Weight = Annotated[float, Meta(ge=0)]
ClassName = Annotated[str, Meta(max_length=500)]


class CompareOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the best matrix is chosen."""

    by_class: Annotated[
        bool, Meta(description="Choose by the scores of the classes instead of the overall scores.")
    ] = False
    class_weight: Annotated[
        Annotated[dict[ClassName, Weight], Meta(max_length=1000)] | None,
        Meta(description="Weight of each class, by its name, 0 or more; null weighs all alike."),
    ] = None


class Compare(Arguments, frozen=True, kw_only=True, tag="compare"):
    """A comparison of confusion matrices: makes `comparison.json` and `comparison.html`."""

    cm_uids: Annotated[Uids, Meta(description="Ids of 1 to 50 matrices with the same classes and number of samples.")]
    options: Annotated[CompareOptions, Meta(description="How the best matrix is chosen.")] = CompareOptions()

    def __post_init__(self) -> None:
        """Spell the uids in one way, so that equal requests are equal."""
        structs.force_setattr(self, "cm_uids", [uid.lower() for uid in self.cm_uids])

    async def references(self, platform: Platform, caller: Caller, /) -> list[Reference]:
        """The matrices to compare; raises MatrixNotFound."""
        return await matrices.references(platform, caller, self.cm_uids)
