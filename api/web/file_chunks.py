"""Files of forms in pieces, as storage takes them."""

from collections.abc import AsyncIterator

from litestar.datastructures import UploadFile

CHUNK_BYTES = 1 << 20


async def chunks(file: UploadFile) -> AsyncIterator[bytes]:
    """Yield the bytes of a file piece by piece."""
    while chunk := await file.read(CHUNK_BYTES):
        yield chunk
