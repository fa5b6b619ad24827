"""HTTP requests to this machine itself."""

import urllib.error
import urllib.request

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
