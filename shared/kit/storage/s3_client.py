"""The S3 client: its time-outs, retries and signatures, for every S3-compatible server."""

from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config

from shared.kit.settings import Settings
from shared.kit.storage import s3_descriptions
from shared.kit.storage.s3_signing import BucketSigner

CONFIG = Config(
    signature_version="s3v4",
    # Works with every server; host names with the bucket in front need a DNS of their own.
    s3={"addressing_style": "path"},
    max_pool_connections=32,
    connect_timeout=3,
    read_timeout=20,
    # The library retries short failures; an outage is left to the caller, which knows whether to wait.
    retries={"mode": "standard", "max_attempts": 3},
    # Servers other than Amazon's refuse the checksum trailers that are the default since 2025.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)

# Readiness checks must answer soon.
PROBE = CONFIG.merge(Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 1}))

_MAKING = Lock()


def s3_client(settings: Settings, endpoint: str, config: Config = CONFIG) -> Any:
    """Create a client of the storage at this address."""
    id_, secret = settings.s3_access_key_id.get_secret_value(), settings.s3_secret_access_key.get_secret_value()
    return _make(endpoint, settings.s3_region, id_, secret, config)


def shared_client(settings: Settings) -> Any:
    """Return the client of the service's own storage, the same one for the same settings; it serves all threads.

    Made before a fork, it is shared by the processes: making one takes each 80 ms and four megabytes.
    """
    id_, secret = settings.s3_access_key_id.get_secret_value(), settings.s3_secret_access_key.get_secret_value()
    return _made(settings.s3_endpoint_url, settings.s3_region, id_, secret)


# Two: that of the settings, and that of the settings before they were read for another process.
@lru_cache(maxsize=2)
def _made(endpoint: str, region: str, access_key_id: str, secret_access_key: str) -> Any:
    return _make(endpoint, region, access_key_id, secret_access_key, CONFIG)


def _make(endpoint: str, region: str, access_key_id: str, secret_access_key: str, config: Config) -> Any:
    # Clients serve all threads; making one does not.
    with _MAKING:
        return s3_descriptions.session().client(
            "s3",
            endpoint_url=endpoint,
            use_ssl=urlsplit(endpoint).scheme == "https",
            region_name=region,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            config=config,
        )


def bucket_signer(settings: Settings, endpoint: str) -> BucketSigner:
    """Return what signs requests for the service's bucket at this address."""
    return BucketSigner(
        endpoint,
        settings.s3_bucket,
        settings.s3_region,
        settings.s3_access_key_id.get_secret_value(),
        settings.s3_secret_access_key.get_secret_value(),
    )
