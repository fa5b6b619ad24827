"""The time limit ends an attempt in a real worker process, whatever the libraries catch."""

from collections.abc import Callable

from deploy.local.process import Process
from tests.actors import Client


async def test_work_that_swallows_every_exception_fails_at_the_time_limit(
    alice: Client, stubborn: Callable[..., Process]
) -> None:
    stubborn(JOB_TIME_LIMIT_S="1")

    job = await alice.final((await alice.submit("report"))["id"])

    assert (job["status"], job["attempts"], job["artifacts"]) == ("failed", 1, [])
    assert job["error"]["code"] == "time-limit-exceeded"
