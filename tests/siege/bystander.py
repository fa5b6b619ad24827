"""`python -m tests.siege.bystander URL SECONDS [KEY]`: ask a route on new connections, and print the times as JSON."""

import http.client
import json
import statistics
import sys
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

INTERVAL_S = 0.1
TIMEOUT_S = 10.0


def ask(url: str, headers: Mapping[str, str]) -> bool:
    """Return True if the route answers 200."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", address.path, headers=dict(headers))
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def main(url: str, seconds: float, key: str | None = None) -> None:
    """Ask in a steady rhythm and print what came of it."""
    headers = {"X-API-Key": key} if key else {}
    times, failed, end = [], 0, time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        failed += not ask(url, headers)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(max(0.0, INTERVAL_S - times[-1] / 1000))
    answers = {
        "answered": len(times) - failed,
        "failed": failed,
        "median_ms": statistics.median(times),
        "p99_ms": statistics.quantiles(times, n=100, method="inclusive")[98],
        "longest_ms": max(times),
    }
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), *sys.argv[3:])
