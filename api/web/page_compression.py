"""Compresses pages so that the length of an answer does not give away what stands in it (ADR 32)."""

import gzip
import io
import secrets
from typing import Any

from litestar import Request

from api.http.headers import accepts_gzip

# Smaller answers fit into a packet as they are.
LEAST_BYTES = 1000

# Half the processor time of the usual level, 6, for at most a tenth more bytes.
_LEVEL = 4
# One byte more or less shows through so much noise only in some 40,000 answers.
_MAX_PADDING = 256


def is_wanted(request: Request[Any, Any, Any]) -> bool:
    """Return whether the browser takes compressed pages, and no other site's script asks for this one."""
    headers = request.headers
    if request.method != "GET" or not accepts_gzip(headers.get("accept-encoding", "")):
        return False
    # A script that opens our pages could compare their lengths; a reader who follows a link cannot.
    return headers.get("sec-fetch-site", "none") in {"none", "same-origin"} or headers.get("sec-fetch-user") == "?1"


def compress(page: bytes) -> bytes:
    """Compress a page as gzip whose header names a file by a random number of letters."""
    buffer = io.BytesIO()
    name = "a" * (1 + secrets.randbelow(_MAX_PADDING))
    with gzip.GzipFile(name, "wb", _LEVEL, buffer, mtime=0) as file:
        file.write(page)
    return buffer.getvalue()
