"""A look at the objects that no row refers to, which changes nothing."""

from collections.abc import AsyncIterator

from shared.kit.platform import Platform
from shared.kit.storage.listing import ListedObject, next_page
from shared.operations.orphans.prefixes import PREFIXES


async def orphans(platform: Platform, prefix: str) -> AsyncIterator[ListedObject]:
    """Yield the objects under a prefix that no row refers to, whatever their age."""
    pages = platform.storage.pages(prefix)
    while (page := await platform.storage.apart(next_page, pages)) is not None:
        if page:
            async with platform.db.connection() as connection:
                keys = set(await PREFIXES[prefix](connection, [entry.key for entry in page]))
            for entry in page:
                if entry.key in keys:
                    yield entry
