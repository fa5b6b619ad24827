"""Artifacts: the files that jobs make, kept in S3-compatible storage."""

from shared.artifacts.files import File, StoredFile
from shared.artifacts.storage import Link, Storage

__all__ = ["File", "Link", "Storage", "StoredFile"]
