"""Complete uploads as files on disk."""

from pathlib import Path

import msgspec

from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.kit.storage.downloads import download
from shared.uploads.completion import verify
from shared.uploads.reading import get_completed
from shared.uploads.records import UploadRecord


async def fetch(platform: Platform, owner: Caller, upload_id: str, target: Path) -> UploadRecord:
    """Write the file of an upload to disk; return the upload with the SHA-256 of what was written.

    Raises what `get_completed` and `verify` raise.
    """
    upload = await get_completed(platform, owner, upload_id)
    sha256 = await download(platform.storage, upload.key, target, size_bytes=upload.size_bytes)
    await verify(platform, upload, sha256)
    return msgspec.structs.replace(upload, sha256=sha256)
