"""The columns of a dataset, as a request names them."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

_Column = Annotated[str, Meta(max_length=500)]


class DatasetColumns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The columns of a dataset's file by their names; what is not said is inferred."""

    id: Annotated[_Column | UnsetType, Meta(description="Column of the sample ids, all different.")] = UNSET
    truth: Annotated[_Column | UnsetType, Meta(description="Column of the actual labels.")] = UNSET
    header: Annotated[
        bool | UnsetType, Meta(description="Whether the first row of a text holds the names of the columns.")
    ] = UNSET
