"""Artifacts: the files that jobs make, kept in S3-compatible storage."""

from shared.kit.files import File, StoredFile
from shared.kit.storage import Link, Storage

__all__ = ["File", "Link", "Storage", "StoredFile"]
