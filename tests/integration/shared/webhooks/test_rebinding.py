"""Names that stand for something harmless when they are checked and for something else when they are dialled."""

import itertools
import random
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Network

import httpx2
import pytest

from shared.webhooks.addresses import Network
from shared.webhooks.errors import TargetRefused
from shared.webhooks.network import GuardedTransport
from shared.webhooks.sending import send
from tests.integration.shared.webhooks.canary import Canary
from tests.integration.shared.webhooks.rebinding import NameServer
from tests.receiver import Receiver
from tests.unit.shared.webhooks.refused_addresses import METADATA, TRANSITIONS, special_v4, special_v6

# Public, and nobody's in these tests: dialling it ends in nothing.
PUBLIC = "1.1.1.1"

LOOPBACK = ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "127.255.255.254"]

ONLY_ONE: list[Network] = [IPv4Network("127.0.0.1/32"), IPv6Network("::1/128")]


async def test_200_names_that_stand_for_loopback_never_get_there() -> None:
    source = random.Random(7)
    answers = {
        f"name-{number}.example": [source.choice(LOOPBACK), *source.sample([PUBLIC, "8.8.8.8"], number % 3)]
        for number in range(200)
    }
    for addresses in answers.values():
        source.shuffle(addresses)

    with Canary() as canary, NameServer(lambda name, _: answers[name]) as server:
        async with GuardedTransport([], resolve=server.resolve) as transport:
            outcomes = {await _connect(transport, f"http://{name}:{canary.port}/") for name in answers}
        visits = canary.visits()
        looked_up = {server.look_ups(name) for name in answers}

    assert (outcomes, visits, looked_up) == ({"refused"}, 0, {1})


async def test_what_is_dialled_is_what_was_checked_however_fast_the_name_moves() -> None:
    # Asked for the first time the name is in the allowed network, afterwards beside it.
    def zone(_: str, asked: int) -> Sequence[str]:
        return ["127.0.0.1"] if asked == 0 else ["127.0.0.2"]

    with Receiver() as receiver, NameServer(zone) as server:
        async with GuardedTransport(ONLY_ONE, resolve=server.resolve) as transport:
            outcomes = []
            for number in range(200):
                url = f"http://moving-{number // 2}.example:{receiver.port}/"
                outcomes.append(await _connect(transport, url))
        looked_up = {server.look_ups(f"moving-{number}.example") for number in range(100)}

    assert outcomes == ["connected", "refused"] * 100
    assert looked_up == {2}
    assert len(receiver.requests) == 100


def _special() -> list[str]:
    literal = [str(ip) for ip in [*special_v4(), *special_v6()]]
    hidden = [str(form(ip)) for form in TRANSITIONS.values() for ip in special_v4()]
    return list(dict.fromkeys([*literal, *METADATA, *hidden]))


SPECIAL = _special()


async def test_no_name_leads_to_any_special_address_alone_or_among_public_ones() -> None:
    mixes = itertools.cycle([[], [PUBLIC], ["2606:4700:4700::1111"]])
    zone = {
        f"special-{number}.example": [*mix, text]
        for number, (text, mix) in enumerate(zip(SPECIAL, mixes, strict=False))
    }
    with NameServer(lambda name, _: zone[name]) as server:
        async with GuardedTransport([], resolve=server.resolve) as transport:
            reached = [
                addresses
                for name, addresses in zone.items()
                if (await send(transport, f"https://{name}/", {}, b"{}", timeout_s=2)).error != "blocked"
            ]
        looked_up = {server.look_ups(name) for name in zone}

    assert reached == []
    assert looked_up == {1}
    assert len(zone) >= 400


async def _connect(transport: GuardedTransport, url: str) -> str:
    """Past check_url, which refuses plain http to names, so that only the guard at the connection stands in between."""
    request = httpx2.Request("GET", url, extensions={"timeout": httpx2.Timeout(5).as_dict()})
    try:
        response = await transport.handle_async_request(request)
    except TargetRefused:
        return "refused"
    await response.aclose()
    return "connected"


@pytest.mark.parametrize("text", ["127.0.0.1", "8.8.8.8"])
async def test_the_name_server_answers_as_it_is_told(text: str) -> None:
    with NameServer(lambda _, asked: [text, "::1"][: asked + 1]) as server:
        once = await server.resolve("a.example", 443)
        twice = await server.resolve("a.example", 443)

    assert (list(map(str, once)), list(map(str, twice))) == ([text], [text, "::1"])
    assert isinstance(once[0], IPv4Address)
