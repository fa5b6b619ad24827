"""Every setting, with the reason for its default. Environment variables carry the same names in capitals."""

from functools import cache

from pydantic_settings import SettingsConfigDict

from shared.kit.settings.accounts import AccountSettings
from shared.kit.settings.analyses import AnalysisSettings
from shared.kit.settings.connections import ConnectionSettings
from shared.kit.settings.images import ImageSettings
from shared.kit.settings.jobs import JobSettings
from shared.kit.settings.observation import ObservationSettings
from shared.kit.settings.orphans import OrphanSettings
from shared.kit.settings.plans import Plan
from shared.kit.settings.requests import RequestSettings
from shared.kit.settings.scans import ScanSettings
from shared.kit.settings.servers import ServerSettings
from shared.kit.settings.uploads import UploadSettings
from shared.kit.settings.webhooks import WebhookSettings

__all__ = ["Plan", "Settings", "settings"]


class Settings(
    ServerSettings,
    ConnectionSettings,
    RequestSettings,
    AccountSettings,
    JobSettings,
    ImageSettings,
    UploadSettings,
    ScanSettings,
    WebhookSettings,
    AnalysisSettings,
    OrphanSettings,
    ObservationSettings,
):
    """The configuration of one process, read once at its start."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", secrets_dir=None, hide_input_in_errors=True)


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
