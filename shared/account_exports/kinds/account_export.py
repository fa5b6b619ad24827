"""Exporting everything of an account."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.jobs import Arguments


class AccountExport(Arguments, frozen=True, kw_only=True, tag="account_export"):
    """An export of everything of an account: makes `export-1.zip`, and further ones of a large account."""

    is_requested: ClassVar[bool] = False

    # Two requests within an hour are the same; an hour later there may be more to export.
    hour: Annotated[str, Meta(description="Hour of the request, in UTC.")]
