import threading
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from shared.kit.platform import Platform
from tests.actors import Client, Team, eventually
from tests.receiver import Answer, Received, Receiver


async def _register(client: Client, url: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/v1/webhooks/endpoints", {"url": url, **more})
    assert answer.status_code == 201, answer.text
    endpoint: dict[str, Any] = answer.json()
    return endpoint


def _verified(secret: str, request: Any) -> Any:
    """The body, if an implementation that is not ours finds the signature right."""
    return Webhook(secret).verify(request.body, dict(request.headers))


@pytest.mark.usefixtures("workers")
async def test_a_callback_tells_of_the_finished_job_and_is_signed(alice: Client, receiver: Receiver) -> None:
    secret = (await alice.get("/v1/webhooks/secret")).json()["secret"]

    job = await alice.final((await alice.submit("report", callback_url=receiver.url))["id"])
    (request,) = await receiver.wait_for(1)

    payload = _verified(secret, request)
    links = [made.pop("url") for made in payload["data"]["artifacts"]]
    known = {**job, "artifacts": [{k: v for k, v in made.items() if k != "url"} for made in job["artifacts"]]}
    for made in [*payload["data"]["artifacts"], *known["artifacts"]]:
        del made["expires_at"]
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
    assert payload == {"type": "job.succeeded", "timestamp": payload["timestamp"], "data": known}
    async with httpx2.AsyncClient() as anybody:
        assert (await anybody.get(links[0])).status_code == 200


@pytest.mark.usefixtures("workers")
async def test_an_endpoint_is_told_of_the_events_that_it_wants_with_its_own_secret(
    alice: Client, receiver: Receiver
) -> None:
    everything = await _register(alice, f"{receiver.url}/all")
    await _register(alice, f"{receiver.url}/failures", events=["job.failed"])
    cancelled = await _register(alice, f"{receiver.url}/cancelled", events=["job.cancelled"])

    await alice.final((await alice.submit("report"))["id"])
    (request,) = await receiver.wait_for(1)

    assert request.path == "/hook/all"
    assert _verified(everything["secret"], request)["type"] == "job.succeeded"
    assert everything["secret"] != cancelled["secret"]


@pytest.mark.usefixtures("workers")
async def test_nobody_is_told_of_other_peoples_jobs(alice: Client, mallory: Client, receiver: Receiver) -> None:
    await _register(mallory, f"{receiver.url}/mallory")

    await alice.final((await alice.submit("report", callback_url=f"{receiver.url}/alice"))["id"])
    requests = await receiver.wait_for(1)

    assert [request.path for request in requests] == ["/hook/alice"]
    assert (await mallory.get("/v1/webhooks/deliveries")).json() == {"items": [], "next": None}


@pytest.mark.usefixtures("workers")
async def test_a_failing_receiver_is_told_again_with_the_same_id_and_bytes(
    alice: Client, receiver: Receiver, platform: Platform
) -> None:
    receiver.script(Answer(status=500), Answer(status=503, body=b"later"), Answer(status=200))
    await alice.submit("report", callback_url=receiver.url)

    for attempts in (1, 2, 3):
        requests = await receiver.wait_for(attempts)
        await _is_recorded(alice, attempts)
        await _make_due(platform)

    (delivery,) = (await alice.get("/v1/webhooks/deliveries")).json()["items"]
    assert len({(request.headers["webhook-id"], request.body) for request in requests}) == 1
    assert (delivery["status"], delivery["next_attempt_at"]) == ("delivered", None)
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [500, 503, 200]
    assert delivery["attempts"][1]["response_excerpt"] == "later"


@pytest.mark.usefixtures("workers")
async def test_after_a_rotation_both_secrets_verify(alice: Client, receiver: Receiver) -> None:
    old = (await alice.get("/v1/webhooks/secret")).json()["secret"]
    new = (await alice.post("/v1/webhooks/secret/rotate")).json()["secret"]

    await alice.submit("report", callback_url=receiver.url)
    (request,) = await receiver.wait_for(1)

    assert old != new
    assert _verified(old, request) == _verified(new, request)
    assert (await alice.get("/v1/webhooks/secret")).json()["secret"] == new


@pytest.mark.usefixtures("workers")
async def test_a_receiver_that_is_gone_is_told_nothing_more(alice: Client, receiver: Receiver) -> None:
    receiver.script(Answer(status=410))
    endpoint = await _register(alice, receiver.url)

    await alice.final((await alice.submit("report"))["id"])
    await receiver.wait_for(1)

    async def is_disabled() -> bool:
        shown = (await alice.get(f"/v1/webhooks/endpoints/{endpoint['id']}")).json()
        return shown["disabled_at"] is not None

    await eventually(is_disabled)
    await alice.final((await alice.submit("plot"))["id"])
    assert [item["status"] for item in (await alice.get("/v1/webhooks/deliveries")).json()["items"]] == ["dead"]


async def test_a_cancelled_job_is_news_too(alice: Client, receiver: Receiver, workers: Team) -> None:
    workers["worker"].kill()
    job = await alice.submit("report", callback_url=receiver.url)
    await alice.post(f"/v1/jobs/{job['id']}/cancel")

    (request,) = await receiver.wait_for(1)

    assert b'"type":"job.cancelled"' in request.body


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "http://192.168.1.1/",
        "ftp://example.com/",
        "https://user:password@example.com/",
        "https://",
        "nonsense",
        "https://example.com:22/\r\nX: y",
    ],
)
async def test_an_address_that_is_never_called_is_refused_when_it_is_given(alice: Client, url: str) -> None:
    endpoint = await alice.post("/v1/webhooks/endpoints", {"url": url})
    job = await alice.post("/v1/jobs", {"kind": "report", "cm_uid": await alice.create_matrix(), "callback_url": url})

    for answer in (endpoint, job):
        assert (answer.status_code, answer.json()["code"]) == (400, "callback-url-refused")
    assert (await alice.get("/v1/jobs")).json()["items"] == []
    assert (await alice.get("/v1/webhooks/endpoints")).json() == []


async def test_endpoints_belong_to_their_account(alice: Client, mallory: Client) -> None:
    endpoint = await _register(alice, "https://example.com/hook", description="ours")
    path = f"/v1/webhooks/endpoints/{endpoint['id']}"

    assert (await mallory.get(path)).status_code == 404
    assert (await mallory.delete(path)).status_code == 404
    assert (await mallory.get("/v1/webhooks/endpoints")).json() == []
    assert (await alice.get("/v1/webhooks/endpoints")).json() == [endpoint]
    assert (await alice.delete(path)).status_code == 204
    assert (await alice.get(path)).status_code == 404


async def test_an_unknown_event_or_field_is_refused_by_name(alice: Client) -> None:
    event = await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com", "events": ["job.nonsense"]})
    field = await alice.post("/v1/webhooks/endpoints", {"url": "https://example.com", "evnts": []})

    assert [answer.json()["errors"][0]["pointer"] for answer in (event, field)] == ["/events/0", "/evnts"]


async def _is_recorded(client: Client, attempts: int) -> None:
    async def recorded() -> bool:
        items = (await client.get("/v1/webhooks/deliveries")).json()["items"]
        return len(items[0]["attempts"]) == attempts

    await eventually(recorded)


async def _make_due(platform: Platform) -> None:
    """Let the waiting time pass."""
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE webhook_delivery SET next_attempt_at = now() WHERE status = 'pending'")


async def test_a_secret_is_not_replaced_again_while_the_former_one_is_still_promised(alice: Client) -> None:
    new = (await alice.post("/v1/webhooks/secret/rotate")).json()["secret"]

    again = await alice.post("/v1/webhooks/secret/rotate")

    assert (again.status_code, again.json()["code"]) == (409, "secret-just-rotated")
    assert (await alice.get("/v1/webhooks/secret")).json()["secret"] == new


async def test_an_endpoint_that_is_removed_while_it_is_told_leaves_no_trace(
    alice: Client, receiver: Receiver, workers: Team
) -> None:
    is_removed = threading.Event()

    def respond(_: Received) -> Answer:
        is_removed.wait(10)
        return Answer()

    receiver.respond = respond
    endpoint = await _register(alice, receiver.url)
    # The processes may have just been started, which takes a busy machine long.
    await alice.final((await alice.submit("report"))["id"])
    await receiver.wait_for(1)
    before = _attempts_ended(workers)

    removed = await alice.delete(f"/v1/webhooks/endpoints/{endpoint['id']}")
    is_removed.set()

    async def has_ended() -> bool:
        return _attempts_ended(workers) > before

    await eventually(has_ended)
    assert removed.status_code == 204
    assert "ForeignKeyViolation" not in workers.log("courier")
    assert (await alice.get("/v1/webhooks/deliveries")).json()["items"] == []


def _attempts_ended(workers: Team) -> int:
    log = workers.log("courier")
    return log.count('"delivery attempted"') + log.count("ForeignKeyViolation")
