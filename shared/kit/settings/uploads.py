"""The size of uploaded files, and how long they wait and are kept."""

from pydantic import Field
from pydantic_settings import BaseSettings


class UploadSettings(BaseSettings):
    """The size of uploaded files, and how long they wait and are kept."""

    max_file_bytes: int = Field(
        default=20 * 2**30, ge=1, description="Predictions of a few hundred million samples as CSV have about 15 GiB"
    )
    max_import_document_bytes: int = Field(
        default=256 * 2**20,
        ge=1,
        description="One document of annotations: it is in memory as a whole, and COCO of 118,000 images has 450 MB",
    )
    run_part_rows: int = Field(
        default=2 * 2**20,
        ge=1,
        description="A Parquet file of a run with twice as many rows is read by several workers: half a second each",
    )
    run_part_bytes: int = Field(
        default=96 * 2**20,
        ge=1,
        description="A text or Arrow file of a run with twice as many bytes is read by several workers: about as many "
        "rows for each",
    )
    upload_lifetime_hours: int = Field(
        default=24, ge=1, description="20 GiB take half a day at 4 Mbit/s; what is not complete by then was given up"
    )
    upload_retention_days: int = Field(
        default=90, ge=1, description="A file can be read again, with other columns, for this long after it was sent"
    )
