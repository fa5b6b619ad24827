"""Settings of an api process's connections: how many it holds, and for how long."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ConnectionSettings(BaseSettings):
    """How many connections an api process holds, and for how long."""

    max_connections: int = Field(
        default=8192,
        ge=16,
        description="Of one api process: 5,000 idle ones and 2,000 streams, also while it is the only process",
    )
    idle_timeout_s: int = Field(
        default=30,
        ge=1,
        le=60,
        description="A connection without a whole request head; proxies keep idle ones too, and end theirs earlier",
    )
    stalled_timeout_s: int = Field(
        default=60, ge=1, description="A client that takes nothing of an answer for this long only holds memory"
    )
    max_streams_per_account: int = Field(
        default=200, ge=1, description="Event streams of one account at once: a page of jobs for each of many people"
    )
    max_waits_per_account: int = Field(
        default=200, ge=1, description="Requests of one account that wait for a job: every build of a large team"
    )
