import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path

import httpcore2
import httpx2
import pytest

from shared.webhooks import network
from shared.webhooks.addresses import Address, Network
from shared.webhooks.errors import TargetRefused
from shared.webhooks.network import GuardedTransport, LookupFailed, Resolver, look_up
from shared.webhooks.sending import Outcome, send
from tests.integration.shared.webhooks.canary import Canary
from tests.receiver import Answer, Receiver
from tests.unit.shared.webhooks.refused_addresses import TRANSITIONS, spellings_v4, spellings_v6

LOOPBACK: list[Network] = [IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")]
CERTIFICATE = Path(__file__).with_name("hooks.example.pem")  # for the name hooks.example, made for these tests
GOOD = ip_address("127.0.0.1")


class Resolve:
    """Answers look-ups with the given lists, one after the other, and counts them."""

    def __init__(self, *lists: Sequence[str]) -> None:
        self._lists = [[ip_address(text) for text in texts] for texts in lists]
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append((host, port))
        return self._lists[min(len(self.asked), len(self._lists)) - 1]


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as canary:
        yield canary


@pytest.fixture
async def tls_receiver() -> AsyncIterator[tuple[Receiver, list[str | None]]]:
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda _, name, __: names.append(name)
    with Receiver(tls=context) as receiver:
        yield receiver, names


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=CERTIFICATE)


async def get(transport: GuardedTransport, url: str) -> int:
    """Ask past check_url, so that only the guard at the connection stands between the URL and the network."""
    request = httpx2.Request("GET", url, extensions={"timeout": httpx2.Timeout(5).as_dict()})
    response = await transport.handle_async_request(request)
    await response.aclose()
    return response.status_code


async def post(url: str, allow: Sequence[Network], resolve: Resolver, trust: ssl.SSLContext | None = None) -> Outcome:
    async with GuardedTransport(allow, resolve=resolve, ssl_context=trust) as transport:
        return await send(transport, url, {}, b"{}", timeout_s=5)


LOOPBACK_HOSTS = [
    "localhost",
    "LOCALHOST",
    "app.localhost",
    *spellings_v4(IPv4Address("127.0.0.1")),
    *spellings_v4(IPv4Address("0.0.0.0")),
    *spellings_v6(IPv6Address("::1")),
    *spellings_v6(IPv6Address("::")),
    *(host for form in TRANSITIONS.values() for host in spellings_v6(form(IPv4Address("127.0.0.1")))),
]


async def test_no_spelling_of_loopback_reaches_the_canary(canary: Canary) -> None:
    outcomes = set()
    async with GuardedTransport([]) as transport:
        for host in LOOPBACK_HOSTS:
            for scheme in ("http", "https"):
                outcome = await send(transport, f"{scheme}://{host}:{canary.port}/", {}, b"{}", timeout_s=5)
                outcomes.add((outcome.status_code, outcome.error))
    assert (outcomes, canary.visits()) == ({(None, "blocked")}, 0)


async def test_the_guard_alone_keeps_every_spelling_of_loopback_away_from_the_canary(canary: Canary) -> None:
    tried = 0
    async with GuardedTransport([]) as transport:
        for host in LOOPBACK_HOSTS:
            try:
                url = str(httpx2.URL(f"http://{host}:{canary.port}/"))
            except httpx2.InvalidURL:
                continue
            tried += 1
            with pytest.raises((TargetRefused, LookupFailed)):
                await get(transport, url)
    assert canary.visits() == 0
    assert tried >= 30


async def test_the_canary_notices_visits(canary: Canary) -> None:
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", canary.port)):
            pass
    assert canary.visits() == 3


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["::1"],
        ["1.1.1.1", "127.0.0.1"],
        ["127.0.0.1", "1.1.1.1"],
        ["1.1.1.1", "2606:4700:4700::1111", "::ffff:127.0.0.1"],
        ["1.1.1.1", "64:ff9b::7f00:1"],
        ["1.1.1.1", "169.254.169.254"],
    ],
    ids=str,
)
async def test_one_refused_answer_stops_the_connection(canary: Canary, answers: list[str]) -> None:
    resolve = Resolve(answers)
    async with GuardedTransport([], resolve=resolve) as transport:
        with pytest.raises(TargetRefused):
            await get(transport, f"http://hooks.example:{canary.port}/")
    assert (canary.visits(), resolve.asked) == (0, [("hooks.example", canary.port)])


async def test_a_rebinding_name_is_looked_up_once_per_connection_and_dialled_as_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a second look-up")

    resolve = Resolve(["127.0.0.1"], ["169.254.169.254"])
    with Receiver() as receiver, monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", refuse)
        patch.setattr(asyncio.get_running_loop(), "getaddrinfo", refuse)
        async with GuardedTransport(LOOPBACK, resolve=resolve) as transport:
            assert await get(transport, f"http://hooks.example:{receiver.port}/") == 200
            assert len(resolve.asked) == 1
            with pytest.raises(TargetRefused):
                await get(transport, f"http://hooks.example:{receiver.port}/")
        assert len(receiver.requests) == 1


async def test_host_path_and_query_arrive_unchanged() -> None:
    with Receiver() as receiver:
        async with GuardedTransport(LOOPBACK, resolve=Resolve(["127.0.0.1"])) as transport:
            await get(transport, f"http://Hooks.Example:{receiver.port}/a%2Fb/c?d=e%20f&g")
        (request,) = receiver.requests
        assert request.headers["host"] == f"hooks.example:{receiver.port}"
        assert request.path == "/a%2Fb/c?d=e%20f&g"


async def test_tls_asks_for_and_checks_the_name_of_the_url(tls_receiver: tuple[Receiver, list[str | None]]) -> None:
    receiver, names = tls_receiver
    outcome = await post(f"https://hooks.example:{receiver.port}/hook", LOOPBACK, Resolve(["127.0.0.1"]), trusting())
    assert (outcome.status_code, outcome.error) == (200, None)
    assert names == ["hooks.example"]
    assert receiver.requests[0].headers["host"] == f"hooks.example:{receiver.port}"


async def test_a_certificate_for_another_name_is_not_trusted(tls_receiver: tuple[Receiver, list[str | None]]) -> None:
    receiver, _ = tls_receiver
    outcome = await post(f"https://other.example:{receiver.port}/hook", LOOPBACK, Resolve(["127.0.0.1"]), trusting())
    assert (outcome.status_code, outcome.error) == (None, "tls")
    assert receiver.requests == []


async def test_a_self_signed_certificate_is_not_trusted(tls_receiver: tuple[Receiver, list[str | None]]) -> None:
    receiver, _ = tls_receiver
    outcome = await post(f"https://hooks.example:{receiver.port}/hook", LOOPBACK, Resolve(["127.0.0.1"]))
    assert (outcome.status_code, outcome.error) == (None, "tls")
    assert receiver.requests == []


async def test_a_receiver_that_asks_for_our_certificate_gets_no_message() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.load_verify_locations(CERTIFICATE)
    context.verify_mode = ssl.CERT_REQUIRED
    # From TLS 1.3 on the refusal comes after the handshake, in place of the answer.
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with Receiver(tls=context) as receiver:
        url = f"https://hooks.example:{receiver.port}/hook"
        outcome = await post(url, LOOPBACK, Resolve(["127.0.0.1"]), trusting())
    # The refusal may be overtaken by the end of the connection.
    assert outcome.status_code is None
    assert outcome.error in {"tls", "connection"}


async def test_the_environment_does_not_choose_the_trusted_certificates_or_a_proxy(
    tls_receiver: tuple[Receiver, list[str | None]], monkeypatch: pytest.MonkeyPatch, canary: Canary
) -> None:
    receiver, _ = tls_receiver
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    outcome = await post(f"https://hooks.example:{receiver.port}/hook", LOOPBACK, Resolve(["127.0.0.1"]))
    assert (outcome.error, canary.visits()) == ("tls", 0)


async def test_a_dead_address_gives_way_to_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"127.0.0.2:{taken.getsockname()[1]}"
    with Receiver() as receiver:
        async with GuardedTransport(LOOPBACK, resolve=Resolve(["127.0.0.2", "127.0.0.1"])) as transport:
            assert await get(transport, f"http://hooks.example:{receiver.port}/") == 200
        async with GuardedTransport(LOOPBACK, resolve=Resolve(["127.0.0.2"])) as transport:
            with pytest.raises(httpx2.ConnectError):
                await get(transport, f"http://{dead}/")


async def test_a_long_list_of_addresses_is_not_dialled_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled: list[str] = []

    async def connect(_: object, host: str, *__: object) -> None:
        dialled.append(host)
        raise httpcore2.ConnectError

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect)
    addresses = [f"1.1.1.{n}" for n in range(1, 101)]
    async with GuardedTransport([], resolve=Resolve(addresses)) as transport:
        with pytest.raises(httpx2.ConnectError):
            await get(transport, "https://hooks.example/")
    assert dialled == addresses[:4]


@pytest.mark.parametrize("url", ["https://receiver/", "https://hooks.example.com:8443/", "https://printer.local/"])
async def test_local_names_and_other_ports_never_reach_a_public_address(url: str) -> None:
    outcome = await post(url, LOOPBACK, Resolve(["1.1.1.1"]))
    assert (outcome.status_code, outcome.error) == (None, "blocked")


async def test_each_request_has_a_connection_of_its_own() -> None:
    with Receiver() as receiver:
        async with GuardedTransport(LOOPBACK) as transport:
            for _ in range(3):
                await send(transport, receiver.url, {}, b"{}", timeout_s=5)
        assert len({request.connection for request in receiver.requests}) == 3


async def test_cookies_of_one_answer_do_not_go_out_with_the_next_request() -> None:
    with Receiver(Answer(headers={"Set-Cookie": "tenant=1; Path=/"})) as receiver:
        async with GuardedTransport(LOOPBACK) as transport:
            for _ in range(2):
                await send(transport, receiver.url, {}, b"{}", timeout_s=5)
        assert ["cookie" in request.headers for request in receiver.requests] == [False, False]


async def test_the_system_resolves_localhost() -> None:
    assert set(await look_up("localhost", 80)) <= {GOOD, ip_address("::1")}


async def test_a_name_without_an_address_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(LookupFailed):
        await look_up("nowhere.example", 443)
    outcome = await post("https://nowhere.example/", [], look_up)
    assert (outcome.status_code, outcome.error) == (None, "dns")


async def test_stalled_look_ups_end_in_time_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    release, asked = threading.Event(), threading.Semaphore(0)

    def stall(*_: object, **__: object) -> list[object]:
        asked.release()
        release.wait(30)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", stall)
    monkeypatch.setattr(network, "LOOKUP_TIMEOUT_S", 0.05)
    try:
        results = await asyncio.gather(
            *(look_up("slow.example", 443) for _ in range(network.MAX_LOOKUPS + 5)), return_exceptions=True
        )
        assert [type(result) for result in results] == [LookupFailed] * (network.MAX_LOOKUPS + 5)
        assert all(asked.acquire(timeout=5) for _ in range(network.MAX_LOOKUPS))
        assert not asked.acquire(blocking=False)
    finally:
        release.set()
        for thread in [thread for thread in threading.enumerate() if thread.name == "look up slow.example"]:
            thread.join(5)
    monkeypatch.setattr(network, "LOOKUP_TIMEOUT_S", 5)
    assert await look_up("slow.example", 443) == (IPv4Address("1.1.1.1"),)


async def test_a_transport_loads_whom_to_trust_for_its_first_request(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[dict[str, bool]] = []

    def load(**options: bool) -> ssl.SSLContext:
        loaded.append(options)
        return ssl.create_default_context()

    monkeypatch.setattr(httpx2, "create_ssl_context", load)

    transport = GuardedTransport(LOOPBACK)
    at_first = [*loaded]
    async with transport:
        statuses = [await get(transport, receiver.url) for _ in range(2)]

    assert (at_first, loaded, statuses) == ([], [{"trust_env": False}], [200, 200])
