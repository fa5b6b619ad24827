"""Settings of the deletion of objects in storage that no row refers to."""

from pydantic import Field
from pydantic_settings import BaseSettings


class OrphanSettings(BaseSettings):
    """When objects in storage that no row refers to are deleted."""

    orphan_delay_h: int = Field(
        default=24, ge=0, description="Between the first look and the deletion: a day to notice a wrong database"
    )
    orphan_brake_objects: int = Field(
        default=100, ge=0, description="Orphans under one prefix that are always deleted: what crashes leave in a day"
    )
    orphan_brake_share: float = Field(
        default=0.05, ge=0, le=1, description="A larger share of orphans is a wrong or old database, not crashes"
    )
