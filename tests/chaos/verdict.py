"""The verdict on a run, from a witness in the database, the receiver and the storage."""

import asyncio
import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass

import asyncpg

from shared.kit.platform import connect
from shared.kit.settings import Settings
from shared.kit.storage.bucket import Storage
from tests.actors import stored_keys
from tests.chaos.load import Ledger
from tests.orphans import collect_everything
from tests.receiver import Received

# Records every state that a job enters, by whatever statement.
WITNESS = """
    CREATE TABLE witness (job_id uuid NOT NULL, status varchar NOT NULL, at timestamptz NOT NULL DEFAULT now());
    CREATE FUNCTION testify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'INSERT' OR NEW.status <> OLD.status THEN
            INSERT INTO witness VALUES (NEW.id, NEW.status);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER testify AFTER INSERT OR UPDATE ON job FOR EACH ROW EXECUTE FUNCTION testify();
"""

# The kind whose jobs kill their worker, which `worker` here arranges.
POISON = "report"

UNFINISHED = "SELECT count(*) FROM job WHERE status IN ('queued', 'running')"
UNDELIVERED = "SELECT count(*) FROM webhook_delivery WHERE status = 'pending'"
ENDINGS = "SELECT job_id, count(*) AS endings FROM witness WHERE status NOT IN ('queued', 'running') GROUP BY job_id"


@dataclass
class Verdict:
    """The table; every number from `lost` to `failed` is to be 0."""

    accepted: int
    rows: int
    finished: int
    lost: int
    unfinished: int
    finished_twice: int
    announced_twice: int
    callbacks_missing: int
    callbacks_altered: int
    artifacts_absent: int
    objects_left: int
    answered_500: int
    failed: int
    poison: int
    poison_given_up: int
    callbacks_repeated: int
    objects_without_row: int

    @property
    def faults(self) -> dict[str, int]:
        """The violations: numbers that should be 0 and are not."""
        names = list(asdict(self))
        wrong = names[names.index("lost") : names.index("failed") + 1]
        return {name: value for name, value in asdict(self).items() if name in wrong and value}


async def judge(settings: Settings, ledger: Ledger, received: list[Received]) -> Verdict:
    """Check everything after the run is at rest."""
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        jobs = await connection.fetch("SELECT id, kind, status FROM job")
        endings = {str(row["job_id"]): row["endings"] for row in await connection.fetch(ENDINGS)}
        unfinished = await connection.fetchval(UNFINISHED)
        keys = {row["object_key"] for row in await connection.fetch("SELECT object_key FROM artifact")}
        events = {row["id"]: bytes(row["body"]) for row in await connection.fetch("SELECT id, body FROM webhook_event")}
    finally:
        await connection.close()
    bodies = defaultdict(list)
    for request in received:
        # A courier that was killed while it sent leaves the beginning of a message behind.
        if len(request.body) == int(request.headers["content-length"]):
            bodies[request.headers["webhook-id"]].append(request.body)
    announcements = Counter(json.loads(body)["data"]["id"] for body in events.values())
    objects = await _objects(settings)
    ordinary = {str(row["id"]): row["status"] for row in jobs if row["kind"] != POISON}
    poison = [row["status"] for row in jobs if row["kind"] == POISON]
    return Verdict(
        accepted=len(ledger.accepted),
        rows=len(ordinary),
        finished=len(endings.keys() & ordinary.keys()),
        lost=len(set(ledger.accepted) - endings.keys()),
        unfinished=unfinished,
        finished_twice=sum(count > 1 for count in endings.values()),
        announced_twice=sum(count > 1 for count in announcements.values()),
        callbacks_missing=len(events.keys() - bodies.keys()) + len(endings.keys() - announcements.keys()),
        callbacks_altered=sum(body != events[name] for name, copies in bodies.items() for body in copies),
        artifacts_absent=len(keys - objects),
        objects_left=await _left_after_collection(settings, keys),
        answered_500=ledger.refused.get(500, 0),
        failed=sum(status != "succeeded" for status in ordinary.values()),
        poison=len(poison),
        poison_given_up=poison.count("failed"),
        callbacks_repeated=sum(len(copies) - 1 for copies in bodies.values()),
        objects_without_row=len(objects - keys),
    )


async def _objects(settings: Settings) -> set[str]:
    storage = Storage(settings)
    return set(await asyncio.to_thread(stored_keys, storage, "jobs/"))


async def _left_after_collection(settings: Settings, keys: set[str]) -> int:
    """Count the objects without a row that the collection of orphans would leave if they were old."""
    async with connect(settings) as platform:
        await collect_everything(platform, "jobs/")
    return len(await _objects(settings) - keys)
