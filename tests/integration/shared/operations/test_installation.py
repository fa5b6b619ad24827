"""A database and a bucket belong together by an id and a generation, and nothing is deleted where they do not."""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from shared.kit.ids import uuid7
from shared.kit.platform import Platform
from shared.kit.storage.files import File
from shared.operations.orphans import collection, installation
from shared.operations.orphans.__main__ import main
from shared.operations.orphans.installation import LABEL_KEY, InstallationLabel, NotBound
from tests.actors import Client, stored_keys
from tests.integration.shared.operations.conftest import MakeInstallation
from tests.orphans import CARELESS, looking_only_below, with_settings
from tests.pictures import picture

LEFT = File("left", "text/plain", b"left behind")

UNKNOWN = "the bucket holds objects, and the database knows none of those that were looked at"


@pytest.fixture
def bucket() -> str:
    return f"bucket-{uuid4().hex[:8]}"


def _label(platform: Platform) -> InstallationLabel:
    return msgspec.json.decode(platform.storage.get(LABEL_KEY), type=InstallationLabel)


async def _row(platform: Platform) -> tuple[object, ...]:
    async with platform.db.connection() as connection:
        return tuple(
            await connection.fetchrow("SELECT id, generation, bound_at IS NOT NULL, problem FROM installation")
        )


async def _execute(platform: Platform, statement: str, *values: object) -> None:
    async with platform.db.connection() as connection:
        await connection.execute(statement, *values)


async def _reason(platform: Platform) -> str:
    with pytest.raises(NotBound) as raised:
        await installation.check(platform)
    return str(raised.value)


async def test_an_empty_database_and_an_empty_bucket_are_bound_at_the_first_check(
    new_installation: MakeInstallation, bucket: str
) -> None:
    new = await new_installation(bucket)

    first, second = await installation.check(new), await installation.check(new)

    assert (first.id, first.generation, second.generation) == (second.id, 1, 2)
    assert _label(new) == second
    assert await _row(new) == (first.id, 2, True, None)


async def test_processes_that_start_at_once_agree_on_one_id(new_installation: MakeInstallation, bucket: str) -> None:
    new = await new_installation(bucket)

    labels = await asyncio.gather(*(installation.check(new) for _ in range(8)))

    assert len({label.id for label in labels}) == 1
    assert sorted(label.generation for label in labels) == list(range(1, 9))
    assert (await installation.check(new)).id == labels[0].id


async def test_a_start_that_died_between_the_database_and_the_bucket_is_taken_up(
    new_installation: MakeInstallation, bucket: str
) -> None:
    new = await new_installation(bucket)
    begun = uuid7()
    await _execute(new, "INSERT INTO installation (id) VALUES ($1)", begun)

    assert (await installation.check(new)).id == begun


async def test_of_two_installations_in_one_bucket_only_one_collects(
    new_installation: MakeInstallation, bucket: str
) -> None:
    one, other = await new_installation(bucket), await new_installation(bucket)

    await asyncio.gather(installation.watch(one), installation.watch(other))
    outcomes = await asyncio.gather(*(installation.check(it) for it in (one, other)), return_exceptions=True)
    labels = [outcome for outcome in outcomes if isinstance(outcome, InstallationLabel)]

    assert len(labels) == 1
    assert _label(one).id == labels[0].id


async def test_a_bucket_of_whose_objects_the_database_knows_none_is_not_adopted(
    new_installation: MakeInstallation, bucket: str
) -> None:
    new = await new_installation(bucket)
    new.storage.put(f"images/{uuid7()}/x", LEFT)

    assert await _reason(new) == UNKNOWN
    assert stored_keys(new.storage, LABEL_KEY) == []


async def test_a_service_from_before_the_ids_is_adopted(platform: Platform, alice: Client) -> None:
    project = (await alice.create_project())["id"]
    await alice.add_image(project, picture())
    await _execute(platform, "DELETE FROM installation")
    platform.storage.delete([LABEL_KEY])

    adopted = await installation.check(platform)

    assert _label(platform) == adopted


async def test_an_empty_bucket_is_not_adopted_by_a_database_that_knows_files(
    new_installation: MakeInstallation, bucket: str
) -> None:
    new = await new_installation(bucket)
    await _execute(
        new,
        """
        WITH owner AS (
                INSERT INTO account (email, password_hash, credit, is_active, callback_secret_version)
                VALUES ('a@example.com', '', 0, true, 1) RETURNING id
            ),
            created AS (INSERT INTO project (id, account_id, name) SELECT uuidv7(), id, 'p' FROM owner RETURNING id)
        INSERT INTO image (id, account_id, project_id, filename, content_type, size_bytes, sha256, width, height,
                           orientation, object_key)
        SELECT uuidv7(), owner.id, created.id, '', '', 0, '', 1, 1, 1, 'images/lost' FROM owner, created
        """,
    )

    assert await _reason(new) == "the bucket is empty, and the database knows files"


async def test_every_disagreement_has_its_reason_which_the_database_keeps(platform: Platform) -> None:
    bound = await installation.bind(platform)
    other = uuid7()
    reasons = {}

    platform.storage.put(LABEL_KEY, File(LABEL_KEY, "x/y", msgspec.json.encode(InstallationLabel(other, 1))))
    reasons["another bucket"] = await _reason(platform)
    platform.storage.put(LABEL_KEY, File(LABEL_KEY, "x/y", msgspec.json.encode(InstallationLabel(bound, 7))))
    reasons["an older database"] = await _reason(platform)
    platform.storage.put(LABEL_KEY, File(LABEL_KEY, "x/y", b"{"))
    reasons["a damaged id"] = await _reason(platform)
    platform.storage.delete([LABEL_KEY])
    reasons["a bucket without an id"] = await _reason(platform)

    kept = await _row(platform)
    platform.storage.put(LABEL_KEY, File(LABEL_KEY, "x/y", msgspec.json.encode(InstallationLabel(other, 1))))
    await _execute(platform, "DELETE FROM installation")
    reasons["a database without an id"] = await _reason(platform)
    assert reasons == {
        "another bucket": f"the database belongs to installation {bound}, and the bucket to {other}",
        "an older database": "the database is at generation 1 and the bucket at 7: "
        "the database was restored to an earlier time",
        "a damaged id": "the bucket's installation id cannot be read",
        "a bucket without an id": "the bucket has no installation id, and the database has one",
        "a database without an id": f"the database has no installation id, and the bucket belongs to {other}",
    }
    assert kept == (bound, 1, True, "the bucket has no installation id, and the database has one")

    await installation.bind(platform)
    assert (await installation.check(platform)).generation == 2
    assert (await _row(platform))[3] is None


async def test_a_bound_bucket_is_safe_from_an_empty_database(
    platform: Platform, alice: Client, new_installation: MakeInstallation
) -> None:
    image = await alice.add_image((await alice.create_project())["id"], picture())
    await installation.bind(platform)
    empty = await new_installation(platform.settings.s3_bucket)
    prefix = f"images/{image['id']}/"

    with looking_only_below(prefix):
        collected = [await collection.collect(with_settings(empty, **CARELESS), prefix) for _ in range(3)]

    assert collected == [0, 0, 0]
    assert (await alice.get(image["content_url"])).content == picture()


async def test_binding_stops_whoever_was_bound_to_the_bucket_before(
    new_installation: MakeInstallation, bucket: str
) -> None:
    before, after = await new_installation(bucket), await new_installation(bucket)
    former = await installation.check(before)

    bound = await installation.bind(after)

    assert (await installation.check(after)).id == bound
    assert await _reason(before) == f"the database belongs to installation {former.id}, and the bucket to {bound}"


async def test_the_command_says_the_state_and_binds(
    new_installation: MakeInstallation, bucket: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = await new_installation(bucket)
    new.storage.put(f"images/{uuid7()}/x", LEFT)
    monkeypatch.setattr("shared.operations.orphans.__main__.settings", lambda: new.settings)

    codes = [await asyncio.to_thread(main, [word]) for word in ("status", "bind", "status")]

    label = _label(new)
    assert codes == [0, 0, 0]
    assert capsys.readouterr().out.splitlines() == [
        f"Not bound, so no orphan is deleted: {UNKNOWN}.",
        f"The database and the bucket are bound, as installation {label.id}.",
        f"The database and the bucket are bound, as installation {label.id}.",
    ]
