"""Uploads in parts that S3 has begun and no row refers to: their bytes are no objects yet, so no listing has them."""

import structlog

from shared.kit.platform import Platform
from shared.operations.orphans import installation
from shared.operations.orphans.collection import ORPHAN_AGE
from shared.operations.orphans.installation import NotBound
from shared.uploads import deletion as upload_deletion

log = structlog.get_logger()


async def abort(platform: Platform) -> int:
    """Abort them once they are old enough; return their number."""
    try:
        await installation.check(platform)
    except NotBound as error:
        log.warning("no upload is aborted: the database and the bucket are not bound", reason=str(error))
        return 0
    return await upload_deletion.abort_unreferenced(platform, ORPHAN_AGE)
