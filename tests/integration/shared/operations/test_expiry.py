"""Sessions, keys and events of images go when their time is over, and each duty is performed by itself."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.accounts import password_changes, sessions
from shared.kit import clock
from shared.kit.ids import first_uuid7, uuid7
from shared.kit.platform import Platform
from shared.kit.storage.errors import StorageUnavailable
from shared.operations.retention import COLLECTORS, DUTIES
from tests.actors import Client
from tests.pictures import picture
from worker.dispatcher import Dispatcher


async def _execute(platform: Platform, statement: str, *values: object) -> None:
    async with platform.db.connection() as connection:
        await connection.execute(statement, *values)


async def _values(platform: Platform, statement: str, *values: object) -> list[object]:
    async with platform.db.connection() as connection:
        return [record[0] for record in await connection.fetch(statement, *values)]


async def test_an_expired_session_goes_and_another_stays(alice: Client, platform: Platform) -> None:
    (account,) = await _values(platform, "SELECT id FROM account WHERE email = $1", alice.email)
    assert isinstance(account, int)
    expired, present = [await sessions.begin(platform, account, timedelta(hours=1)) for _ in range(2)]
    await _execute(platform, "UPDATE session SET expires_at = now() WHERE token_hash = $1", sessions.digest(expired))

    await DUTIES["sessions"](platform)

    left = await _values(platform, "SELECT token_hash FROM session WHERE account_id = $1", account)
    assert left == [sessions.digest(present)]


async def test_a_key_goes_when_it_has_not_worked_for_long(alice: Client, platform: Platform) -> None:
    ends = {
        "revoked long ago": "revoked_at = now() - interval '91 days'",
        "expired long ago": "expires_at = now() - interval '91 days'",
        "revoked": "revoked_at = now() - interval '89 days'",
        "expired": "expires_at = now() - interval '89 days'",
        "used": "last_used_at = now() - interval '91 days'",
    }
    ids = {name: (await alice.post("/v1/keys", {"name": name})).json()["id"] for name in ends}
    for name, end in ends.items():
        await _execute(platform, f"UPDATE api_key SET {end} WHERE id = $1", ids[name])

    await DUTIES["keys"](platform)

    left = await _values(platform, "SELECT name FROM api_key WHERE id = ANY($1) ORDER BY name", list(ids.values()))
    assert left == ["expired", "revoked", "used"]


async def test_a_share_link_is_listed_for_a_month_after_its_end_and_a_reset_is_gone_with_it(
    alice: Client, platform: Platform
) -> None:
    (account,) = await _values(platform, "SELECT id FROM account WHERE email = $1", alice.email)
    uid, ends = await alice.create_matrix(), {"over a month ago": 31, "lately": 29, "later": -1}
    ids = {}
    for name, days in ends.items():
        body = {"target_type": "matrix", "target_id": uid}
        ids[name] = (await alice.post("/v1/share-links", body)).json()["id"]
        ago = timedelta(days=days)
        await _execute(
            platform, "UPDATE share_link SET expires_at = now() - $2::interval WHERE id = $1", ids[name], ago
        )
    assert isinstance(account, int)
    await password_changes.issue_reset(platform, account, timedelta(hours=1))
    await _execute(platform, "UPDATE password_reset SET expires_at = now() WHERE account_id = $1", account)

    await DUTIES["share_links"](platform)
    await DUTIES["sessions"](platform)

    listed = {link["id"] for link in (await alice.get("/v1/share-links")).json()["items"]}
    assert listed == {ids["lately"], ids["later"]}
    assert await _values(platform, "SELECT account_id FROM password_reset WHERE account_id = $1", account) == []


async def test_an_event_of_an_image_goes_after_its_retention(alice: Client, platform: Platform) -> None:
    image = await alice.add_image((await alice.create_project())["id"], picture())
    answer = await alice.send("DELETE", f"/api/images/{image['id']}", params={"reason": "It is blurred."})
    assert answer.status_code == 200, answer.text
    young = first_uuid7(clock.now() - timedelta(days=364))
    old = first_uuid7(clock.now() - timedelta(days=366))
    for event_id in (young, old):
        await _execute(
            platform,
            """
            INSERT INTO image_event (id, account_id, project_id, image_id, type, filename)
            SELECT $1, account_id, project_id, image_id, 'restore', '' FROM image_event WHERE image_id = $2 LIMIT 1
            """,
            event_id,
            UUID(image["id"]),
        )

    assert await DUTIES["image_events"](platform) == 1
    left = await _values(platform, "SELECT id FROM image_event WHERE image_id = $1 ORDER BY id", UUID(image["id"]))
    assert left[0] == young
    assert len(left) == 2


def test_the_first_id_of_a_moment_is_smaller_than_every_id_made_in_it() -> None:
    before = first_uuid7(clock.now())

    assert before < uuid7() < first_uuid7(clock.now() + timedelta(milliseconds=2))


@pytest.mark.parametrize("error", [StorageUnavailable(), RuntimeError("a bug")])
async def test_a_duty_that_fails_stops_no_other(platform: Platform, error: Exception) -> None:
    performed = []

    async def fail(_: Platform) -> int | None:
        performed.append("fails")
        raise error

    async def succeed(_: Platform) -> int | None:
        performed.append("succeeds")
        return 1

    await Dispatcher(platform)._clean({"first": succeed, "second": fail, "third": succeed})

    assert performed == ["succeeds", "fails", "succeeds"]


async def test_every_duty_can_be_performed(platform: Platform) -> None:
    assert [await duty(platform) for duty in [*DUTIES.values(), *COLLECTORS.values()]] != []
