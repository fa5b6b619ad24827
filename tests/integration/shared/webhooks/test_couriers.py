"""Couriers report that they run and how far their clocks are off, for the metrics and the administrator's page."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.kit import clock
from shared.kit.platform import Platform
from shared.operations import monitoring
from shared.webhooks import couriers
from tests.actors import Team

NAME = "courier@here:1"


@pytest.fixture(autouse=True)
async def nobody_runs(platform: Platform, team: Team) -> None:
    """No courier but that of the test."""
    team["courier"].kill()
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM courier")


async def test_a_clock_that_is_off_is_measured_against_the_database(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) - timedelta(minutes=10))
    async with platform.db.connection() as connection:
        skew_s = await couriers.report(connection, NAME)
    state = await monitoring.service_state(platform)

    assert -605 < skew_s < -595
    assert state is not None
    assert (state.couriers, state.courier_clock_skew_s) == (1, skew_s)


async def test_a_courier_that_ended_or_fell_silent_is_not_counted(platform: Platform) -> None:
    async with platform.db.connection() as connection:
        await couriers.report(connection, NAME)
        await couriers.report(connection, "courier@here:2")
        await couriers.leave(connection, NAME)
        running = await couriers.running(connection)
        await connection.execute("UPDATE courier SET seen_at = now() - $1::interval", couriers.LIFETIME)
        silent = await couriers.running(connection)
        await connection.execute("UPDATE courier SET seen_at = now() - interval '1 day'")
        await couriers.forget(connection)

        assert ([courier.name for courier in running], silent) == (["courier@here:2"], [])
        assert await connection.fetchval("SELECT count(*) FROM courier") == 0
