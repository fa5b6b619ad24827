"""Metrics and logs."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class ObservationSettings(BaseSettings):
    """Metrics and logs."""

    metrics_token: SecretStr | None = Field(
        default=None, min_length=16, description="Token that may read /metrics, which shows how busy every account is"
    )
    liveness_file: Path | None = Field(
        default=None,
        description="File that worker, courier and dispatcher touch every few seconds: old, the process hangs",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
