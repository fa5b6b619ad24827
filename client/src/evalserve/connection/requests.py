"""Requests over HTTP, sent again where that is safe."""

import asyncio
import ipaddress
import time
import weakref
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx2

from evalserve.connection import parallel, steps
from evalserve.connection.configuration import Configuration
from evalserve.connection.steps import AtOnce, Request, Steps
from evalserve.errors import EvalserveError

T = TypeVar("T")


class Connection:
    """The connection of a synchronous client; `http` is a session of its user, who closes it."""

    def __init__(self, configuration: Configuration, http: httpx2.Client | None = None) -> None:
        self.configuration = configuration
        self._is_own = http is None
        self._http = http or httpx2.Client(timeout=steps.TIMEOUT_S, trust_env=not _is_here(configuration.url))
        if self._is_own:
            # Runs keep their connection; nobody closes that of `evalserve.evaluate`.
            self._finalizer = weakref.finalize(self, self._http.close)

    def close(self) -> None:
        """Close the connections."""
        if self._is_own:
            self._http.close()

    def hold(self, conversation: Steps[T]) -> T:
        """Hold a conversation; raises NotPermitted, InputRefused, ServiceUnavailable."""
        return steps.run(conversation, self._perform)

    def request(
        self, method: str, target: str, headers: Mapping[str, str] | None, options: Mapping[str, Any]
    ) -> httpx2.Response:
        """Send a request once and return its answer, whatever its status; raises what httpx2 raises."""
        stated = steps.headers(self.configuration, target, headers)
        return self._http.request(method, steps.address(self.configuration, target), headers=stated, **options)

    def _perform(self, step: Request | AtOnce) -> httpx2.Response | None:
        if isinstance(step, AtOnce):
            parallel.hold(step, self.hold)
            return None
        return self._send(step)

    def _send(self, request: Request) -> httpx2.Response:
        number = 0
        while True:
            number += 1
            answer, error = None, None
            try:
                answer = self._http.send(steps.prepared(self._http, request, self.configuration))
            except httpx2.TransportError as caught:
                error = caught
            if answer is not None and (following := steps.redirected(request, answer, number)) is not None:
                request = following
                continue
            pause = None if answer is not None and answer.is_success else steps.pause_s(answer, number)
            if pause is None:
                break
            time.sleep(pause)
        if answer is None:
            assert error is not None, "a request ends with an answer or an error"
            raise steps.unreachable(error) from error
        return steps.checked(answer, is_presigned=steps.is_elsewhere(self.configuration.url, request.target))


class AsyncConnection:
    """The connection of an asynchronous client; `http` is a session of its user, who closes it."""

    def __init__(self, configuration: Configuration, http: httpx2.AsyncClient | None = None) -> None:
        self.configuration = configuration
        self._is_own = http is None
        self._http = http or httpx2.AsyncClient(timeout=steps.TIMEOUT_S, trust_env=not _is_here(configuration.url))

    async def close(self) -> None:
        """Close the connections."""
        if self._is_own:
            await self._http.aclose()

    async def hold(self, conversation: Steps[T]) -> T:
        """Hold a conversation; raises NotPermitted, InputRefused, ServiceUnavailable."""
        try:
            step = next(conversation)
            while True:
                try:
                    answer: Any = await self._perform(step)
                except EvalserveError as error:
                    # The conversation decides: some go on after a refusal.
                    step = conversation.throw(error)
                else:
                    step = conversation.send(answer)
        except StopIteration as end:
            value: T = end.value
            return value

    async def request(
        self, method: str, target: str, headers: Mapping[str, str] | None, options: Mapping[str, Any]
    ) -> httpx2.Response:
        """Send a request once and return its answer, whatever its status; raises what httpx2 raises."""
        stated = steps.headers(self.configuration, target, headers)
        return await self._http.request(method, steps.address(self.configuration, target), headers=stated, **options)

    async def _perform(self, step: Request | AtOnce) -> httpx2.Response | None:
        if isinstance(step, AtOnce):
            await parallel.hold_async(step, self.hold)
            return None
        return await self._send(step)

    async def _send(self, request: Request) -> httpx2.Response:
        number = 0
        while True:
            number += 1
            answer, error = None, None
            try:
                prepared = await asyncio.to_thread(steps.prepared, self._http, request, self.configuration)
                answer = await self._http.send(prepared)
            except httpx2.TransportError as caught:
                error = caught
            if answer is not None and (following := steps.redirected(request, answer, number)) is not None:
                request = following
                continue
            pause = None if answer is not None and answer.is_success else steps.pause_s(answer, number)
            if pause is None:
                break
            await asyncio.sleep(pause)
        if answer is None:
            assert error is not None, "a request ends with an answer or an error"
            raise steps.unreachable(error) from error
        return steps.checked(answer, is_presigned=steps.is_elsewhere(self.configuration.url, request.target))


def _is_here(url: str) -> bool:
    """Whether a service is on this machine; a proxy for other hosts must not come between."""
    host = httpx2.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
