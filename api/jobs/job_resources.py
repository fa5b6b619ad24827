"""Resources that a job makes, answered as their clients wait for them: runs, datasets, comparisons, checks."""

from collections.abc import Awaitable, Callable, Container
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from api.jobs.preferences import applied
from api.jobs.waiter import Waiter
from shared.accounts import Caller
from shared.kit.platform import Platform


class MadeByJob(Protocol):
    """A resource whose state is that of its job until the job ends."""

    @property
    def id(self) -> UUID:
        """Id of the resource."""

    @property
    def job_id(self) -> UUID:
        """Id of the job that makes it."""

    @property
    def state(self) -> str:
        """State of the resource."""


Made = TypeVar("Made", bound=MadeByJob)


class WaitableResource(Generic[Made]):
    """One kind of resource: the verb that reads it, the states in which waiting helps, and the interval to poll at.

    `awaits_more` says of one in another state whether its job still adds to it; by default no job does.
    """

    def __init__(
        self,
        read: Callable[[Platform, Caller, str], Awaitable[Made]],
        unfinished: Container[str],
        retry_after_s: int,
        awaits_more: Callable[[Made], bool] = lambda _: False,
    ) -> None:
        self._read = read
        self._unfinished = unfinished
        self._awaits_more = awaits_more
        self._retry_after_s = retry_after_s

    async def wait(self, waiter: Waiter, caller: Caller, made: Made, prefer: str | None) -> Made:
        """Wait as a Prefer header requests, and return the resource as it is then; raises what `Waiter.follow` does."""
        if self._is_awaited(made) and await waiter.follow(caller, made.job_id, prefer):
            return await self._read(waiter.platform, caller, str(made.id))
        return made

    def headers(self, waiter: Waiter, made: Made, prefer: str | None) -> dict[str, str]:
        """Return when to ask again, while that helps, and the wait that was granted."""
        retry = {"Retry-After": str(self._retry_after_s)} if self._is_awaited(made) else {}
        return retry | applied(prefer, limit=waiter.platform.settings.wait_limit_s)

    def _is_awaited(self, made: Made) -> bool:
        return made.state in self._unfinished or self._awaits_more(made)
