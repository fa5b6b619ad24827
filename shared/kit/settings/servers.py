"""Postgres, Redis, S3 and the root secret: what a process cannot start without."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from shared.kit.settings.forms import CommaSeparated, Optional

_ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")


def _without_slash(url: str | None) -> str | None:
    if url is not None and not _ADDRESS.fullmatch(url):
        raise ValueError("must be an address such as https://evalserve.example.com")
    return url and url.rstrip("/")


class ServerSettings(BaseSettings):
    """Postgres, Redis, S3 and the root secret: what a process cannot start without."""

    database_url: SecretStr = Field(
        description="Postgres, the record of everything: postgresql://user:password@host/db"
    )
    redis_url: SecretStr = Field(description="Redis or Valkey: carries wake-ups only, may be lost at any time")
    s3_endpoint_url: str = Field(description="S3-compatible storage as this process reaches it")
    public_url: Annotated[str | None, Optional, AfterValidator(_without_slash)] = Field(
        default=None,
        description="The service as clients reach it; unset, links name the host of the request, or only the path in "
        "events of workers, which have no request",
    )
    s3_public_endpoint_url: Annotated[str | None, Optional] = Field(
        default=None,
        description="Storage as clients reach it, part of what presigned links sign; unset, clients reach the service "
        "alone, and files go through it: one port is easier to publish than two",
    )
    s3_access_key_id: SecretStr
    s3_secret_access_key: SecretStr
    s3_bucket: str = "evalserve"
    s3_region: str = "us-east-1"
    secret_key: SecretStr = Field(
        min_length=32, description="Root of every derived key and webhook secret; 32 random bytes or more"
    )
    secret_key_fallbacks: Annotated[list[SecretStr], NoDecode, CommaSeparated] = Field(
        default=[], description="Former values of SECRET_KEY: their keys stay valid while the secret is rotated"
    )
    database_pool_size: int = Field(
        default=10, ge=2, description="Connections per process; beyond 10 a 2-core Postgres only queues elsewhere"
    )
