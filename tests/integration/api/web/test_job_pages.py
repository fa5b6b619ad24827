import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar

from api.jobs.keepalives import with_keepalives
from api.web import jobs
from shared.kit.platform import Platform
from tests.actors import Client, Team
from tests.integration.api.web.visitor import Visitor


async def test_a_job_s_pages_link_to_the_matrices_that_it_depends_on_and_to_nothing_else_by_that_address(
    app: Litestar, alice: Client, platform: Platform
) -> None:
    uid, other = await alice.create_matrix(), str(uuid4())
    job = (await alice.submit("report", uid))["id"]
    # A kind that is still to come, which depends on a thing of another kind as well.
    async with platform.db.connection() as connection:
        kinds = await connection.fetchval("SELECT reference_kinds FROM job WHERE id = $1", job)
        await connection.execute("UPDATE job SET reference_kinds = $2 WHERE id = $1", job, kinds | {other: "run"})
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    pages = [(await visitor.get(path)).text for path in ("/app/jobs", f"/app/jobs/{job}")]

    assert kinds == {uid: "matrix"}
    assert [page.count(f'href="/app/matrices/{uid}"') for page in pages] == [1, 1]
    assert [other in page for page in pages] == [False, False]


async def test_the_stream_of_a_card_is_not_silent_while_nothing_happens(
    app: Litestar, alice: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    team["worker"].kill()
    was_silent = asyncio.Event()

    async def watched(items: AsyncIterator[Any], _: float) -> AsyncIterator[Any]:
        async for item in with_keepalives(items, 0.05):
            if item is None:
                was_silent.set()
            yield item

    monkeypatch.setattr(jobs, "with_keepalives", watched)
    job = (await alice.submit("report"))["id"]
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    following = asyncio.create_task(visitor.get(f"/app/jobs/{job}/events"))
    await was_silent.wait()
    await alice.post(f"/v1/jobs/{job}/cancel")

    answer = await following
    lines = answer.text.splitlines()

    # What is compressed waits in a buffer until there is enough of it.
    assert "content-encoding" not in answer.headers
    assert ": nothing new" in lines
    # A comment alone: an event without data would empty the card.
    assert lines[lines.index(": nothing new") + 1] == ""
    assert [line for line in lines if line.startswith("event:")] == ["event: done"]
