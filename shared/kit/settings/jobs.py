"""Settings of jobs: how long they run, wait and are kept."""

from pydantic import Field
from pydantic_settings import BaseSettings


class JobSettings(BaseSettings):
    """How long jobs run, wait and are kept."""

    job_time_limit_s: int = Field(
        default=300, ge=1, description="The largest report takes seconds; past this a job is ended as failed"
    )
    job_second_bytes: int = Field(
        default=4 * 2**20,
        ge=2**10,
        description="A job has a second more for so many bytes of its files; CSV is read ten times as fast, JSON twice",
    )
    job_memory_bytes: int = Field(
        default=3 * 2**30,
        ge=2**26,
        description="A hundred million rows take half of it; a small packed file can ask for any amount",
    )
    max_queued_jobs: int = Field(
        default=20_000, ge=1, description="Jobs of one account that may wait at once: an hour's work for a few workers"
    )
    shutdown_grace_s: int = Field(
        default=20, ge=0, description="Time that a stopping worker may go on; orchestrators commonly kill it at 30 s"
    )
    job_retention_days: int = Field(
        default=30, ge=1, description="Finished jobs and their artifacts are kept this long"
    )
    link_lifetime_s: int = Field(
        default=3600, ge=60, le=7 * 24 * 3600, description="A presigned link is a bearer secret: long enough to follow"
    )
