"""The comparison of several confusion matrices."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.jobs.work import Work

# A table of more columns is not read by anybody.
Uids = Annotated[list[str], Meta(min_length=1, max_length=50)]
Weight = Annotated[float, Meta(ge=0)]


class CompareOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the best one is found."""

    by_class: bool = False
    class_weight: dict[str, Weight] | None = None


class Compare(Work, frozen=True, kw_only=True, tag="compare"):
    """A comparison: makes `comparison.json` and `comparison.html`."""

    cm_uids: Uids
    options: CompareOptions = CompareOptions()

    @property
    def matrix_uids(self) -> list[str]:
        """The matrices to compare."""
        return self.cm_uids
