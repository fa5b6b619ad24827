"""A client that knows of S3 alone sends what one sends that knows of every service."""

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest

from shared.kit.storage import s3_descriptions
from shared.kit.storage.s3_client import CONFIG

KEYS = {"aws_access_key_id": "id", "aws_secret_access_key": "secret"}
PLACES = [
    {"region_name": "us-east-1", "endpoint_url": "http://127.0.0.1:9000"},
    {"region_name": "garage", "endpoint_url": "https://storage.example.com"},
    {"region_name": "us-east-1"},
    {"region_name": "eu-central-1"},
    {"region_name": "cn-north-1"},
    {"region_name": "us-gov-west-1"},
]


class _RequestSeen(Exception):
    """Carries the request that would have been sent."""


def _request(client: Any, operation: str, arguments: dict[str, Any]) -> tuple[str, str, list[str]]:
    def see(request: AWSPreparedRequest, **_: Any) -> None:
        raise _RequestSeen(request)

    client.meta.events.register("before-send", see)
    with pytest.raises(_RequestSeen) as seen:
        getattr(client, operation)(**arguments)
    request = seen.value.args[0]
    return request.method, request.url, sorted(request.headers)


@pytest.fixture(scope="module")
def sessions() -> tuple[boto3.session.Session, boto3.session.Session]:
    """With the descriptions of boto3, and with those that are kept; each reads its own once for all places."""
    return boto3.session.Session(), s3_descriptions.session()


@pytest.fixture(scope="module", params=PLACES)
def clients(
    sessions: tuple[boto3.session.Session, boto3.session.Session], request: pytest.FixtureRequest
) -> tuple[Any, Any]:
    """One of each session for a place; making them takes longer than all requests."""
    full, lean = sessions
    settings = {"config": CONFIG, **KEYS, **request.param}
    return full.client("s3", **settings), lean.client("s3", **settings)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("list_objects_v2", {"Prefix": "jobs/", "StartAfter": "jobs/1"}),
        ("get_object", {"Key": "a b/ü", "Range": "bytes=0-9"}),
        ("upload_part", {"Key": "k", "UploadId": "u", "PartNumber": 1, "Body": b"part"}),
        ("delete_objects", {"Delete": {"Objects": [{"Key": "one"}]}}),
    ],
)
def test_requests_go_to_the_same_place_in_the_same_form(
    clients: tuple[Any, Any], operation: str, arguments: dict[str, Any]
) -> None:
    full, lean = (_request(client, operation, {"Bucket": "evalserve", **arguments}) for client in clients)

    assert lean == full


def test_addresses_of_other_services_and_prose_are_not_kept() -> None:
    loader = s3_descriptions.S3Loader()

    services = {name for part in loader.load_data("endpoints")["partitions"] for name in part["services"]}
    model = loader.load_service_model("s3", "service-2")

    assert services == {"s3"}
    assert {operation["documentation"] for operation in model["operations"].values()} == {""}
    assert model["operations"].keys() >= {"PutObject", "GetObject", "ListObjectsV2"}
