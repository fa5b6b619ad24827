"""Metrics for Prometheus: the state of the service, and the requests that this process has answered."""

from collections.abc import Iterator
from hmac import compare_digest
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from api.http.dependencies import Injected
from api.http.request_counters import request_counters
from shared.kit.database.event_totals import CountedEvent
from shared.kit.platform import Platform
from shared.operations import monitoring

HELP = {
    CountedEvent.LEASE_EXPIRED: "Job attempts whose lease expired",
    CountedEvent.JOB_RETRIED: "Job attempts that failed and are retried",
    CountedEvent.JOB_HANDED_BACK: "Job attempts that an outage or a shutdown ended; they are not counted",
    CountedEvent.STORAGE_REFUSED: "Job attempts that the storage refused: wrong keys or no bucket",
    CountedEvent.DELIVERY_FAILED: "Delivery attempts that failed",
    CountedEvent.DELIVERY_GIVEN_UP: "Deliveries that were abandoned after the last attempt",
}


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any], platform: Injected[Platform]) -> Response[bytes]:
    """Return the metrics, given METRICS_TOKEN; 404 without that setting."""
    token = platform.settings.metrics_token
    if token is None:
        raise NotFoundException
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(credentials.encode(), token.get_secret_value().encode()):
        raise NotAuthorizedException(
            "This route requires the METRICS_TOKEN of the service: send Authorization: Bearer <token>."
        )
    service = CollectorRegistry()
    service.register(_Service(await monitoring.service_state(platform), await monitoring.messages(platform)))
    text = generate_latest(service) + generate_latest(request_counters.registry)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Service:
    """The metrics of the whole service, as a collector of the library."""

    def __init__(self, state: monitoring.ServiceState | None, messages: dict[str, int] | None) -> None:
        self._state = state
        self._messages = messages

    def collect(self) -> Iterator[Metric]:
        """Yield each metric once."""
        up = GaugeMetricFamily("evalserve_up", "Whether a part of the service answers", labels=["part"])
        up.add_metric(["postgres"], self._state is not None)
        up.add_metric(["redis"], self._messages is not None)
        yield up
        if self._state is not None:
            yield from _of_state(self._state)
        if self._messages is not None:
            yield _labelled("evalserve_queue_messages", "Messages that no worker has received", "queue", self._messages)


def _of_state(state: monitoring.ServiceState) -> Iterator[Metric]:
    gauges = {
        "jobs_queued": ("Queued jobs that can be claimed now", state.waiting),
        "jobs_running": ("Running jobs", state.running),
        "accounts_queued": ("Accounts with queued jobs", state.accounts_waiting),
        "oldest_queued_seconds": ("Age of the oldest queued job", state.oldest_waiting_s),
        "deliveries_pending": ("Pending deliveries", state.undelivered),
        "deliveries_due": ("Deliveries that are due", state.deliveries_due),
        "oldest_due_delivery_seconds": (
            "Delay of the oldest due delivery of accounts with no attempt under way",
            state.oldest_due_s,
        ),
        "couriers_running": ("Couriers that reported in the last 30 s", state.couriers),
        "courier_clock_skew_seconds": ("Largest lead or lag of a courier's clock", state.courier_clock_skew_s),
        "installation_bound": ("Whether the database and the bucket belong together", state.is_bound),
    }
    for name, (text, value) in gauges.items():
        yield GaugeMetricFamily(f"evalserve_{name}", text, value=value)
    yield _labelled("evalserve_jobs_ended_5m", "Jobs that ended in the last five minutes", "status", state.finished)
    yield _labelled("evalserve_orphans", "Objects that no row refers to, by the last sweep", "prefix", state.orphans)
    held = state.orphans_held
    yield _labelled("evalserve_orphans_held", "Orphans that are kept until an operator allows it", "prefix", held)
    former = dict.fromkeys(("key", "pipeline"), 0) | state.former_secrets
    yield _labelled("evalserve_former_secrets_32d", "Users of secrets of a former SECRET_KEY", "kind", former)
    for event, value in state.totals.items():
        yield CounterMetricFamily(f"evalserve_{event}", HELP[event], value=value)


def _labelled(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
