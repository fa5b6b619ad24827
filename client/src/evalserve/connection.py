"""Requests over HTTP, sent again where that is safe."""

import asyncio
import ipaddress
import time
import weakref
from typing import TypeVar

import httpx2

from evalserve import steps
from evalserve.configuration import Configuration
from evalserve.errors import EvalserveError
from evalserve.steps import Request, Steps

T = TypeVar("T")


class Connection:
    """The connection of a synchronous client."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._http = httpx2.Client(
            base_url=configuration.url, timeout=steps.TIMEOUT_S, trust_env=not _is_here(configuration.url)
        )
        # Runs keep their connection; nobody closes that of `evalserve.evaluate`.
        self._finalizer = weakref.finalize(self, self._http.close)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def hold(self, conversation: Steps[T]) -> T:
        """Hold a conversation; raises NotPermitted, InputRefused, ServiceUnavailable."""
        return steps.run(conversation, self._send)

    def _send(self, request: Request) -> httpx2.Response:
        number = 0
        while True:
            number += 1
            answer, error = None, None
            try:
                answer = self._http.send(steps.prepared(self._http, request, self.configuration.api_key))
            except httpx2.TransportError as caught:
                error = caught
            pause = None if answer is not None and answer.is_success else steps.pause_s(answer, number)
            if pause is None:
                break
            time.sleep(pause)
        if answer is None:
            assert error is not None, "a request ends with an answer or an error"
            raise steps.unreachable(error) from error
        return steps.checked(answer, is_presigned=request.is_presigned(self.configuration.url))


class AsyncConnection:
    """The connection of an asynchronous client."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._http = httpx2.AsyncClient(
            base_url=configuration.url, timeout=steps.TIMEOUT_S, trust_env=not _is_here(configuration.url)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def hold(self, conversation: Steps[T]) -> T:
        """Hold a conversation; raises NotPermitted, InputRefused, ServiceUnavailable."""
        try:
            request = next(conversation)
            while True:
                try:
                    answer = await self._send(request)
                except EvalserveError as error:
                    # The conversation decides: some go on after a refusal.
                    request = conversation.throw(error)
                else:
                    request = conversation.send(answer)
        except StopIteration as end:
            value: T = end.value
            return value

    async def _send(self, request: Request) -> httpx2.Response:
        number = 0
        while True:
            number += 1
            answer, error = None, None
            try:
                prepared = await asyncio.to_thread(steps.prepared, self._http, request, self.configuration.api_key)
                answer = await self._http.send(prepared)
            except httpx2.TransportError as caught:
                error = caught
            pause = None if answer is not None and answer.is_success else steps.pause_s(answer, number)
            if pause is None:
                break
            await asyncio.sleep(pause)
        if answer is None:
            assert error is not None, "a request ends with an answer or an error"
            raise steps.unreachable(error) from error
        return steps.checked(answer, is_presigned=request.is_presigned(self.configuration.url))


def _is_here(url: str) -> bool:
    """Whether a service is on this machine; a proxy for other hosts must not come between."""
    host = httpx2.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
