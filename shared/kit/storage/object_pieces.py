"""The bytes of a stored object in pieces, as they come."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError

from shared.kit.storage.errors import StorageUnavailable

# Large enough that the hop to a thread for each does not count.
_PIECE_BYTES = 256 * 1024


def of(body: Any) -> Iterator[bytes]:
    """Yield the pieces of the body of an answer and close it; raises StorageUnavailable where it breaks off."""
    try:
        yield from body.iter_chunks(_PIECE_BYTES)
    except BotoCoreError as error:
        raise StorageUnavailable(retry_after_s=2) from error
    finally:
        body.close()
