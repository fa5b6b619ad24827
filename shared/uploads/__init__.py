"""Uploads: files of an account, which come to storage in parts by presigned links, or with one request."""

from shared.uploads.announcement import PartLink, announce, links
from shared.uploads.completion import complete, verify
from shared.uploads.deletion import delete
from shared.uploads.fetching import fetch
from shared.uploads.form_files import store
from shared.uploads.models import UploadStatus
from shared.uploads.reading import get, get_completed, list_own, received
from shared.uploads.records import FileAnnouncement, UploadRecord

__all__ = [
    "FileAnnouncement",
    "PartLink",
    "UploadRecord",
    "UploadStatus",
    "announce",
    "complete",
    "delete",
    "fetch",
    "get",
    "get_completed",
    "links",
    "list_own",
    "received",
    "store",
    "verify",
]
