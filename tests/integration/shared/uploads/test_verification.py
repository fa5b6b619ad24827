"""The SHA-256 of files that are too large to be read when they are completed."""

import pytest

from shared import uploads
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.uploads.errors import ChecksumMismatch, UploadIncomplete
from shared.uploads.files import PART_BYTES
from tests.actors import Client
from tests.files import announce, announcement, content, put_all, sha256, upload_announced

SIZE = PART_BYTES + 100


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treats every file as a large one."""
    monkeypatch.setattr("shared.uploads.completion.MAX_HASHED_BYTES", 10)


@pytest.fixture
async def caller(alice: Client, platform: Platform) -> Caller:
    """Alice, as the verbs know her."""
    async with platform.db.connection() as connection:
        account_id = await connection.fetchval("SELECT id FROM account WHERE email = $1", alice.email)
    return Caller(account_id, "")


async def test_a_large_file_has_no_sha256_until_a_worker_has_read_it(
    alice: Client, caller: Caller, platform: Platform
) -> None:
    body = content(SIZE, "large")
    completed = await upload_announced(alice, body)
    unread = await alice.post("/v1/uploads", announcement(body))

    upload = await uploads.get_completed(platform, caller, completed["id"])
    await uploads.verify(platform, upload, sha256(body))

    assert (completed["status"], completed["sha256"]) == ("completed", None)
    assert unread.status_code == 201, "only content that was read counts as the same"
    assert (await alice.get(f"/v1/uploads/{completed['id']}")).json()["sha256"] == sha256(body)
    read = await alice.post("/v1/uploads", announcement(body))
    assert (read.status_code, read.json()["id"]) == (200, completed["id"])


async def test_a_worker_that_reads_other_bytes_than_announced_fails_the_upload(
    alice: Client, caller: Caller, platform: Platform
) -> None:
    body = content(SIZE, "not as announced")
    completed = await upload_announced(alice, body, sha256=sha256(b"announced"))
    upload = await uploads.get_completed(platform, caller, completed["id"])

    with pytest.raises(ChecksumMismatch):
        await uploads.verify(platform, upload, sha256(body))

    with pytest.raises(ChecksumMismatch):
        await uploads.get_completed(platform, caller, completed["id"])
    assert (await alice.get(f"/v1/uploads/{completed['id']}")).json()["status"] == "failed"
    assert platform.storage.stat(upload.key) is None


async def test_a_sha256_that_is_sent_after_the_completion_still_counts(
    alice: Client, caller: Caller, platform: Platform
) -> None:
    body = content(SIZE, "told late")
    completed = await upload_announced(alice, body, sha256=None)

    told = await alice.post(completed["complete_url"], {"sha256": sha256(b"another file")})

    assert (told.status_code, told.json()) == (200, completed)
    upload = await uploads.get_completed(platform, caller, completed["id"])
    with pytest.raises(ChecksumMismatch):
        await uploads.verify(platform, upload, sha256(body))


async def test_a_file_whose_stored_bytes_have_changed_fails_when_it_is_read_again(
    alice: Client, caller: Caller, platform: Platform
) -> None:
    body = content(SIZE, "read before")
    completed = await upload_announced(alice, body, sha256=None)
    await uploads.verify(platform, await uploads.get_completed(platform, caller, completed["id"]), sha256(body))

    again = await uploads.get_completed(platform, caller, completed["id"])
    with pytest.raises(ChecksumMismatch):
        await uploads.verify(platform, again, sha256(body[::-1]))

    assert (await alice.get(f"/v1/uploads/{completed['id']}")).json()["status"] == "failed"


async def test_a_file_that_is_not_complete_cannot_be_read(alice: Client, caller: Caller, platform: Platform) -> None:
    body = content(SIZE, "not complete")
    upload = await announce(alice, body)
    await put_all(upload["parts"], body)

    with pytest.raises(UploadIncomplete) as refused:
        await uploads.get_completed(platform, caller, upload["id"])

    assert refused.value.detail == "The upload is not complete yet; complete it first."


async def test_a_file_whose_sha256_is_known_is_not_written_to_the_database_again(
    alice: Client, caller: Caller, platform: Platform
) -> None:
    body = content(SIZE, "known")
    completed = await upload_announced(alice, body)
    versions = []
    for _ in range(2):
        await uploads.verify(platform, await uploads.get_completed(platform, caller, completed["id"]), sha256(body))
        async with platform.db.connection() as connection:
            versions.append(await connection.fetchval("SELECT xmin FROM file_upload WHERE id = $1", completed["id"]))

    assert versions[0] == versions[1]
