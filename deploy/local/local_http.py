"""HTTP requests to this machine itself."""

import urllib.error
import urllib.request
from collections.abc import Mapping

# A user's HTTP_PROXY must not see requests for loopback.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url: str) -> tuple[int, str]:
    """Return the status and the body of the answer; raises OSError when there is none."""
    try:
        with _OPENER.open(url, timeout=5) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace")


def head(url: str, headers: Mapping[str, str]) -> int:
    """Return the status of the answer to a HEAD with these headers; raises OSError when there is none."""
    request = urllib.request.Request(url, headers=dict(headers), method="HEAD")  # noqa: S310 -- of this machine
    try:
        with _OPENER.open(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
