"""The size of images, and how long deleted ones are kept."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ImageSettings(BaseSettings):
    """The size of images, and how long deleted ones are kept."""

    max_image_bytes: int = Field(
        default=20 * 2**20, ge=1024, description="Photos of today's cameras; larger ones come by a presigned link"
    )
    max_upload_bytes: int = Field(
        default=100 * 2**20, ge=1024, description="An image by presigned link is held in memory once, to be decoded"
    )
    max_image_pixels: int = Field(
        default=50_000_000, ge=1, description="Decoded, each pixel takes up to 4 bytes, and two images are at a time"
    )
    max_image_side: int = Field(
        default=65_535,
        ge=1,
        description="The longest side that a JPEG can have; no screen and no mask has a longer one",
    )
    max_image_scan_pixels: int = Field(
        default=1_000_000_000,
        ge=1,
        description="Pixels of all scans of a JPEG: twice what ten scans, as programs write them, of the largest need",
    )
    max_image_chunks: int = Field(
        default=50_000, ge=1, description="Chunks of a file: programs write 4 KiB of pixels or more into each"
    )
    image_time_limit_s: float = Field(
        default=10, gt=0, description="Processor time to decode one image: five times what the largest photo needs"
    )
    image_decoders: int = Field(
        default=2, ge=1, description="Images that a process decodes at once; one account has all but one at most"
    )
    image_forms: int = Field(
        default=8, ge=1, description="Forms with an image that a process takes at once, each MAX_IMAGE_BYTES of memory"
    )
    image_wait_s: float = Field(
        default=10, gt=0, description="Wait for a decoder or a form before 503: a photo takes tenths of a second"
    )
    image_retention_days: int = Field(
        default=60, ge=0, description="Deleted images can be restored for this long; then they are purged"
    )
    image_event_retention_days: int = Field(
        default=365, ge=1, description="A year is long enough to ask who deleted an image, and why"
    )
