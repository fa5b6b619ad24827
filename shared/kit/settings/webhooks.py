"""Settings of webhooks: where they may go, and how long a receiver may take."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, NoDecode

from shared.kit.settings.forms import CommaSeparated


class WebhookSettings(BaseSettings):
    """Where webhooks may go, and how long a receiver may take."""

    webhook_allow_nets: Annotated[list[IPv4Network | IPv6Network], NoDecode, CommaSeparated] = Field(
        default=[], description="Networks that callbacks may reach although they are not public (development)"
    )
    webhook_timeout_s: float = Field(
        default=15, gt=0, description="Standard Webhooks asks for 15 to 30 s; shorter keeps a stalling receiver cheap"
    )
    max_pending_deliveries: int = Field(
        default=10_000,
        ge=1,
        description="Pending deliveries of one account: a day's work for slow receivers; more are dead letters at once",
    )
    courier_slots: int = Field(
        default=256,
        ge=4,
        description="Attempts of a courier at once: a socket and some 100 kB each, below the usual 1,024 open files",
    )
