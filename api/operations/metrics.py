"""Figures for Prometheus: what the database says, and what this very process has answered."""

from collections.abc import Iterator
from hmac import compare_digest
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from api.http.injected import Injected
from api.http.request_counters import request_counters
from shared.kit.event_totals import CountedEvent
from shared.kit.platform import Platform
from shared.operations import monitoring

HELP = {
    CountedEvent.LEASE_EXPIRED: "Job attempts whose lease expired",
    CountedEvent.JOB_RETRIED: "Job attempts that failed and are retried",
    CountedEvent.JOB_HANDED_BACK: "Job attempts that an outage or a shutdown ended; they are not counted",
    CountedEvent.DELIVERY_FAILED: "Delivery attempts that failed",
    CountedEvent.DELIVERY_GIVEN_UP: "Deliveries that were abandoned after the last attempt",
}


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any], platform: Injected[Platform]) -> Response[bytes]:
    """The figures, for who has METRICS_TOKEN; without that setting there is nothing here."""
    token = platform.settings.metrics_token
    if token is None:
        raise NotFoundException
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(sent.encode(), token.get_secret_value().encode()):
        raise NotAuthorizedException(
            "This route requires the METRICS_TOKEN of the service: send Authorization: Bearer <token>."
        )
    service = CollectorRegistry()
    service.register(_Service(await monitoring.service_state(platform), await monitoring.messages(platform)))
    text = generate_latest(service) + generate_latest(request_counters.registry)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Service:
    """The figures of the whole service in the form that the library writes."""

    def __init__(self, record: monitoring.ServiceState | None, messages: dict[str, int] | None) -> None:
        self._record = record
        self._messages = messages

    def collect(self) -> Iterator[Metric]:
        """Each figure once."""
        up = GaugeMetricFamily("evalserve_up", "Whether a part of the service answers", labels=["part"])
        up.add_metric(["postgres"], self._record is not None)
        up.add_metric(["redis"], self._messages is not None)
        yield up
        if self._record is not None:
            yield from _of_record(self._record)
        if self._messages is not None:
            yield _labelled("evalserve_queue_messages", "Messages that no worker has received", "queue", self._messages)


def _of_record(record: monitoring.ServiceState) -> Iterator[Metric]:
    gauges = {
        "jobs_queued": ("Queued jobs that can be claimed now", record.waiting),
        "jobs_running": ("Running jobs", record.running),
        "accounts_queued": ("Accounts with queued jobs", record.accounts_waiting),
        "oldest_queued_seconds": ("Age of the oldest queued job", record.oldest_waiting_s),
        "deliveries_pending": ("Pending deliveries", record.undelivered),
        "deliveries_due": ("Deliveries that are due", record.deliveries_due),
        "oldest_due_delivery_seconds": ("Delay of the oldest due delivery", record.oldest_due_s),
    }
    for name, (text, value) in gauges.items():
        yield GaugeMetricFamily(f"evalserve_{name}", text, value=value)
    yield _labelled("evalserve_jobs_ended_5m", "Jobs that ended in the last five minutes", "status", record.ended)
    for event, value in record.totals.items():
        yield CounterMetricFamily(f"evalserve_{event}", HELP[event], value=value)


def _labelled(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
