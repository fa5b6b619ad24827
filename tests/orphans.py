"""Collection of orphans without its caution: of any age, in any number, and at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.kit.platform import Platform
from shared.operations.orphans import collection, installation
from shared.operations.orphans.prefixes import PREFIXES

# Storage dates its answers to the second, and objects more exactly.
ANY_AGE = timedelta(days=-1)

CARELESS = {"orphan_delay_h": 0, "orphan_brake_objects": 10**9}


def with_settings(platform: Platform, **values: Any) -> Platform:
    """Return the platform with other settings."""
    return replace(platform, settings=platform.settings.model_copy(update=values))


@contextmanager
def looking_only_below(prefix: str) -> Iterator[None]:
    """Let sweeps be made of a part of a prefix, which no other test writes to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection, "ORPHAN_AGE", ANY_AGE)
        patch.setitem(PREFIXES, prefix, PREFIXES[f"{prefix.partition('/')[0]}/"])
        yield


async def collect_everything(platform: Platform, prefix: str) -> int:
    """Bind the database and the bucket, mark the orphans below a prefix and delete them."""
    await installation.bind(platform)
    with looking_only_below(prefix):
        await collection.collect(with_settings(platform, **CARELESS), prefix)
        return await collection.collect(with_settings(platform, **CARELESS), prefix)
