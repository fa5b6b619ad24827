"""What we sign is what botocore signs."""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.storage.s3_client import CONFIG
from shared.kit.storage.s3_signing import BucketSigner

REGION, KEY_ID, SECRET = "eu-test-1", "AK+/=ID", "sec/ret+="
ENDPOINTS = [
    "http://127.0.0.1:9000",
    "https://s3.example.com",
    "https://s3.example.com:443",
    "http://s3.example.com:80",
    "https://s3.example.com:8443/base/",
    "http://[::1]:9000",
]

keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda key: not key.startswith("/"))
headers = st.dictionaries(
    st.sampled_from(["Content-Type", "Content-Disposition", "Cache-Control", "x-amz-meta-a", "x-amz-meta-b"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
)


@cache
def _client(endpoint: str) -> Any:
    # Not made while tests are collected, which each test process does.
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        use_ssl=endpoint.startswith("https"),
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=CONFIG,
    )


def _signer(endpoint: str) -> BucketSigner:
    return BucketSigner(endpoint, "buck.et", REGION, KEY_ID, SECRET)


def _then(moment: str) -> datetime:
    return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@given(key=keys, disposition=st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_link_is_the_one_that_botocore_presigns(endpoint: str, key: str, disposition: str | None) -> None:
    parameters: dict[str, Any] = {"Bucket": "buck.et", "Key": key}
    if disposition is not None:
        parameters["ResponseContentDisposition"] = disposition
    theirs = urlsplit(_client(endpoint).generate_presigned_url("get_object", Params=parameters, ExpiresIn=600))
    query = dict(parse_qsl(theirs.query))

    ours = urlsplit(
        _signer(endpoint).link(key, lifetime_s=600, now=_then(query["X-Amz-Date"]), disposition=disposition)
    )

    assert (ours[:3], dict(parse_qsl(ours.query))) == (theirs[:3], query)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@given(method=st.sampled_from(["PUT", "GET", "HEAD"]), key=st.just("") | keys, sent=headers, body=st.binary())
def test_a_request_has_the_signature_that_botocore_gives_it(
    endpoint: str, method: str, key: str, sent: dict[str, str], body: bytes
) -> None:
    signer = _signer(endpoint)
    request = AWSRequest(
        method,
        f"{urlsplit(endpoint).scheme}://{urlsplit(endpoint).netloc}{signer.path(key)}",
        headers=sent,
        data=body,
    )
    request.context["payload_signing_enabled"] = True
    S3SigV4Auth(Credentials(KEY_ID, SECRET), "s3", REGION).add_auth(request)

    signed = signer.signed_headers(
        method,
        key,
        sha256=request.headers["X-Amz-Content-SHA256"],
        now=_then(request.headers["X-Amz-Date"]),
        headers=sent,
    )

    assert signed["authorization"] == request.headers["Authorization"]
