from typing import Any

import pytest
from kombu.connection import Connection
from kombu.exceptions import OperationalError
from kombu.utils import functional

from deploy.local.ports import free_ports
from worker import liveness
from worker.broker_reconnect import Consumer


class _App:
    class conf:  # noqa: N801 - as the library calls it
        broker_connection_max_retries = 12
        broker_connection_retry_on_startup = True
        broker_connection_retry = True


def test_a_broker_that_is_away_is_asked_for_every_two_seconds_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    touches: list[None] = []
    monkeypatch.setattr(functional, "sleep", slept.append)
    monkeypatch.setattr(liveness, "touch", lambda: touches.append(None))
    (port,) = free_ports(1)
    consumer: Any = object.__new__(Consumer)
    consumer.app, consumer.first_connection_attempt, consumer.broker_connection_retry_attempt = _App, False, 0

    with pytest.raises(OperationalError):
        consumer.ensure_connected(Connection(f"redis://127.0.0.1:{port}"))  # type: ignore[no-untyped-call] # it has none

    # It sleeps second by second, so that it can be told to end.
    assert sum(slept) == 2 * 12
    # Which is no reason to restart the worker.
    assert len(touches) == 12
