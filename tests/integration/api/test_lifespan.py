"""What the application leaves behind when it ends."""

import asyncio

import pytest

from api.app import create_app
from shared.kit.settings import Settings
from tests.actors import eventually


class _Fault(Exception):
    pass


async def test_an_application_that_ends_by_an_error_listens_no_more(settings: Settings) -> None:
    before = asyncio.all_tasks()
    with pytest.raises(ExceptionGroup) as raised:
        async with create_app(settings).lifespan():
            raise _Fault
    assert raised.group_contains(_Fault)

    async def is_quiet() -> bool:
        return asyncio.all_tasks() <= before

    await eventually(is_quiet)
