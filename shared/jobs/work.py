"""What a job is asked to do, as a value."""

from typing import ClassVar

import msgspec


class Work(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The arguments of one job; each kind is a subclass in `shared.jobs.kinds`, tagged with its name."""

    # Raised whenever the same arguments give other artifacts, so that older ones are not reused.
    edition: ClassVar[int] = 1

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return str(self.__struct_config__.tag)

    @property
    def matrix_uids(self) -> list[str]:
        """The matrices that the work is about."""
        return []


class MatrixWork(Work, frozen=True, kw_only=True):
    """Work on one confusion matrix."""

    cm_uid: str

    def __post_init__(self) -> None:
        """Spell the uid in one way, so that equal requests are equal."""
        msgspec.structs.force_setattr(self, "cm_uid", self.cm_uid.lower())

    @property
    def matrix_uids(self) -> list[str]:
        """The one matrix."""
        return [self.cm_uid]
