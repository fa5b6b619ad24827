"""The prefixes of our objects in the bucket, each with the statement that knows their references."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from shared.analyses import files as analysis_files
from shared.comparisons import objects as comparison_objects
from shared.comparisons import queries as comparison_queries
from shared.datasets import objects as dataset_objects
from shared.datasets import queries as dataset_queries
from shared.detection_runs import objects as detection_run_objects
from shared.detection_runs import queries as detection_run_queries
from shared.jobs import retention as job_retention
from shared.kit.database.transactions import Connection
from shared.projects import retention_queries, uploads
from shared.runs import objects as run_objects
from shared.runs import orphan_queries as run_orphans
from shared.uploads import files as uploaded_files
from shared.uploads import queries as upload_queries

# Returns the keys that no row refers to.
SelectOrphans: TypeAlias = Callable[[Connection, Sequence[str]], Awaitable[list[str]]]

PREFIXES: dict[str, SelectOrphans] = {
    "jobs/": job_retention.without_row,
    "images/": retention_queries.without_image,
    uploads.PREFIX: retention_queries.without_upload,
    analysis_files.PREFIX: analysis_files.without_row,
    comparison_objects.PREFIX: comparison_queries.without_comparison,
    dataset_objects.PREFIX: dataset_queries.without_dataset,
    detection_run_objects.PREFIX: detection_run_queries.without_detection_run,
    run_objects.PREFIX: run_orphans.without_version,
    uploaded_files.PREFIX: upload_queries.without_file,
}
