"""Counters of the requests that this process has answered, by route, with their times."""

import os
from functools import cache

from litestar.types import HTTPScope
from prometheus_client import CollectorRegistry, Counter, Histogram

# In seconds, from an answer out of memory to a wait for a job.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# For requests without a route: by their paths, scanners would create any number of series.
NO_ROUTE = "none"


class RequestCounters:
    """Counts the requests that one process has answered; the collector adds the processes up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("process", "method", "route")
        self._requests = Counter(
            "evalserve_http_requests", "Requests answered by this process", (*labels, "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "evalserve_http_request_seconds",
            "Time to the end of the answer, waits for jobs included",
            labels,
            buckets=BUCKETS,
            registry=self.registry,
        )

        self._ignored = Counter(
            "evalserve_forwarding_ignored",
            "Requests with X-Forwarded-For from a peer that is not a trusted proxy",
            ("process",),
            registry=self.registry,
        )
        # Whether this process has met any; for the page of administrators.
        self.has_ignored_forwarding = False

    def note_ignored_forwarding(self) -> None:
        """Count a request whose X-Forwarded-For was ignored."""
        self.has_ignored_forwarding = True
        self._ignored.labels(str(os.getpid())).inc()

    def note(self, scope: HTTPScope, route: str | None, status: int, took_s: float) -> None:
        """Count a request that has been answered."""
        requests, seconds = self._series(scope["method"] if route else NO_ROUTE, route or NO_ROUTE, status)
        requests.inc()
        seconds.observe(took_s)

    @cache  # noqa: B019 -- there is one of these in a process, and as many series as routes
    def _series(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        # Looking a series up takes longer than adding to it. The process id is read here, after the fork.
        labels = (str(os.getpid()), method, route)
        return self._requests.labels(*labels, str(status)), self._seconds.labels(*labels)


request_counters = RequestCounters()
