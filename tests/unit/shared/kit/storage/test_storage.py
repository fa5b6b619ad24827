"""Which answers of the storage pass by themselves, and which would be the same the next time."""

import io

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from shared.kit.settings import Settings
from shared.kit.storage.bucket import MAX_RECENT_BYTES, Storage
from shared.kit.storage.errors import FileGone, StorageRefused, StorageUnavailable
from shared.kit.storage.files import File


@pytest.fixture
def storage() -> Storage:
    settings = {
        "database_url": "postgresql://nobody@127.0.0.1/none",
        "redis_url": "redis://127.0.0.1",
        "s3_endpoint_url": "http://127.0.0.1:1",
        "s3_access_key_id": "id",
        "s3_secret_access_key": "secret",
        "secret_key": "s" * 32,
    }
    return Storage(Settings.model_validate(settings))


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "InternalError"), (503, "SlowDown"), (429, "Throttling"), (408, "Timeout"), (400, "RequestTimeout")],
)
def test_what_passes_is_an_outage(storage: Storage, status: int, code: str) -> None:
    with Stubber(storage._client) as stub:
        stub.add_client_error("get_object", service_error_code=code, http_status_code=status)

        with pytest.raises(StorageUnavailable) as raised:
            storage.get("key")

    assert raised.value.retry_after_s == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "Unauthorized"),
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (403, "RequestTimeTooSkewed"),
        (404, "NoSuchBucket"),
        (400, "ExpiredToken"),
        (301, "PermanentRedirect"),
    ],
)
def test_what_an_operator_has_to_mend_is_an_outage_too_and_is_told_apart(
    storage: Storage, status: int, code: str
) -> None:
    with Stubber(storage._client) as stub:
        stub.add_client_error("delete_object", service_error_code=code, http_status_code=status)

        with pytest.raises(StorageRefused) as raised:
            storage.delete(["key"])

    assert (raised.value.reason, raised.value.status, raised.value.retry_after_s) == (code, 503, 60)
    assert code not in raised.value.detail


@pytest.mark.parametrize(("status", "code"), [(400, "EntityTooLarge"), (404, "NoSuchUpload"), (409, "Conflict")])
def test_what_does_not_pass_is_a_mistake_of_ours(storage: Storage, status: int, code: str) -> None:
    with Stubber(storage._client) as stub:
        stub.add_client_error("delete_object", service_error_code=code, http_status_code=status)

        with pytest.raises(ClientError) as raised:
            storage.delete(["key"])

    assert raised.value.response["Error"]["Code"] == code


def test_a_file_that_was_removed_is_gone_and_no_outage(storage: Storage) -> None:
    with Stubber(storage._client) as stub:
        stub.add_client_error("get_object", service_error_code="NoSuchKey", http_status_code=404)

        with pytest.raises(FileGone):
            storage.get("key")


@pytest.mark.parametrize(("status", "code"), [(404, "404"), (403, "403"), (503, "SlowDown")])
def test_a_bucket_that_cannot_be_used_is_not_ready(storage: Storage, status: int, code: str) -> None:
    with Stubber(storage._client) as stub:
        stub.add_client_error("head_bucket", service_error_code=code, http_status_code=status)

        with pytest.raises(StorageUnavailable):
            storage.check()


def _answers(stub: Stubber, *bodies: bytes) -> None:
    for body in bodies:
        stub.add_response("get_object", {"Body": StreamingBody(io.BytesIO(body), len(body))})


async def test_what_was_read_lately_is_not_asked_for_again(storage: Storage) -> None:
    with Stubber(storage._client) as stub:
        _answers(stub, b"one", b"two")

        read = [await storage.read(key) for key in ("first", "second", "first", "second")]

    assert read == [b"one", b"two", b"one", b"two"]


async def test_a_large_file_does_not_push_the_others_out_of_memory(storage: Storage) -> None:
    large = b"x" * (MAX_RECENT_BYTES + 1)
    with Stubber(storage._client) as stub:
        _answers(stub, b"small", large, large)

        read = [await storage.read(key) for key in ("small", "large", "large", "small")]

    assert read == [b"small", large, large, b"small"]


async def test_a_file_that_is_gone_is_looked_for_the_next_time(storage: Storage) -> None:
    with Stubber(storage._client) as stub:
        stub.add_client_error("get_object", service_error_code="NoSuchKey", http_status_code=404)
        _answers(stub, b"back")

        with pytest.raises(FileGone):
            await storage.read("key")

        assert await storage.read("key") == b"back"


def test_a_file_that_the_short_way_does_not_store_goes_the_long_way(storage: Storage) -> None:
    with Stubber(storage._client) as stub:
        stub.add_response("put_object", {"ETag": "etag"})

        stored = storage.put("key", File("report.html", "text/html", b"<p>"))

    stub.assert_no_pending_responses()
    assert (stored.object_key, stored.size_bytes) == ("key", 3)
